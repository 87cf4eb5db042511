"""A fleet leaves nothing behind, also when its process is killed."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from farm.model.errors import UsageError
from farm.twin.phone import EMULATOR_PORTS, TwinFleet, remove_stale_folders
from tests.twin.headless import HeadlessRuntime

CHILD = """
import asyncio
from farm.twin.phone import TwinFleet
from tests.twin.headless import HeadlessRuntime
async def main():
    async with TwinFleet(HeadlessRuntime) as fleet:
        phone = await fleet.add("pixel6-android13-su")
        print(fleet._folder, phone.port, flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_folders_ports_and_tasks_are_gone_after_stop() -> None:
    tasks = len(asyncio.all_tasks())
    async with TwinFleet(HeadlessRuntime) as fleet:
        phones = [await fleet.add("emulator-android9-root") for _ in range(3)]
        folder = phones[0].system.root.parent.parent
        ports = [phone.port for phone in phones]
        assert len(set(ports)) == 3
        assert not set(ports) & set(EMULATOR_PORTS)
        assert len({phone.identity.imei for phone in phones}) == 3
        assert folder.exists()
    assert not folder.exists()
    assert len(asyncio.all_tasks()) == tasks
    for port in ports:
        with pytest.raises(OSError, match=r"refused|Connect"):
            await asyncio.open_connection("127.0.0.1", port)


async def test_what_a_killed_fleet_left_is_removed() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        folder = Path((await process.stdout.readline()).split()[0].decode())
    assert folder not in remove_stale_folders()
    assert folder.exists()
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert folder in remove_stale_folders()
    assert not folder.exists()


async def test_unknown_profile_is_one_clear_line() -> None:
    async with TwinFleet(HeadlessRuntime) as fleet:
        with pytest.raises(UsageError, match="unknown twin profile 'nokia'; known are: "):
            await fleet.add("nokia")


async def test_equal_seeds_are_equal_phones() -> None:
    async with TwinFleet(HeadlessRuntime) as fleet:
        first = await fleet.add("pixel6-android13-su", seed=4)
        second = await fleet.add("pixel6-android13-su", seed=4)
        assert first.identity == second.identity


async def test_skew_and_drift_are_as_given() -> None:
    async with TwinFleet(HeadlessRuntime) as fleet:
        phone = await fleet.add(
            "pixel6-android13-su", clock_offset_ns=37_000_000_000, clock_drift_ppm=200.0
        )
        offset, drift, _reference = phone.system.clock_skew()
        assert (offset, drift) == (37_000_000_000, 200.0)
