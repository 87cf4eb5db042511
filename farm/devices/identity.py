"""Asks a phone who it is and matches it to a profile."""

import asyncio
import shlex

from farm.devices.adb import Adb
from farm.devices.outputs.properties import read_properties
from farm.devices.outputs.windows import read_screen_size
from farm.devices.phone import Phone
from farm.devices.profiles import DeviceProfile, recognise
from farm.model.errors import DeviceError, DeviceGone, SetupError
from farm.model.session import DeviceInfo
from farm.model.vocabulary import AccessMode


async def identify(adb: Adb, serial: str, profiles: list[DeviceProfile]) -> Phone:
    """Return the phone with its profile; root is proven when the profile claims it.

    Raises:
        DeviceError: the phone does not answer as a phone does, or refuses root.
        SetupError: no profile fits.
    """
    shell_v2 = "shell_v2" in await adb.features(serial)

    async def run(*argv: str) -> str:
        result = await adb.shell(serial, argv, timeout=20, shell_v2=shell_v2)
        return result.stdout

    properties = read_properties(await run("getprop"))
    profile = recognise(profiles, properties)
    level = properties.get("ro.build.version.sdk", "")
    if not level.isdecimal():
        raise DeviceError(f"{serial}: getprop names no ro.build.version.sdk")
    if profile is None:
        raise SetupError(
            f"{serial}: no device profile fits {properties.get('ro.product.model', '?')!r} with "
            f"sdk {level}: add one to device_profiles/"
        )
    size = read_screen_size(await run("wm", "size"))
    if size is None:
        raise DeviceError(f"{serial}: wm size gives no size: is the system up?")
    info = DeviceInfo(
        serial=serial,
        manufacturer=properties.get("ro.product.manufacturer", ""),
        brand=properties.get("ro.product.brand", ""),
        model=properties.get("ro.product.model", ""),
        device=properties.get("ro.product.device", ""),
        android_version=properties.get("ro.build.version.release", ""),
        sdk=int(level),
        abi=properties.get("ro.product.cpu.abi", ""),
        build_fingerprint=properties.get("ro.build.fingerprint", ""),
        screen=size,
        profile=profile.name,
        access=profile.access,
    )
    return Phone(adb, info, profile, shell_v2=shell_v2)


async def await_boot(adb: Adb, serial: str, timeout: float = 180) -> None:
    """Wait until the phone's system is up: adbd answers long before it is, after a restart.

    Raises:
        DeviceGone: the phone vanished.
        DeviceError: it is not up within `timeout` seconds.
    """
    shell_v2 = "shell_v2" in await adb.features(serial)
    argv = ("getprop", "sys.boot_completed")
    try:
        async with asyncio.timeout(timeout):
            while True:
                try:
                    answer = await adb.shell(serial, argv, timeout=20, shell_v2=shell_v2)
                    if answer.text == "1":
                        return
                except DeviceGone:
                    raise
                except DeviceError:
                    pass  # a system that is half up refuses this and that
                await asyncio.sleep(1)
    except TimeoutError:
        raise DeviceError(
            f"{serial}: not booted within {timeout:g} s (sys.boot_completed is not 1)"
        ) from None


async def has_root(phone: Phone) -> bool:
    """Whether the profile's way to root works right now."""
    if phone.profile.access is AccessMode.GADGET:
        return False
    result = await phone.shell("id", "-u", timeout=15, root=True)
    return result.exit_code == 0 and result.text == "0"


async def prove_access(phone: Phone) -> None:
    """Make sure of root where the profile claims it; `adb root` restarts adbd, which takes a while.

    Raises:
        DeviceError: the phone refuses.
    """
    if phone.profile.access is AccessMode.GADGET or await has_root(phone):
        return
    if phone.profile.access is AccessMode.ADB_ROOT:
        answer = await phone.adb.become_root(phone.serial)
        if "cannot run as root" not in answer:
            await _settle(phone)
            return
        raise DeviceError(f"{phone.serial}: adb root: {answer.strip()}")
    way = shlex.join(phone.profile.su)
    raise DeviceError(
        f"{phone.serial}: `{way} id` gives no root: allow the shell in the root manager's app"
    )


async def _settle(phone: Phone) -> None:
    """Wait out adbd's restart, which comes a moment after its answer: 2 s of root without a break.

    Raises:
        DeviceError: no root within 30 s.
    """
    steady = 0
    try:
        async with asyncio.timeout(30):
            while steady < 10:
                try:
                    steady = steady + 1 if await has_root(phone) else 0
                except DeviceError:
                    steady = 0
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise DeviceError(f"{phone.serial}: adbd did not come back as root within 30 s") from None
