"""`farm doctor` and `farm setup-phone` as processes, on whole twins behind a real adb server."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from farm.cli.twin_host import write_frida_files
from farm.devices import frida_server
from farm.devices.checks import Check
from farm.twin.building.runtime_jar import build_runtime_jar
from farm.twin.phone import TwinFleet, TwinPhone
from farm.twin.runtime.frida_server_file import make_frida_server
from farm.twin.runtime.options import RuntimeOptions
from farm.twin.runtime.runtime import Runtime
from tests.twin.adb_server import AdbServer

ROOTED = "xiaomi-mi8-android9-su"


class Desk(NamedTuple):
    """Where an operator sits: phones at an adb server, and the lab's folder."""

    fleet: TwinFleet
    server: AdbServer
    home: Path

    async def plug_in(self, profile: str) -> TwinPhone:
        phone = await self.fleet.add(profile, boot_seconds=0.05)
        await self.server.run("connect", phone.serial)
        return phone

    async def farm(self, *argv: str) -> tuple[int, list[Check], str]:
        """Run a command with --json; its exit code, checks, and what it told people."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "farm", *argv, "--json"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(os.environ)
            | {"FARM_HOME": str(self.home), "ANDROID_ADB_SERVER_PORT": str(self.server.port)},
        )
        async with asyncio.timeout(100):
            out, err = await process.communicate()
        assert b"Traceback" not in err, err.decode()
        checks = msgspec.json.decode(out, type=list[Check])
        return process.returncode or 0, checks, err.decode()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    (tmp_path / "home").mkdir()
    write_frida_files(tmp_path / "home" / "frida")
    options = RuntimeOptions(runtime_jar=await asyncio.to_thread(build_runtime_jar))
    server = AdbServer()
    await server.run("start-server")
    try:
        async with TwinFleet(lambda system: Runtime(system, options)) as fleet:
            yield Desk(fleet, server, tmp_path / "home")
    finally:
        await server.stop()


async def settings(desk: Desk, phone: TwinPhone) -> str:
    answer = await desk.server.run("-s", phone.serial, "shell", "settings list global")
    return answer.text


@pytest.mark.parametrize(
    "profile",
    [ROOTED, "emulator-android9-root", "pixel6-android13-su", "huawei-p20-android8-locked"],
)
async def test_a_phone_in_order_is_ready_and_left_as_it_was(desk: Desk, profile: str) -> None:
    phone = await desk.plug_in(profile)
    before = await settings(desk, phone)
    code, checks, _ = await desk.farm("setup-phone", phone.serial)
    assert code == 0, [check for check in checks if not check.ok]
    names = [check.name for check in checks]
    rooted = "locked" not in profile
    assert names[-1] == "cleaning"
    assert {"preparation", "proxy path", "certificate", "planted data", "screen"} <= set(names)
    assert ("frida answers" in names) == rooted
    assert await settings(desk, phone) == before
    assert not list((desk.home / "ledgers").glob("*"))


Spoil = Callable[[TwinPhone, Path], object]


def wrong_frida(phone: TwinPhone, frida_files: Path) -> None:
    for abi in ("arm64-v8a", "x86_64"):
        name = frida_server.file_name(abi)
        (frida_files / name).write_bytes(make_frida_server("16.0.1", abi))


@pytest.mark.parametrize(
    ("spoil", "failing", "word"),
    [
        (lambda phone, _: phone.faults.refuse_root(), "access", "root manager"),
        (wrong_frida, "preparation", "16.0.1"),
        (lambda phone, _: phone.faults.jump_clock(10**9 * 86_400 * 40), "clock", "date and time"),
        (lambda phone, _: phone.faults.fill_disk(), "disk", "free at least 1 GiB"),
    ],
)
async def test_a_fault_ends_it_with_what_to_do(
    desk: Desk, spoil: Spoil, failing: str, word: str
) -> None:
    phone = await desk.plug_in(ROOTED)
    before = await settings(desk, phone)
    spoil(phone, desk.home / "frida")
    code, checks, told = await desk.farm("setup-phone", phone.serial)
    assert code == 2 and "is ready" not in told
    first = next(check for check in checks if not check.ok and check.required)
    assert first.name == failing
    assert first.todo and word in first.found + first.todo
    assert await settings(desk, phone) == before  # what was begun was undone


async def test_doctor_looks_at_the_machine_and_at_every_phone(desk: Desk) -> None:
    good, bad = await desk.plug_in(ROOTED), await desk.plug_in("pixel6-android13-su")
    bad.faults.fill_disk()
    code, checks, _ = await desk.farm("doctor")
    assert code == 2
    assert {check.subject for check in checks} == {"host", good.serial, bad.serial}
    failing = [(check.subject, check.name) for check in checks if not check.ok and check.required]
    assert failing == [(bad.serial, "disk")]
    bad.faults.fill_disk(False)
    assert (await desk.farm("doctor"))[0] == 0


async def test_a_phone_that_is_not_there(desk: Desk) -> None:
    code, [check], _ = await desk.farm("setup-phone", "no-such-serial")
    assert code == 2 and "plug it in" in check.todo
