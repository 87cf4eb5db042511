"""The commands of docs/scenarios.md, in order, in one folder, as a tester types them."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from farm.explore.checking import check
from farm.explore.hints import load_hints
from farm.explore.template import new_scenario

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
COMMANDS = re.findall(r"^\$ (.+)$", TEXT, re.MULTILINE)
BLOCKS = dict(re.findall(r"```(python|yaml)\n(.*?)```", TEXT, re.DOTALL))
FIRST = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
# The sample app collects before consent: its trial is red, as the tutorial says.
EXIT_CODES = {"farm scenario try my_check.py --set watched=1": 1}


def test_the_script_of_the_tutorial_is_the_one_that_new_writes(tmp_path: Path) -> None:
    path = new_scenario(tmp_path / "my_check.py", "Agree, then watch")
    assert FIRST is not None
    assert FIRST[1].strip() in path.read_text("utf-8")
    assert check(path) == []


def test_the_hints_of_the_tutorial_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "hints.yaml"
    path.write_text(BLOCKS["yaml"], "utf-8")
    hints = load_hints(path)
    assert hints.login is not None and hints.login.account == "shop-tester"


def test_every_name_of_the_table_exists(tmp_path: Path) -> None:
    """The table's methods, used in a script, are no mistakes."""
    from farm.explore.checking import _CLASSES

    rows = re.findall(r"^  \| `(\w+)` \| [^:|]*:? ?(.*) \|$", TEXT, re.MULTILINE)
    assert len(rows) == 9
    for name, listed in rows:
        known = set(dir(_CLASSES[name])) | set(
            re.findall(r"^\s+(\w+):", _CLASSES[name].__doc__ or "", re.MULTILINE)
        )
        assert set(re.findall(r"`(\w+)`", listed)) <= known, name


@pytest.mark.end_to_end
@pytest.mark.timeout(600)
def test_commands_work_as_written(tmp_path: Path) -> None:
    assert len(COMMANDS) == 7
    (tmp_path / ".build").symlink_to(ROOT / ".build")
    scripts = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{scripts}:{os.environ['PATH']}",
        "FARM_HOME": str(tmp_path / "home"),
        "HOME": str(tmp_path),
    }
    for command in COMMANDS:
        done = subprocess.run(
            shlex.split(command),
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        said = f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert done.returncode == EXIT_CODES.get(command, 0), said
