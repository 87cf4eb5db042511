"""Phones that rest, are reserved and are rebooted: a real worker on a real twin.

What the phone says of itself is set over its own shell, as `dumpsys battery set` does on any phone.
"""

import asyncio
import datetime
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from farm.campaign.database import Database
from farm.campaign.fleet import inventory
from farm.campaign.fleet.care import Care
from farm.campaign.fleet.health import CareRules, measure
from farm.campaign.fleet.inventory import PhoneLine
from farm.campaign.status import campaign_status
from farm.campaign.store import Store
from farm.devices.states import DeviceState
from farm.twin.building.apk import APKS
from tests.campaign.labs import at_work, plan_apps, shell
from tests.end_to_end.twin_lab import TwinLab, twin_lab

RULES = CareRules(battery_rest=1.0, thermal_rest=1.0, fault_rest=1.0, reboot_rest=1.0)
SECONDS = 90.0


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.2)


async def the_phone(database: Database) -> PhoneLine:
    (phone,) = await inventory.fleet(database)
    return phone


async def heard(database: Database) -> None:
    """Wait until the phone's host certainly knows what operators have asked by now."""
    for _ in range(3):  # a report that was under way, one that brought the answer, and the next
        before = (await the_phone(database)).beat

        async def again(before: datetime.datetime = before) -> bool:
            return (await the_phone(database)).beat != before

        await until(again)


async def done(database: Database) -> int:
    return (await campaign_status(database, "care")).count("done")


@pytest.mark.end_to_end
@pytest.mark.timeout(300)
async def test_no_work_for_a_phone_that_is_warm_empty_reserved_or_in_quarantine(
    database: Database, tmp_path: Path
) -> None:
    apps = tmp_path / "apps"
    apps.mkdir()
    shutil.copy(APKS / "compliant.apk", apps)
    store = Store(str(tmp_path / "store"))
    await plan_apps(database, store, "care", apps, analyse=False)

    async def rests(word: str) -> bool:
        phones = await inventory.fleet(database)
        return bool(phones) and word in phones[0].rest_reason

    async with twin_lab(tmp_path) as lab:
        serial = lab.twin.serial
        await shell(lab, "dumpsys", "battery", "set", "temp", "455")
        async with at_work(database, store, lab, tmp_path, rules=RULES, judges=False) as care:
            await until(lambda: rests("too warm: 45.5"))
            await shell(lab, "svc", "wifi", "disable")
            await shell(lab, "dumpsys", "battery", "set", "temp", "300")
            await until(lambda: rests("Wi-Fi is not connected"))
            await shell(lab, "svc", "wifi", "enable")
            await shell(lab, "dumpsys", "battery", "set", "temp", "455")
            await until(lambda: rests("too warm"))
            await inventory.quarantine(database, serial, "tester", "a look at its cable")
            await heard(database)
            await shell(lab, "dumpsys", "battery", "reset")
            assert await is_kept(care, serial, 2.5), "a phone in quarantine was let go"
            await shell(lab, "dumpsys", "battery", "set", "level", "7")
            await inventory.release(database, serial, "tester")
            await until(lambda: rests("battery at 7 %"))
            assert (await the_phone(database)).battery == 7
            await inventory.reserve(database, serial, "tester", 20 / 3600)
            await heard(database)
            await shell(lab, "dumpsys", "battery", "reset")
            assert await is_kept(care, serial, 2.5), "a reserved phone was let go"
            assert await done(database) == 0
            # The reservation ends by itself, and work begins.
            await until(lambda: finished(database))
        events = [line.event for line in await inventory.history(database, serial)]
        assert {"rest", "quarantined", "released", "reserved", "measured"} <= set(events)
        await rebooted(database, lab)


async def finished(database: Database) -> bool:
    return await done(database) == 1


async def is_kept(care: Care, serial: str, seconds: float) -> bool:
    """Whether a phone is held back for that long."""
    try:
        await until(lambda: free(care, serial), seconds)
    except TimeoutError:
        return True
    return False


async def free(care: Care, serial: str) -> bool:
    return serial not in care.held_back


async def rebooted(database: Database, lab: TwinLab) -> None:
    """An idle phone that ran for too long is rebooted, rests meanwhile, and comes back."""
    serial = lab.twin.serial
    before = await shell(lab, "cat", "/proc/sys/kernel/random/boot_id")
    tired = Care(database, lab.lab.pool, "host", CareRules(most_uptime=0.0, reboot_rest=1.0))
    await tired.round()
    assert serial in tired.held_back

    async def back() -> bool:
        (status,) = lab.lab.pool.snapshot()
        return status.state is DeviceState.FREE and await free(tired, serial)

    await until(back)
    assert await shell(lab, "cat", "/proc/sys/kernel/random/boot_id") != before
    rested = Care(database, lab.lab.pool, "host", CareRules())
    assert await rested.before_lease(serial) == ""
    async with lab.lab.pool.lease(timeout=30) as phone:
        health = await measure(phone)
    assert health.uptime is not None and health.battery == 100
