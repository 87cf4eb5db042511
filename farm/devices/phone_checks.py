"""What is checked of one phone: connection, profile, root or gadget, Frida, CA, proxy, clock, disk.

A check changes nothing on the phone but `adb root`, which every lease does. It never raises for
what it is there to find.
"""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import frida
import msgspec

from farm.devices import android_tools, frida_server
from farm.devices.adb import Adb
from farm.devices.checks import Check, bad, ok
from farm.devices.identity import has_root, identify, prove_access
from farm.devices.outputs.battery import read_battery
from farm.devices.outputs.storage import read_free
from farm.devices.phone import Phone
from farm.devices.pool_entry import advice
from farm.devices.profiles import CaStore, DeviceProfile
from farm.devices.server import ensure_server
from farm.model.clock_fit import fit
from farm.model.errors import DeviceError, FarmError, SetupError
from farm.model.vocabulary import AccessMode

LEAST_FREE = 1 << 30  # bytes on /data: an app of the largest kind, and room to run it
LEAST_BATTERY = 20  # percent
MOST_CLOCK_NS = 3600 * 10**9  # beyond, certificates look expired or not yet valid
WORST_CLOCK_BOUND_NS = 1_100_000_000  # of a `date` without fractions, and a slow cable
_SECONDS = 60.0


class PhoneTools(msgspec.Struct, frozen=True, kw_only=True):
    """What of the host the checks of a phone need."""

    profiles: list[DeviceProfile]
    frida_folder: Path


async def check_phones(adb: Adb, tools: PhoneTools, only: str = "") -> AsyncGenerator[Check, None]:
    """Check every phone at the adb server, or the one named `only`; each check as it is made."""
    try:
        await ensure_server(adb.host, adb.port)
        states = await _states(adb)
    except SetupError as error:
        yield bad("adb server", "host", str(error), "start it: adb start-server")
        return
    except DeviceError as error:
        yield bad("adb server", "host", str(error), "adb kill-server, then try again")
        return
    if only and only not in states:
        todo = "plug it in, switch USB debugging on, see `adb devices`"
        yield bad("phone", only, f"not among {', '.join(sorted(states)) or 'none'}", todo)
        return
    if not states:
        todo = "plug one in with USB debugging on (only real phones need this)"
        yield bad("phones", "host", "none at the adb server", todo, required=False)
    for serial, state in sorted(states.items()):
        if only in ("", serial):
            async for check in check_phone(adb, serial, state, tools):
                yield check


async def _states(adb: Adb) -> dict[str, str]:
    tracking = adb.track_devices()
    try:
        async with asyncio.timeout(10):
            return await anext(tracking)
    except (TimeoutError, StopAsyncIteration):
        raise DeviceError("the adb server does not answer") from None
    finally:
        await tracking.aclose()


async def check_phone(
    adb: Adb, serial: str, state: str, tools: PhoneTools
) -> AsyncGenerator[Check, None]:
    """Check one phone, each check as it is made; without a connection or profile nothing more."""
    if state != "device":
        yield bad("connection", serial, state, advice(state))
        return
    yield ok("connection", serial, "device")
    try:
        phone = await identify(adb, serial, tools.profiles)
    except SetupError as error:
        yield bad("profile", serial, str(error), "add a profile: device_profiles/README.md")
        return
    except FarmError as error:
        todo = "unlock the phone, wait until it has started, or restart it"
        yield bad("connection", serial, str(error), todo)
        return
    info = phone.info
    yield ok("profile", serial, f"{info.profile} ({info.model}, Android {info.android_version})")
    for name, check in _CHECKS:
        try:
            async with asyncio.timeout(_SECONDS):
                yield await check(phone, tools)
        except TimeoutError:
            todo = "unlock the phone, or restart it"
            yield bad(name, serial, f"no answer within {_SECONDS:g} s", todo)
        except FarmError as error:
            todo = "check the cable, then try again; restart the phone if it happens again"
            yield bad(name, serial, str(error), todo)


async def _access(phone: Phone, tools: PhoneTools) -> Check:
    access = phone.profile.access
    if access is AccessMode.GADGET:
        found = "no root: apps are repackaged with frida-gadget, which changes their signature"
        return ok("access", phone.serial, found)
    if await has_root(phone):
        return ok("access", phone.serial, f"root by {access}")
    if access is AccessMode.ADB_ROOT:
        try:
            await prove_access(phone)  # `adb root`, as every lease does
        except DeviceError as error:
            todo = "take a userdebug image: google_apis or aosp, not google_apis_playstore"
            return bad("access", phone.serial, str(error), todo)
        return ok("access", phone.serial, f"root by {access}")
    todo = (
        "allow root for the shell in the root manager's app (Magisk: Superuser, Shell), or give "
        "the phone a profile with `access: gadget`"
    )
    return bad("access", phone.serial, "no root", todo)


async def _frida(phone: Phone, tools: PhoneTools) -> Check:
    folder, abi = tools.frida_folder, phone.info.abi
    if phone.profile.access is AccessMode.GADGET:
        return await _gadget(phone, folder)
    try:
        data = await asyncio.to_thread(frida_server.read_server_file, folder, abi)
    except SetupError as error:
        todo = f"put frida-server {frida.__version__} for {abi}, unpacked, into {folder}"
        return bad("frida", phone.serial, str(error), todo)
    if await frida_server.listens(phone) and not await frida_server.runs_ours(phone, data):
        todo = "stop it on the phone: su -c 'pkill frida-server', or restart the phone"
        found = f"another program listens on the phone's port {frida_server.PORT}"
        return bad("frida", phone.serial, found, todo)
    return ok("frida", phone.serial, f"{frida_server.file_name(abi)}, {len(data) >> 20} MiB")


async def _gadget(phone: Phone, folder: Path) -> Check:
    missing = [name for name in android_tools.PROGRAMS if shutil.which(name) is None]
    if missing:
        todo = f"apt install {android_tools.PACKAGES}"
        return bad("frida", phone.serial, f"not in PATH: {', '.join(missing)}", todo)
    abi = phone.info.abi
    try:
        data = await asyncio.to_thread(frida_server.read_gadget_file, folder, abi)
    except SetupError as error:
        todo = f"put frida-gadget {frida.__version__} for {abi}, unpacked, into {folder}"
        return bad("frida", phone.serial, str(error), todo)
    found = f"{frida_server.gadget_name(abi)}, {len(data) >> 20} MiB"
    return ok("frida", phone.serial, f"{found}, and the tools that put it into apps")


async def _ca(phone: Phone, tools: PhoneTools) -> Check:
    store = phone.profile.ca_store
    if phone.profile.access is AccessMode.GADGET:
        return ok("ca", phone.serial, "the copies of apps trust the capture's certificate")
    if store is CaStore.USER:
        todo = (
            "install the farm's CA by hand: `farm setup-phone` puts it into Download; apps for "
            "Android 7 and later trust it only if their network security config says so"
        )
        return bad("ca", phone.serial, "user store only", todo, required=False)
    if not await has_root(phone):
        return bad("ca", phone.serial, f"{store} needs root", "see `access`")
    return ok("ca", phone.serial, f"system store by {store}")


async def _proxy(phone: Phone, tools: PhoneTools) -> Check:
    value = await phone.setting("global", "http_proxy")
    if value in (None, ":0"):
        return ok("proxy", phone.serial, "none set")
    todo = (
        "if nobody else needs it: adb shell settings put global http_proxy :0 (one that a session "
        "of the farm left goes at the next lease)"
    )
    return bad("proxy", phone.serial, f"http_proxy is {value}", todo, required=False)


async def _clock(phone: Phone, tools: PhoneTools) -> Check:
    now = fit([await phone.clock_sample() for _ in range(5)])
    found = f"{now.offset_ns / 1e6:+.1f} ms against the host, known to {now.bound_ns / 1e6:.1f} ms"
    if abs(now.offset_ns) > MOST_CLOCK_NS:
        todo = (
            "set date and time (Settings, System, automatic date and time), or the host's clock: "
            "certificates look expired or not yet valid, and apps refuse TLS"
        )
        return bad("clock", phone.serial, found, todo)
    if now.bound_ns > WORST_CLOCK_BOUND_NS:
        todo = "use a shorter cable or another hub: calls could not be placed in time"
        return bad("clock", phone.serial, found, todo)
    return ok("clock", phone.serial, found)


async def _disk(phone: Phone, tools: PhoneTools) -> Check:
    free = read_free((await phone.shell("df", "/data")).stdout)
    if free is None:
        todo = "see `adb shell df /data`"
        return bad("disk", phone.serial, "the phone does not say", todo, required=False)
    found = f"{free >> 20} MiB free on /data"
    if free < LEAST_FREE:
        todo = "free at least 1 GiB: remove apps and files (Settings, Storage)"
        return bad("disk", phone.serial, found, todo)
    return ok("disk", phone.serial, found)


async def _battery(phone: Phone, tools: PhoneTools) -> Check:
    battery = read_battery((await phone.shell("dumpsys", "battery")).stdout)
    if battery is None or battery.level is None:
        todo = "see `adb shell dumpsys battery`"
        return bad("battery", phone.serial, "the phone does not say", todo, required=False)
    found = f"{battery.level} %, {'powered' if battery.powered else 'not powered'}"
    if battery.level < LEAST_BATTERY and not battery.powered:
        todo = "charge it: battery savers switch off what apps do in the background"
        return bad("battery", phone.serial, found, todo)
    return ok("battery", phone.serial, found)


_CHECKS: tuple[tuple[str, Callable[[Phone, PhoneTools], Awaitable[Check]]], ...] = (
    ("access", _access),
    ("frida", _frida),
    ("ca", _ca),
    ("proxy", _proxy),
    ("clock", _clock),
    ("disk", _disk),
    ("battery", _battery),
)
