"""Brings the operator's frida-server to a phone, starts it, and stops it again.

Files lie in a folder of the host as `frida-server-VERSION-android-ARCH`, as Frida publishes them,
with an optional `.sha256` beside each. The version must be that of the installed frida package.
"""

import asyncio
import hashlib
from pathlib import Path

import frida

from farm.devices.outputs.processes import read_pids, read_processes
from farm.devices.phone import Phone
from farm.model.errors import DeviceError, SetupError

PORT = 27042
REMOTE = "/data/local/tmp/farm-frida-server"
_NAME = REMOTE.rpartition("/")[2]
_LARGEST = 200 << 20
# Android ABI -> (Frida's name of it, e_machine of the ELF specification)
_ABIS = {
    "arm64-v8a": ("arm64", 183),
    "armeabi-v7a": ("arm", 40),
    "armeabi": ("arm", 40),
    "x86_64": ("x86_64", 62),
    "x86": ("x86", 3),
}


def default_folder() -> Path:
    """Where the operator puts frida-server files unless told otherwise."""
    return Path.home() / ".farm" / "frida"


def file_name(abi: str) -> str:
    """The name of the file for this ABI and the installed frida package.

    Raises:
        SetupError: Frida has no server for the ABI.
    """
    if abi not in _ABIS:
        raise SetupError(f"frida-server does not exist for the ABI {abi!r}")
    return f"frida-server-{frida.__version__}-android-{_ABIS[abi][0]}"


def gadget_name(abi: str) -> str:
    """The name of the gadget's file for this ABI and the installed frida package.

    Raises:
        SetupError: Frida has no gadget for the ABI.
    """
    return file_name(abi).replace("frida-server-", "frida-gadget-") + ".so"


def read_server_file(folder: Path, abi: str) -> bytes:
    """Return the operator's frida-server for an ABI, checked; blocks.

    Raises:
        SetupError: missing, packed, for another processor, or not matching its `.sha256`.
    """
    return _read_file(folder, file_name(abi), "frida-server", abi)


def read_gadget_file(folder: Path, abi: str) -> bytes:
    """Return the operator's frida-gadget for an ABI, checked in the same way; blocks.

    Raises:
        SetupError: as for `read_server_file`.
    """
    return _read_file(folder, gadget_name(abi), "frida-gadget", abi)


def _read_file(folder: Path, name: str, kind: str, abi: str) -> bytes:
    path = folder / name
    try:
        data = path.read_bytes()
    except OSError as error:
        others = sorted(p.name for p in folder.glob(f"{kind}-*-android-{_ABIS[abi][0]}*"))
        hint = f" (found: {', '.join(others[:3])})" if others else ""
        raise SetupError(
            f"{path}: not there{hint}: put the {kind} of the release {frida.__version__}, "
            f"unpacked, into {folder}"
        ) from error
    if len(data) > _LARGEST:
        raise SetupError(f"{path}: larger than {_LARGEST} bytes, expected a {kind}")
    if data[:6] == b"\xfd7zXZ\0":
        raise SetupError(f"{path}: still packed: unpack it with `unxz`")
    if data[:4] != b"\x7fELF" or len(data) < 20:
        raise SetupError(f"{path}: no ELF file, expected a {kind} for {abi}")
    machine = int.from_bytes(data[18:20], "little" if data[5] == 1 else "big")
    if machine != _ABIS[abi][1]:
        raise SetupError(
            f"{path}: built for ELF machine {machine}, expected {_ABIS[abi][1]} ({abi}): "
            "the file has a wrong name or is the wrong download"
        )
    listed = path.with_name(path.name + ".sha256")
    if listed.is_file():
        words = listed.read_text("utf-8", "replace").split()
        digest = hashlib.sha256(data).hexdigest()
        if not words or words[0].lower() != digest:
            raise SetupError(f"{path}: sha256 is {digest}, {listed.name} says otherwise")
    return data


async def _pids(phone: Phone) -> list[int]:
    found = read_pids((await phone.shell("pidof", _NAME, root=True)).stdout)
    if found:
        return found
    listing = await phone.shell("ps", "-A", root=True)
    names = (_NAME, _NAME[:15], REMOTE)  # the kernel keeps 15 characters of a name
    return [process.pid for process in read_processes(listing.stdout) if process.name in names]


async def listens(phone: Phone, port: int = PORT) -> bool:
    """Whether something accepts connections on the phone's port."""
    try:
        async with phone.open_port(port):
            return True
    except DeviceError:
        if phone.gone.is_set():
            raise
        return False


async def runs_ours(phone: Phone, data: bytes) -> bool:
    """Whether the farm's frida-server, of just these bytes, runs on the phone."""
    return await _has_file(phone, data) and bool(await _pids(phone))


async def start(phone: Phone, folder: Path, port: int = PORT) -> None:
    """Have the operator's frida-server listen on the phone; one that runs already is kept.

    Raises:
        SetupError: the file is missing or of the wrong version.
        DeviceError: it does not start, or a foreign one holds the port.
    """
    data = await asyncio.to_thread(read_server_file, folder, phone.info.abi)
    if await listens(phone, port):
        if await runs_ours(phone, data):
            return
        raise DeviceError(
            f"{phone.serial}: something else listens on port {port}, probably another "
            "frida-server: stop it (or reboot the phone)"
        )
    if not await _has_file(phone, data):
        await phone.push(data, REMOTE, 0o755)
    await phone.check("chmod", "755", REMOTE)
    version = (await phone.check(REMOTE, "--version", root=True)).strip()
    if version != frida.__version__:
        raise SetupError(
            f"{phone.serial}: {file_name(phone.info.abi)} says version {version[:40]!r}, expected "
            f"{frida.__version__} of the installed frida package: replace the file"
        )
    await phone.check(REMOTE, "-l", f"127.0.0.1:{port}", "-D", root=True, timeout=30)
    try:
        async with asyncio.timeout(15):
            while not await listens(phone, port):  # noqa: ASYNC110 - the phone cannot tell us
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise DeviceError(
            f"{phone.serial}: frida-server was started but does not listen on port {port}"
        ) from None


async def stop(phone: Phone, port: int = PORT) -> None:
    """End the farm's frida-server; one that does not run is no error.

    Raises:
        DeviceError: it keeps listening.
    """
    for signal in ("-TERM", "-KILL"):
        for pid in await _pids(phone):
            await phone.shell("kill", signal, str(pid), root=True)
        try:
            async with asyncio.timeout(3):
                while await _pids(phone):  # noqa: ASYNC110 - the phone cannot tell us
                    await asyncio.sleep(0.1)
                return
        except TimeoutError:
            continue
    raise DeviceError(f"{phone.serial}: frida-server cannot be stopped: reboot the phone")


async def _has_file(phone: Phone, data: bytes) -> bool:
    listing = await phone.shell("sha256sum", REMOTE, timeout=60)
    return listing.stdout.split()[:1] == [hashlib.sha256(data).hexdigest()]
