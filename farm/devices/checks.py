"""What `farm doctor` and `farm setup-phone` check: each check says what is wrong and what to do.

A check never changes a phone and never raises for what it is there to find.
"""

import asyncio
import shutil
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import frida
import msgspec

from farm.devices import clock, frida_server
from farm.devices.adb import Adb
from farm.devices.identity import has_root, identify
from farm.devices.phone import Phone
from farm.devices.pool import advice
from farm.devices.profiles import CaStore, DeviceProfile
from farm.devices.server import adb_version, check_version, ensure_server, find_adb
from farm.model.errors import DeviceError, FarmError, SetupError
from farm.model.vocabulary import AccessMode

LEAST_DISK = 5 << 30  # bytes; a session writes up to some 200 MB
_FONTS = ("NotoSansCJK", "NotoSerifCJK", "wqy", "SourceHanSans", "DroidSansFallback")


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at. `todo` is empty when it is in order."""

    name: str
    subject: str  # "host" or a phone's serial
    ok: bool
    found: str
    todo: str = ""
    required: bool = True  # False: the farm works without, with less


async def check_host(
    *, bundle: Path, workspace: Path, frida_folder: Path | None = None
) -> list[Check]:
    """Check the machine: adb, tools, fonts, disk, ports, hook bundle and frida-server files."""
    return await asyncio.to_thread(
        _check_host, bundle, workspace, frida_folder or frida_server.default_folder()
    )


def _check_host(bundle: Path, workspace: Path, frida_folder: Path) -> list[Check]:
    checks = []
    try:
        version = adb_version(find_adb())
        check_version(version)
        checks.append(_ok("adb", "host", f"{version.text} at {version.path}"))
    except SetupError as error:
        checks.append(_bad("adb", "host", str(error), "apt install adb"))
    for tool, package, needed in (
        ("java", "default-jre-headless", False),
        ("apksigner", "apksigner", False),
        ("zipalign", "zipalign", False),
    ):
        path = shutil.which(tool)
        if path:
            checks.append(_ok(tool, "host", path))
        else:
            checks.append(
                _bad(tool, "host", "not in PATH", f"apt install {package}", required=needed)
            )
    if bundle.is_file():
        checks.append(_ok("hook bundle", "host", f"{bundle.stat().st_size} bytes"))
    else:
        checks.append(_bad("hook bundle", "host", f"{bundle} is not there", "make setup"))
    checks.append(_ok("frida package", "host", frida.__version__))
    files = sorted(frida_folder.glob(f"frida-server-{frida.__version__}-android-*"))
    if files:
        checks.append(_ok("frida-server", "host", ", ".join(path.name for path in files[:6])))
    else:
        checks.append(
            _bad(
                "frida-server",
                "host",
                f"no frida-server-{frida.__version__}-android-* in {frida_folder}",
                f"put the unpacked files of the Frida release {frida.__version__} there "
                "(only rooted phones and emulators need them)",
                required=False,
            )
        )
    checks.append(_fonts())
    existing = next(p for p in (workspace, *workspace.resolve().parents) if p.exists())
    free = shutil.disk_usage(existing).free
    if free >= LEAST_DISK:
        checks.append(_ok("disk", "host", f"{free >> 30} GiB free at {existing}"))
    else:
        checks.append(
            _bad("disk", "host", f"{free >> 20} MiB free at {existing}", "free at least 5 GiB")
        )
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            checks.append(_ok("proxy port", "host", f"loopback port {server.getsockname()[1]}"))
    except OSError as error:
        checks.append(_bad("proxy port", "host", str(error), "allow listening on 127.0.0.1"))
    return checks


def _fonts() -> Check:
    folders = [Path("/usr/share/fonts"), Path.home() / ".fonts", Path.home() / ".local/share/fonts"]
    for folder in folders:
        for path in folder.rglob("*") if folder.is_dir() else ():
            if any(word.lower() in path.name.lower() for word in _FONTS):
                return _ok("fonts", "host", str(path))
    return _bad(
        "fonts", "host", "no Chinese font", "apt install fonts-noto-cjk", required=False
    )  # only twins draw text themselves


async def check_phones(adb: Adb, profiles: list[DeviceProfile], only: str = "") -> list[Check]:
    """Check every phone at the adb server, or the one named `only`."""
    try:
        await ensure_server(adb.host, adb.port)
    except SetupError as error:
        return [_bad("adb server", "host", str(error), "start it: adb start-server")]
    states: dict[str, str] = {}
    tracking = adb.track_devices()
    try:
        async with asyncio.timeout(10):
            states = await anext(tracking)
    except (TimeoutError, StopAsyncIteration, DeviceError) as error:
        return [_bad("adb server", "host", str(error) or "no answer", "adb kill-server, try again")]
    finally:
        await tracking.aclose()
    if only and only not in states:
        return [_bad("phone", only, f"not among {sorted(states)}", "plug it in, see `adb devices`")]
    if not states:
        todo = "plug one in with USB debugging on (only real phones need this)"
        return [_bad("phones", "host", "none at the adb server", todo, required=False)]
    checks = []
    for serial, state in sorted(states.items()):
        if only in ("", serial):
            checks += await check_phone(adb, serial, state, profiles)
    return checks


async def check_phone(
    adb: Adb, serial: str, state: str, profiles: list[DeviceProfile]
) -> list[Check]:
    """Check one phone: connection, profile, root or gadget, frida-server, CA, proxy, clock."""
    if state != "device":
        return [_bad("connection", serial, state, advice(state))]
    try:
        phone = await identify(adb, serial, profiles)
    except FarmError as error:
        return [_bad("profile", serial, str(error), "add or correct a profile in device_profiles/")]
    info = phone.info
    checks = [_ok("profile", serial, f"{info.profile} ({info.model}, Android {info.sdk})")]
    for name, check in _PHONE_CHECKS:
        try:
            async with asyncio.timeout(60):
                checks.append(await check(phone))
        except TimeoutError:
            checks.append(_bad(name, serial, "no answer in 60 s", "unlock or restart the phone"))
        except FarmError as error:
            checks.append(_bad(name, serial, str(error), "see the message"))
    return checks


async def _check_access(phone: Phone) -> Check:
    if phone.profile.access is AccessMode.GADGET:
        found = "no root: apps are repackaged with frida-gadget, which changes their signature"
        return _ok("access", phone.serial, found)
    if await has_root(phone):
        return _ok("access", phone.serial, f"root by {phone.profile.access}")
    todo = (
        "run `adb root` (works on userdebug and emulator images only)"
        if phone.profile.access is AccessMode.ADB_ROOT
        else "allow root for `shell` in the root manager's app, or give the phone a profile with "
        "access: gadget"
    )
    return _bad("access", phone.serial, "no root", todo)


async def _check_frida(phone: Phone) -> Check:
    if phone.profile.access is AccessMode.GADGET:
        return _ok("frida", phone.serial, "gadget inside the app")
    folder = frida_server.default_folder()
    try:
        data = await asyncio.to_thread(frida_server.read_server_file, folder, phone.info.abi)
    except SetupError as error:
        todo = f"put frida-server {frida.__version__} for {phone.info.abi} into {folder}"
        return _bad("frida", phone.serial, str(error), todo)
    running = " (port 27042 is taken on the phone)" if await frida_server.listens(phone) else ""
    return _ok("frida", phone.serial, f"{len(data) >> 20} MiB for {phone.info.abi}{running}")


async def _check_ca(phone: Phone) -> Check:
    store = phone.profile.ca_store
    if store is CaStore.USER:
        todo = (
            "install the farm's CA in Settings, Security, Install from storage; apps for Android 7 "
            "and later trust it only if their network security config says so"
        )
        return _bad("ca", phone.serial, "user store only", todo, required=False)
    if phone.profile.access is not AccessMode.GADGET and not await has_root(phone):
        return _bad("ca", phone.serial, f"{store} needs root", "see `access`")
    return _ok("ca", phone.serial, f"system store by {store}")


async def _check_proxy(phone: Phone) -> Check:
    value = await phone.setting("global", "http_proxy")
    if value in (None, ":0"):
        return _ok("proxy", phone.serial, "none set")
    todo = "adb shell settings put global http_proxy :0 (the next lease does it by its ledger)"
    return _bad("proxy", phone.serial, f"http_proxy is {value}", todo, required=False)


async def _check_clock(phone: Phone) -> Check:
    fit = clock.fit([await phone.clock_sample() for _ in range(5)])
    offset, bound = fit.offset_ns / 1e6, fit.bound_ns / 1e6
    found = f"{offset:+.1f} ms against the host, known to {bound:.1f} ms"
    if bound > 1100:
        return _bad("clock", phone.serial, found, "use a shorter cable or another hub: too slow")
    return _ok("clock", phone.serial, found)


_PHONE_CHECKS: tuple[tuple[str, Callable[[Phone], Awaitable[Check]]], ...] = (
    ("access", _check_access),
    ("frida", _check_frida),
    ("ca", _check_ca),
    ("proxy", _check_proxy),
    ("clock", _check_clock),
)


def _ok(name: str, subject: str, found: str) -> Check:
    return Check(name=name, subject=subject, ok=True, found=found)


def _bad(name: str, subject: str, found: str, todo: str, *, required: bool = True) -> Check:
    return Check(name=name, subject=subject, ok=False, found=found, todo=todo, required=required)
