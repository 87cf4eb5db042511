"""The list of commands costs nothing and says what the commands say of themselves."""

import subprocess
import sys

import pytest

from farm.cli.lazy import load_command
from farm.cli.main import COMMANDS

_HEAVY = ("frida", "mitmproxy", "androguard", "adbutils", "uiautomator2", "PIL", "asyncio")


def test_help_and_version_import_no_heavy_library() -> None:
    script = (
        "import sys\n"
        "from farm.cli.main import app\n"
        "for argument in ('--help', '--version'):\n"
        "    try: app([argument])\n"
        "    except SystemExit: pass\n"
        f"print('heavy:', [name for name in {_HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "heavy: []"
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_list_is_the_first_line_of_the_commands_help(name: str) -> None:
    command = load_command(name, COMMANDS[name])
    assert command.name == name
    assert (command.help or "").strip().splitlines()[0] == COMMANDS[name].help
