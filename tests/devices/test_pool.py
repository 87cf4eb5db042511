import asyncio
import contextlib
import time
from typing import Any

import pytest

from farm.devices.adb import Adb
from farm.devices.phone import Phone
from farm.devices.pool import DevicePool
from farm.devices.profiles import DeviceProfile
from farm.devices.server import server_answers
from farm.devices.states import DeviceState, Wants
from farm.model.errors import DeviceError, DeviceGone, SetupError
from tests.twin.adb_server import AdbServer, free_port

MI8 = "xiaomi-mi8-android9-su"
P20 = "huawei-p20-android8-locked"


def state(pool: DevicePool, serial: str) -> DeviceState:
    return next(status.state for status in pool.snapshot() if status.serial == serial)


async def until(pool: DevicePool, serial: str, *states: DeviceState) -> None:
    async with asyncio.timeout(20):
        while state(pool, serial) not in states:
            await asyncio.sleep(0.02)


async def test_phones_are_found_and_leased_to_one_at_a_time(
    adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    first = await connect(MI8)
    second = await connect(P20)
    only = [first.serial, second.serial]
    async with DevicePool(profiles, adb, only=only) as pool:
        await pool.settled()
        assert {s.info.profile for s in pool.snapshot() if s.info} == {MI8, P20}
        async with pool.lease(Wants(profile=MI8)) as phone:
            assert phone.serial == first.serial
            assert (await phone.shell("getprop", "ro.product.model")).text == "MI 8"
            with pytest.raises(DeviceError, match="no phone became free"):
                async with pool.lease(Wants(profile=MI8), timeout=0.1):
                    pass
        async with pool.lease(Wants(profile=MI8), timeout=1) as again:
            assert again.serial == first.serial


async def test_a_vanishing_phone_cancels_its_lease_and_comes_back(
    adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    twin = await connect(MI8)
    async with DevicePool(profiles, adb, only=[twin.serial]) as pool:
        with pytest.raises(DeviceGone, match="vanished"):
            async with pool.lease() as phone:
                await twin.faults.unplug()
                await adb.disconnect(twin.serial)  # by USB the server sees it by itself
                await asyncio.sleep(30)
        # Newer servers list it as offline first: that ended the lease, and the call in it.
        await adb.disconnect(twin.serial)
        await until(pool, twin.serial, DeviceState.AWAY)
        with pytest.raises(DeviceGone):
            await phone.shell("id")
        await twin.faults.plug()
        await adb.connect(twin.serial)
        async with pool.lease(timeout=20) as phone:
            assert (await phone.shell("id", "-u", root=True)).text == "0"


async def test_repeated_failures_end_in_quarantine_with_the_first_cause(
    adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    twin = await connect(MI8)
    async with DevicePool(profiles, adb, only=[twin.serial], quarantine_after=3) as pool:
        for number in range(3):
            with pytest.raises(DeviceError):
                async with pool.lease(timeout=10):
                    raise DeviceError(f"cause {number}")
        await until(pool, twin.serial, DeviceState.QUARANTINED)
        assert pool.snapshot()[0].reason == "cause 0"
        with pytest.raises(DeviceError, match="quarantined"):
            async with pool.lease(timeout=0.1):
                pass
        pool.release_from_quarantine(twin.serial)
        async with pool.lease(timeout=10):
            pass
        assert pool.snapshot()[0].failures == 0


async def test_the_apps_own_failures_do_not_count_against_the_phone(
    adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    twin = await connect(MI8)
    async with DevicePool(profiles, adb, only=[twin.serial], quarantine_after=1) as pool:
        with pytest.raises(ValueError, match="scenario"):
            async with pool.lease(timeout=10):
                raise ValueError("scenario")
        assert state(pool, twin.serial) is DeviceState.FREE


async def test_a_phone_that_was_given_up_obeys_its_lessee_no_more(
    adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    twin = await connect(MI8)
    async with DevicePool(profiles, adb, only=[twin.serial]) as pool:
        async with pool.lease(timeout=20) as deaf:
            pool.give_up(twin.serial, "needs care: it does not end")
            assert pool.snapshot()[0].state is DeviceState.QUARANTINED
            assert pool.snapshot()[0].reason == "needs care: it does not end"
            with pytest.raises(DeviceGone, match="needs care"):
                await deaf.shell("id")
            pool.release_from_quarantine(twin.serial)
            async with pool.lease(timeout=20) as phone:
                assert (await phone.shell("id", "-u", root=True)).text == "0"
                with pytest.raises(DeviceGone):
                    await deaf.tap(1, 1)
        async with pool.lease(timeout=5) as again:
            assert again is phone  # the late end of the first lease freed nothing twice


async def test_who_asks_a_phone_that_is_gone_again_and_again_holds_nobody_up(
    adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    twin = await connect(MI8)
    async with DevicePool(profiles, adb, only=[twin.serial]) as pool:
        async with pool.lease(timeout=20) as phone:
            pool.give_up(twin.serial, "needs care")
        over = asyncio.Event()

        async def stubborn() -> None:
            while not over.is_set():
                with contextlib.suppress(DeviceError):
                    await phone.press("home")

        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            group.create_task(stubborn())
            await asyncio.sleep(0.1)
            over.set()


async def test_shutdown_frees_every_waiter(adb: Adb, profiles: list[DeviceProfile]) -> None:
    outcomes = []

    async def wait(pool: DevicePool) -> None:
        try:
            async with pool.lease(Wants(serial="nobody"), timeout=60):
                pass
        except DeviceError as error:
            outcomes.append(str(error))

    async with asyncio.TaskGroup() as group:
        async with DevicePool(profiles, adb, only=["nobody"]) as pool:
            for _ in range(5):
                group.create_task(wait(pool))
            await asyncio.sleep(0.05)
    assert outcomes == ["the pool is shutting down"] * 5


async def test_a_cancelled_waiter_takes_no_phone(
    adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    twin = await connect(MI8)
    async with DevicePool(profiles, adb, only=[twin.serial]) as pool:
        await pool.settled()
        async with pool.lease():
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05), pool.lease(timeout=30):
                    pass
        async with pool.lease(timeout=1):
            pass


async def test_a_phone_given_in_the_moment_of_the_timeout_is_not_lost(
    adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    twin = await connect(MI8)
    taken: list[str] = []

    async def wait(pool: DevicePool) -> None:
        async with pool.lease(timeout=0.3) as phone:
            taken.append(phone.serial)

    async with DevicePool(profiles, adb, only=[twin.serial]) as pool:
        await pool.settled()
        async with asyncio.TaskGroup() as group:
            async with pool.lease():
                group.create_task(wait(pool))
                await asyncio.sleep(0.05)
                time.sleep(0.5)  # noqa: ASYNC251 - the timeout is due, and the loop has not seen it
                await asyncio.sleep(0)  # it comes right after this task's next step
        assert taken == [twin.serial]
        assert state(pool, twin.serial) is DeviceState.FREE


async def test_a_phone_given_in_the_moment_of_a_cancellation_goes_back(
    adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    twin = await connect(MI8)
    async with DevicePool(profiles, adb, only=[twin.serial]) as pool:
        await pool.settled()
        async with asyncio.TaskGroup() as group:
            async with pool.lease():
                waiter = group.create_task(_lease_forever(pool))
                await asyncio.sleep(0.05)
            waiter.cancel()  # in the step that gave the phone to it
        assert state(pool, twin.serial) is DeviceState.FREE


async def _lease_forever(pool: DevicePool) -> None:
    async with pool.lease(timeout=60):
        await asyncio.sleep(60)


async def test_a_phone_whose_check_restarted_it_is_not_cleaned_while_it_is_leased(
    adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    """`adb root` makes the phone vanish and appear again during its check."""
    twin = await connect("emulator-android9-root")
    cleaned: list[str] = []

    async def recover(phone: Phone) -> None:
        cleaned.append("begin")
        await asyncio.sleep(0.1)
        cleaned.append("end")

    async with DevicePool(profiles, adb, only=[twin.serial], recover=recover) as pool:
        async with pool.lease(timeout=20):
            before = list(cleaned)
            await asyncio.sleep(4)  # longer than the check waits for adbd to settle
            assert cleaned == before
    assert cleaned[-2:] == ["begin", "end"]


async def test_an_unknown_phone_is_unusable_and_says_why(
    adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    twin = await connect(MI8)
    others = [profile for profile in profiles if profile.match and "xiaomi" not in profile.name]
    async with DevicePool(others, adb, only=[twin.serial]) as pool:
        await pool.settled()
        assert state(pool, twin.serial) is DeviceState.UNUSABLE
        assert "no device profile fits 'MI 8'" in pool.snapshot()[0].reason


async def test_no_adb_is_a_setup_error(
    profiles: list[DeviceProfile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farm.devices.server.find_adb", _no_adb)
    with pytest.raises(SetupError, match="no adb"):
        async with DevicePool(profiles, Adb(port=1)):
            pass


@pytest.mark.parametrize("owned_by_another", [False, True])
async def test_a_server_that_ended_comes_back_unless_another_program_owns_it(
    profiles: list[DeviceProfile], owned_by_another: bool
) -> None:
    server = AdbServer()
    await server.run("start-server")
    try:
        async with (
            Adb(port=server.port) as adb,
            DevicePool(profiles, adb, start_server=not owned_by_another) as pool,
        ):
            await pool.settled()
            await server.stop()
            answered = False
            for _ in range(30):  # the pool looks again after 0.2, 0.5 and 1 s
                await asyncio.sleep(0.1)
                answered = answered or server_answers("127.0.0.1", server.port)
        assert answered is not owned_by_another
    finally:
        await server.stop()


async def test_a_server_of_another_program_that_is_not_there_is_a_setup_error(
    profiles: list[DeviceProfile],
) -> None:
    port = free_port()
    with pytest.raises(SetupError, match=f"no adb server answers at 127.0.0.1:{port}"):
        async with DevicePool(profiles, Adb(port=port), start_server=False):
            pass
    assert not server_answers("127.0.0.1", port)


def _no_adb() -> str:
    raise SetupError("no adb program in PATH: install it")
