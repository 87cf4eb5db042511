"""A killed command: nothing it started stays, and the phone is put in order by the next lease.

Every process that the command starts inherits its `TMPDIR`, which is how the tests find all of
them in /proc, and every temporary file of theirs lies below it.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from farm.cli.twin_host import write_frida_files
from farm.detect.analyse import analyse
from farm.detect.rules import load_rules
from farm.model.events import StateChange
from farm.model.session import Session
from farm.model.vocabulary import Outcome, SessionState, VerdictKind
from farm.recording import Recording, verify
from farm.session.lab import Lab
from farm.session.live import follow
from farm.session.settings import LabSettings
from farm.twin.building.apk import APKS
from tests.end_to_end.twin_lab import PARTIES, TwinLab, twin_lab

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(180)]

EAGER = APKS / "eager.apk"
PACKAGE = "com.example.eager"
_OURS = "sourceid NOT NULL"  # contacts that the phone's owner has belong to no source


class Command:
    """`farm ...` as a process of its own, as an operator starts it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.temporary = folder / "tmp"
        self.temporary.mkdir(exist_ok=True)
        self.adb_port: int | None = None
        self._errors = folder / "errors.txt"

    @asynccontextmanager
    async def running(self, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        with self._errors.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "farm", *arguments),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=self._environment(),
            )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    def _environment(self) -> dict[str, str]:
        own = {"TMPDIR": str(self.temporary), "FARM_HOME": str(self.home)}
        if self.adb_port is not None:
            own["ANDROID_ADB_SERVER_PORT"] = str(self.adb_port)
        return os.environ | own

    async def output(self, *arguments: str) -> tuple[int, bytes]:
        """Exit code and standard output of a command that ends by itself."""
        async with self.running(*arguments) as process, asyncio.timeout(90):
            output, _ = await process.communicate()
            assert process.returncode is not None
            return process.returncode, output

    def said(self) -> str:
        """What the last command wrote on standard error."""
        return self._errors.read_text(errors="replace")

    async def recording(self) -> Path:
        """The folder of the one recording, as soon as it is there."""
        async with asyncio.timeout(60):
            while not (found := sorted(self.home.glob("recordings/*/device.jsonl"))):
                await asyncio.sleep(0.05)
        return found[0].parent

    async def reaches(self, state: SessionState) -> Path:
        """The recording's folder once its session is in a state."""
        folder = await self.recording()
        async with asyncio.timeout(90):
            async for event in follow(folder, asyncio.Event()):
                if isinstance(event.body, StateChange) and event.body.state is state:
                    return folder
        raise AssertionError("the recording ended before")

    def processes(self) -> dict[int, str]:
        """All living processes that this command's processes started, by their environment."""
        mark = f"TMPDIR={self.temporary}".encode()  # or a folder below it
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                environment = (entry / "environ").read_bytes()
                line = (entry / "cmdline").read_text().replace("\0", " ")
                if mark in environment and "idund" not in line:  # see _fridas
                    found[int(entry.name)] = line
            except (OSError, ValueError):
                continue
        return found

    async def leaves_nothing(self) -> None:
        """All of its processes and temporary files go, within seconds."""
        end = time.monotonic() + 25
        while time.monotonic() < end:
            left = [path for path in self.temporary.iterdir() if not _fridas(path)]
            if not self.processes() and not left:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"left: {self.processes()}, {[p.name for p in left]}")


def _fridas(path: Path) -> bool:
    """Frida's own daemon of this user, which ends by itself half a minute after its last client."""
    return path.name.startswith(("frida-", "idun-"))


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def _run(*more: str) -> list[str]:
    return ["run", str(EAGER), "--scenario", "launch_idle", "--settle", "20", *more]


async def test_a_killed_controller_leaves_a_recording_to_recover_and_nothing_else(
    command: Command,
) -> None:
    async with command.running(*_run("--phone", "twin")) as process:
        folder = await command.reaches(SessionState.DRIVING)
        async with asyncio.timeout(60):  # until the app sent all that it should not
            while (folder / "network.jsonl").read_bytes().count(b'"kind":"response"') < 4:
                await asyncio.sleep(0.1)
        await asyncio.sleep(1)
        assert len(command.processes()) >= 4  # controller, capture, twins, adb server, app
        process.kill()
        await process.wait()
    await command.leaves_nothing()

    key = command.home / "keys" / "recording.key"
    code, output = await command.output(
        "recording", "recover", str(folder), "--key", str(key), "--json"
    )
    assert code == 0, command.said()
    session = msgspec.json.decode(output, type=Session)
    assert session.outcome is Outcome.INTERRUPTED and "without sealing" in session.reason
    assert verify(folder) == [] and session.clock is not None
    analysis = await asyncio.to_thread(analyse, Recording.open(folder), load_rules(PARTIES))
    # What was recorded before the end still counts, what came after it is unknown.
    assert analysis.verdict.kind is not VerdictKind.CLEAN
    assert {str(finding.data_type) for finding in analysis.findings} >= {"imei", "android_id"}


async def test_the_next_lease_cleans_what_a_killed_controller_left_on_the_phone(
    tmp_path: Path, command: Command
) -> None:
    async with _phone_of_another(tmp_path / "other", command) as lab:
        async with command.running(*_run(*_at(lab))) as process:
            await command.reaches(SessionState.DRIVING)
            process.kill()
            await process.wait()
        await command.leaves_nothing()
        assert await _owed(lab) == {
            *("app", "proxy", "frida-server", "reverse"),
            *("contacts", "calendar", "message", "photo"),
        }
        settings = LabSettings(home=command.home, adb_port=lab.adb_port)
        async with Lab(settings) as next_life, next_life.pool.lease(timeout=60):
            assert await _owed(lab) == set()


@asynccontextmanager
async def _phone_of_another(folder: Path, command: Command) -> AsyncIterator[TwinLab]:
    """A twin that is not the command's own, so that it outlives the command as a phone would."""
    folder.mkdir()
    command.home.mkdir()
    async with twin_lab(folder) as lab:
        write_frida_files(command.home / "frida")
        command.adb_port = lab.adb_port
        yield lab


async def _owed(lab: TwinLab) -> set[str]:
    """What of a session is still on the phone, read over adb alone."""
    adb, serial = lab.lab.pool.adb, lab.twin.serial

    async def shell(*argv: str) -> str:
        return (await adb.shell(serial, argv)).stdout.strip()

    async def rows(uri: str, where: str) -> str:
        query = ("query", "--uri", f"content://{uri}", "--projection", "_id", "--where", where)
        return await shell("content", *query)

    found = {
        "app": PACKAGE in await shell("pm", "list", "packages"),
        "proxy": await shell("settings", "get", "global", "http_proxy") not in ("null", ":0"),
        "frida-server": "farm-frida" in await shell("ps", "-A"),
        "contacts": "Row: 0" in await rows("com.android.contacts/raw_contacts", _OURS),
        "calendar": "Row: 0" in await rows("com.android.calendar/events", "1"),
        "message": "Row: 0" in await rows("sms", "body LIKE '%【驿站】%'"),
        "photo": "IMG_" in await shell("ls", "/sdcard/DCIM"),
        "reverse": "tcp:28080" in (await _adb(lab, "-s", serial, "reverse", "--list")),
    }
    return {name for name, owed in found.items() if owed}


async def _adb(lab: TwinLab, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *("adb", "-P", str(lab.adb_port), *arguments), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return output.decode()


def _at(lab: TwinLab) -> list[str]:
    return ["--phone", lab.twin.serial, "--hosts", str(lab.lab.settings.hosts)]
