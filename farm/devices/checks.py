"""What `farm doctor` checks of this machine: each check says what is wrong and what to do.

Phones are checked by `phone_checks`. A check never raises for what it is there to find.
"""

import asyncio
import datetime
import shutil
import socket
import stat
from pathlib import Path

import frida
import msgspec
from cryptography import x509

from farm.devices import android_tools
from farm.devices.server import adb_version, check_version, find_adb
from farm.model.errors import SetupError

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
    *, bundle: Path, workspace: Path, frida_folder: Path, authority: Path
) -> list[Check]:
    """Check the machine: adb, tools, fonts, disk, ports, CA, hook bundle and frida-server files.

    Args:
        bundle: the compiled hooks.
        workspace: where recordings go.
        frida_folder: where the operator puts frida-server files.
        authority: folder of the capture's CA.
    """
    return await asyncio.to_thread(_check_host, bundle, workspace, frida_folder, authority)


def _check_host(bundle: Path, workspace: Path, frida_folder: Path, authority: Path) -> list[Check]:
    checks = []
    try:
        version = adb_version(find_adb())
        check_version(version)
        checks.append(ok("adb", "host", f"{version.text} at {version.path}"))
    except SetupError as error:
        checks.append(bad("adb", "host", str(error), "apt install adb"))
    lacking = [name for name in android_tools.PROGRAMS if shutil.which(name) is None]
    if lacking:
        todo = f"apt install {android_tools.PACKAGES} (only phones without root need them)"
        found = f"not in PATH: {', '.join(lacking)}"
        checks.append(bad("build tools", "host", found, todo, required=False))
    else:
        checks.append(ok("build tools", "host", ", ".join(android_tools.PROGRAMS)))
    if bundle.is_file():
        checks.append(ok("hook bundle", "host", f"{bundle.stat().st_size} bytes"))
    else:
        checks.append(bad("hook bundle", "host", f"{bundle} is not there", "make setup"))
    checks.append(ok("frida package", "host", frida.__version__))
    files = sorted(frida_folder.glob(f"frida-server-{frida.__version__}-android-*"))
    if files:
        checks.append(ok("frida-server", "host", ", ".join(path.name for path in files[:6])))
    else:
        checks.append(
            bad(
                "frida-server",
                "host",
                f"no frida-server-{frida.__version__}-android-* in {frida_folder}",
                f"put the unpacked files of the Frida release {frida.__version__} there "
                "(only rooted phones and emulators need them)",
                required=False,
            )
        )
    checks += [_fonts(), _authority(authority)]
    existing = next(p for p in (workspace, *workspace.resolve().parents) if p.exists())
    free = shutil.disk_usage(existing).free
    if free >= LEAST_DISK:
        checks.append(ok("disk", "host", f"{free >> 30} GiB free at {existing}"))
    else:
        checks.append(
            bad("disk", "host", f"{free >> 20} MiB free at {existing}", "free at least 5 GiB")
        )
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            checks.append(ok("proxy port", "host", f"loopback port {server.getsockname()[1]}"))
    except OSError as error:
        checks.append(bad("proxy port", "host", str(error), "allow listening on 127.0.0.1"))
    return checks


def _authority(folder: Path) -> Check:
    """The CA whose certificate phones are to trust: whole, private, and in its time."""
    path = next(iter(sorted(folder.glob("*-ca.pem"))), None)
    if path is None:
        return ok("ca", "host", f"none in {folder} yet: the first session makes it")
    try:
        certificate = x509.load_pem_x509_certificates(path.read_bytes())[0]
        mode = stat.S_IMODE(path.stat().st_mode)
    except (OSError, ValueError, IndexError) as error:
        todo = "remove the folder: the next session makes a new CA, and phones have to trust it"
        return bad("ca", "host", f"{path} cannot be read: {error}", todo)
    ends = certificate.not_valid_after_utc
    if ends < datetime.datetime.now(datetime.UTC):
        todo = "remove the folder: the next session makes a new CA, and phones have to trust it"
        return bad("ca", "host", f"{path} ended on {ends:%Y-%m-%d}", todo)
    if mode & 0o077:
        todo = f"chmod 600 {path}: whoever reads the key can read the traffic of every phone"
        return bad("ca", "host", f"{path} can be read by others (mode {mode:o})", todo)
    return ok("ca", "host", f"{path}, to {ends:%Y-%m-%d}")


def _fonts() -> Check:
    folders = [Path("/usr/share/fonts"), Path.home() / ".fonts", Path.home() / ".local/share/fonts"]
    for folder in folders:
        for path in folder.rglob("*") if folder.is_dir() else ():
            if any(word.lower() in path.name.lower() for word in _FONTS):
                return ok("fonts", "host", str(path))
    return bad(
        "fonts", "host", "no Chinese font", "apt install fonts-noto-cjk", required=False
    )  # only twins draw text themselves


def ok(name: str, subject: str, found: str) -> Check:
    """A thing that is in order."""
    return Check(name=name, subject=subject, ok=True, found=found)


def bad(name: str, subject: str, found: str, todo: str, *, required: bool = True) -> Check:
    """A fault, with what to do about it."""
    return Check(name=name, subject=subject, ok=False, found=found, todo=todo, required=required)
