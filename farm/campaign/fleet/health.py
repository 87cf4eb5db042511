"""How a phone is, and what follows: measured over its shell, decided by a pure function."""

import re
from pathlib import Path
from typing import Annotated

import msgspec

from farm.devices.outputs.battery import read_battery
from farm.devices.outputs.storage import read_free
from farm.devices.phone import Phone
from farm.files import read_yaml

_UPTIME = re.compile(r"(\d+(?:\.\d+)?)\s")


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement; None where the phone does not say."""

    battery: int | None = None  # percent
    powered: bool = True
    temperature: float | None = None  # of the battery, degrees Celsius
    storage_free: int | None = None  # bytes on /data
    wifi: bool | None = None  # associated with a network
    clock_offset: float | None = None  # seconds, phone minus host
    uptime: float | None = None  # seconds


Seconds = Annotated[float, msgspec.Meta(ge=1, le=7 * 86_400)]


class CareRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a phone rests. The defaults are those of lithium cells and of certificates' dates.

    An operator sets them in a YAML file, by these names (`farm worker --care`).
    """

    least_battery: Annotated[int, msgspec.Meta(ge=0, le=100)] = 20  # percent
    # of the battery, degrees Celsius; cells are spoilt for good above 60
    most_temperature: Annotated[float, msgspec.Meta(ge=20, le=60)] = 42.0
    least_storage: Annotated[int, msgspec.Meta(ge=0, le=1 << 20)] = 1024  # MiB free on /data
    most_clock_offset: Seconds = 12 * 3600.0
    # uptime after which it is rebooted while nothing runs on it
    most_uptime: Annotated[float, msgspec.Meta(ge=600, le=366 * 86_400)] = 24 * 3600.0
    battery_rest: Seconds = 1800.0
    thermal_rest: Seconds = 900.0
    reboot_rest: Seconds = 120.0  # for it to come back
    fault_rest: Seconds = 300.0  # Wi-Fi, storage or clock: somebody may see to it meanwhile
    look_every: Seconds = 600.0  # a phone on which nothing runs is looked at so often


def load_care_rules(path: Path) -> CareRules:
    """An operator's rules; what the file does not name keeps its default.

    Raises:
        UsageError: names file and field, and what was expected.
    """
    rules, _ = read_yaml(path, CareRules, expected="limits such as `least_battery: 30`")
    return rules


class Rest(msgspec.Struct, frozen=True, kw_only=True):
    """Why a phone rests, and for how many seconds before it is looked at again."""

    reason: str
    seconds: float


def decide_rest(health: Health, rules: CareRules) -> Rest | None:
    """Whether a phone may not be leased now. What it does not say is no reason."""
    if health.temperature is not None and health.temperature > rules.most_temperature:
        return Rest(
            reason=f"too warm: {health.temperature:.1f} °C, limit {rules.most_temperature:.0f} °C",
            seconds=rules.thermal_rest,
        )
    if health.battery is not None and health.battery < rules.least_battery:
        return Rest(
            reason=f"battery at {health.battery} %, limit {rules.least_battery} %"
            + ("" if health.powered else ": not powered"),
            seconds=rules.battery_rest,
        )
    if health.storage_free is not None and health.storage_free < rules.least_storage << 20:
        return Rest(
            reason=f"{health.storage_free >> 20} MiB free on /data: remove apps and files",
            seconds=rules.fault_rest,
        )
    if health.wifi is False:
        return Rest(reason="Wi-Fi is not connected", seconds=rules.fault_rest)
    if health.clock_offset is not None and abs(health.clock_offset) > rules.most_clock_offset:
        return Rest(
            reason=f"clock is {health.clock_offset:+.0f} s off: set date and time",
            seconds=rules.fault_rest,
        )
    return None


def wants_reboot(health: Health, rules: CareRules) -> bool:
    """Whether it is time for the daily reboot."""
    return health.uptime is not None and health.uptime > rules.most_uptime


async def measure(phone: Phone) -> Health:
    """Ask a phone how it is.

    Raises:
        DeviceError: it does not answer.
    """
    battery = read_battery((await phone.shell("dumpsys", "battery")).stdout)
    free = read_free((await phone.shell("df", "/data")).stdout)
    wifi = read_wifi((await phone.shell("dumpsys", "wifi")).stdout)
    uptime = _UPTIME.match((await phone.shell("cat", "/proc/uptime")).stdout + " ")
    sample = await phone.clock_sample()
    middle = (sample.sent + sample.received) // 2
    return Health(
        battery=battery.level if battery else None,
        powered=battery.powered if battery else True,
        temperature=battery.temperature if battery else None,
        storage_free=free,
        wifi=wifi,
        clock_offset=(sample.phone - middle) / 1e9,
        uptime=float(uptime[1]) if uptime else None,
    )


def read_wifi(output: str) -> bool | None:
    """Whether `dumpsys wifi` says that the phone is associated; None if it does not say.

    `Supplicant state` is a field of Android's `WifiInfo.toString` (AOSP, android.net.wifi).
    """
    if re.search(r"^Wi-?Fi is disabled", output, re.M | re.I):
        return False
    states = re.findall(r"Supplicant state: ([A-Z_]+)", output)
    return "COMPLETED" in states if states else None
