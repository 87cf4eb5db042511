"""Restarting a leased phone: the lease goes on, and ends where the phone stays away."""

from typing import Any

import pytest

from farm.devices.adb import Adb
from farm.devices.pool import DevicePool
from farm.devices.profiles import DeviceProfile
from farm.devices.restart import restart
from farm.devices.states import DeviceState
from farm.model.errors import DeviceError
from farm.twin.phone import TwinFleet

BOOT_ID = "/proc/sys/kernel/random/boot_id"


@pytest.mark.parametrize("profile", ["xiaomi-mi8-android9-su", "emulator-android9-root"])
async def test_a_lease_outlives_a_restart_of_its_phone(
    profile: str, adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> None:
    twin = await connect(profile)
    async with DevicePool(profiles, adb, only=[twin.serial]) as pool:
        async with pool.lease(timeout=20) as phone:
            before = await phone.check("cat", BOOT_ID)
            await phone.forward(27042)
            await restart(phone, timeout=60)
            assert await phone.check("cat", BOOT_ID) != before
            assert (await phone.shell("id", "-u", root=True)).text == "0"
            assert pool.snapshot()[0].state is DeviceState.LEASED
        status = pool.snapshot()[0]
        assert (status.state, status.failures) == (DeviceState.FREE, 0)


async def test_a_phone_that_stays_away_ends_its_lease_and_may_come_back(
    fleet: TwinFleet, adb: Adb, profiles: list[DeviceProfile]
) -> None:
    twin = await fleet.add("xiaomi-mi8-android9-su", boot_seconds=4.0)
    await adb.connect(twin.serial)
    try:
        async with DevicePool(profiles, adb, only=[twin.serial]) as pool:
            with pytest.raises(DeviceError, match="not up again 1 s after its restart"):
                async with pool.lease(timeout=30) as phone:
                    await restart(phone, timeout=1)
            assert pool.snapshot()[0].state is not DeviceState.LEASED
            assert pool.snapshot()[0].failures == 1
            async with pool.lease(timeout=60) as again:
                assert (await again.shell("id", "-u", root=True)).text == "0"
    finally:
        await adb.disconnect(twin.serial)
