"""Bad input: one clear line that says what to do, exit code 2, no traceback."""

import asyncio
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import adbutils
import pytest

from farm.cli.main import run
from farm.devices import frida_server
from farm.twin.building.apk import APKS
from farm.twin.phone import TwinFleet
from farm.twin.runtime.frida_server_file import make_frida_server
from tests.twin.adb_server import AdbServer
from tests.twin.headless import HeadlessRuntime

APP = APKS / "compliant.apk"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and a port at which no adb server is."""
    monkeypatch.setenv("FARM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "5999")
    monkeypatch.setenv("COLUMNS", "2000")
    return tmp_path


def refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *argv: object
) -> str:
    """Run `farm ARGV` and return its one line of complaint."""
    monkeypatch.setattr(sys, "argv", ["farm", *map(str, argv)])
    with pytest.raises(SystemExit) as ended:
        run()
    said = capsys.readouterr()
    assert ended.value.code == 2, said.err
    assert said.out == ""
    [line] = [line for line in said.err.splitlines() if line.startswith("error: ")]
    assert "Traceback" not in said.err
    return line


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "no such file; expected an APK"),
        (b"", "not an APK"),
        (b"%PDF-1.7 not a zip at all", "not an APK"),
        ("zip", "without AndroidManifest.xml; expected an APK"),
        ("manifest", "AndroidManifest.xml cannot be read"),
    ],
)
def test_a_file_that_is_no_apk(
    lab: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    content: object,
    expected: str,
) -> None:
    path = lab / "app.apk"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        with zipfile.ZipFile(path, "w") as archive:
            name = "AndroidManifest.xml" if content == "manifest" else "readme.txt"
            archive.writestr(name, "<manifest/>")
    line = refused(capsys, monkeypatch, "run", path)
    assert str(path) in line and expected in line


def test_an_unknown_profile_of_a_twin(
    lab: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for argv in (
        ("twin", "start", "--profile", "nokia-3310"),
        ("run", APP, "--phone", "twin", "--twin-profile", "nokia-3310"),
    ):
        line = refused(capsys, monkeypatch, *argv)
        assert "nokia-3310" in line and "xiaomi-mi8-android9-su" in line  # what there is


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("first_party: [a.example\nother: 1\n", ":2"),
        ("- just\n- a list\n", "Expected"),
        ("first_parties: 7\n", "first_parties"),
    ],
)
def test_a_broken_list_of_parties(
    lab: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    expected: str,
) -> None:
    path = write(lab / "parties.yaml", text)
    line = refused(capsys, monkeypatch, "run", APP, "--parties", path)
    assert str(path) in line and expected in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("async def broken(app:\n    pass\n", ":1: syntax error"),
        ("x = 1\n\n\nraise ValueError('top level')\n", ":4: ValueError: top level"),
        ("import no_such_library\n", ":1: ModuleNotFoundError"),
        ("x = 1\n", "none of its functions are scenarios"),
    ],
)
def test_a_scenario_with_a_mistake(
    lab: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    expected: str,
) -> None:
    path = write(lab / "mine.py", text)
    line = refused(capsys, monkeypatch, "run", APP, "--scenario", path)
    assert f"{path}{expected}" in line.replace(f"{path}: ", str(path))


def test_an_unknown_scenario_names_those_there_are(
    lab: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = refused(capsys, monkeypatch, "run", APP, "--scenario", "acept")
    assert "'acept'" in line and "launch_idle" in line


def test_no_adb(
    lab: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(lab))
    monkeypatch.setattr(adbutils, "__file__", str(lab / "adbutils" / "__init__.py"))
    line = refused(capsys, monkeypatch, "run", APP)
    assert "no adb program in PATH" in line and "apt install adb" in line


@pytest.fixture
def old_adb(lab: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An adb of 2015, first in PATH."""
    program = write(lab / "adb", "#!/bin/sh\necho 'Android Debug Bridge version 1.0.32'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{lab}{os.pathsep}{os.environ['PATH']}")
    yield program


@pytest.mark.parametrize("command", [("run", APP), ("devices",)])
def test_an_adb_that_is_too_old(
    old_adb: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[object, ...],
) -> None:
    line = refused(capsys, monkeypatch, *command)
    assert str(old_adb) in line and "1.0.32" in line and "29 or later" in line


async def farm(*argv: object, port: int, home: Path) -> tuple[int, str]:
    """Run the real command in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "farm", *map(str, argv)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(os.environ)
        | {"FARM_HOME": str(home), "ANDROID_ADB_SERVER_PORT": str(port), "COLUMNS": "2000"},
    )
    async with asyncio.timeout(100):
        output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


@pytest.mark.parametrize("version", ["16.0.1", None])
async def test_a_frida_server_that_is_wrong_or_missing(
    lab: Path, version: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANDROID_ADB_SERVER_PORT")
    home = lab / "home"
    folder = home / "frida"
    folder.mkdir(parents=True)
    if version is not None:
        name = frida_server.file_name("arm64-v8a")
        (folder / name).write_bytes(make_frida_server(version, "arm64-v8a"))
    server = AdbServer()
    async with TwinFleet(HeadlessRuntime) as fleet:
        await server.run("start-server")
        try:
            phone = await fleet.add("xiaomi-mi8-android9-su", boot_seconds=0.05)
            await server.run("connect", phone.serial)
            code, output = await farm("run", APP, port=server.port, home=home)
        finally:
            await server.stop()
    assert code == 2, output
    [line] = [line for line in output.splitlines() if line.startswith("error: ")]
    assert (version or "not there") in line and "frida" in line
    assert "Traceback" not in output
    assert len(list((home / "recordings").iterdir())) == 1  # what was recorded is kept
