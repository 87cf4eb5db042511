"""A session's preparation on a real phone, without an app: each step is proven, then undone.

What comes out are checks, as each step ends. The phone is cleaned whatever happens.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from pathlib import Path

import frida
import msgspec

from farm.devices import certificates
from farm.devices.checks import Check, bad, ok
from farm.devices.phone import Phone
from farm.devices.preparation import PreparationPlan, Prepared, clean, prepare
from farm.devices.profiles import CaStore
from farm.devices.seeding.plan import make_plan, new_token
from farm.model.errors import DeviceError, FarmError
from farm.model.events import NotSeeded, PhoneIdentity
from farm.model.vocabulary import AccessMode

DOWNLOADED_CA = "/sdcard/Download/farm-ca.crt"
_SECONDS = 60.0
_FRIDA_SECONDS = 15.0
_PREPARE_TODO = "do what the message says, then run this again"


class RehearsalPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a session would use."""

    ca_pem: bytes
    frida_folder: Path
    state_folder: Path  # ledgers of what was changed on phones


async def rehearse(phone: Phone, plan: RehearsalPlan) -> AsyncGenerator[Check, None]:
    """Prepare the phone as a session does, prove every part, and put everything back."""
    try:
        async with _listener() as (port, arrived):
            prepared: Prepared | None = None

            async def preparation() -> str:
                nonlocal prepared
                prepared = await prepare(
                    phone,
                    PreparationPlan(
                        proxy_port=port,
                        ca_pem=plan.ca_pem,
                        frida=phone.profile.access is not AccessMode.GADGET,
                        frida_folder=plan.frida_folder,
                        seeds=make_plan(new_token()),
                    ),
                    state_folder=plan.state_folder,
                )
                left = [note.detail for note in prepared.notes if note.name == "quirk"]
                return "settings, certificate, Frida and proxy are in place" + (
                    f"; the phone does not know: {'; '.join(left)}" if left else ""
                )

            check = await _step(phone, "preparation", preparation, _PREPARE_TODO)
            yield check
            if prepared is not None:
                for name, work, todo in _proofs(phone, plan, prepared, arrived):
                    yield await _step(phone, name, work, todo)
    finally:
        # Also when nobody wants to see the rest: the phone is to be left as it was.
        cleaned = await _step(
            phone,
            "cleaning",
            lambda: _clean(phone, plan),
            "restart the phone, then run this again: the next lease goes on cleaning by its ledger",
        )
        await phone.release()
    yield cleaned


async def _step(phone: Phone, name: str, work: Callable[[], Awaitable[str]], todo: str) -> Check:
    try:
        async with asyncio.timeout(_SECONDS):
            return ok(name, phone.serial, await work())
    except TimeoutError:
        return bad(name, phone.serial, f"not done within {_SECONDS:g} s", todo)
    except FarmError as error:
        return bad(name, phone.serial, str(error), todo)


Proof = tuple[str, Callable[[], Awaitable[str]], str]


def _proofs(
    phone: Phone, plan: RehearsalPlan, prepared: Prepared, arrived: "asyncio.Queue[bytes]"
) -> list[Proof]:
    proofs: list[Proof] = [
        (
            "proxy path",
            lambda: _through_proxy(phone, prepared.device_proxy_port, arrived),
            "check the cable; `adb reverse --list` should show the port while a session runs",
        ),
        (
            "certificate",
            lambda: _certificate(phone, plan.ca_pem),
            f"open {DOWNLOADED_CA} on the phone: Settings, Security, Install from storage",
        ),
        (
            "planted data",
            lambda: _planted(prepared),
            "allow the shell what the message names (MIUI: USB debugging, Security settings)",
        ),
        (
            "screen",
            lambda: _look(phone),
            "unlock the phone, take its lock screen off, and end other automation services",
        ),
    ]
    if prepared.frida_address:
        proofs.insert(
            2,
            (
                "frida answers",
                lambda: _frida_answers(prepared.frida_address),
                "restart the phone; where SELinux or the vendor ends frida-server, see logcat",
            ),
        )
    return proofs


@contextlib.asynccontextmanager
async def _listener() -> AsyncIterator[tuple[int, "asyncio.Queue[bytes]"]]:
    """Stand where the capture's listener would; hand on the first line of each connection."""
    arrived: asyncio.Queue[bytes] = asyncio.Queue(maxsize=100)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(TimeoutError, OSError, ValueError, asyncio.QueueFull):
            async with asyncio.timeout(10):
                arrived.put_nowait(await reader.readline())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], arrived


async def _through_proxy(phone: Phone, port: int, arrived: "asyncio.Queue[bytes]") -> str:
    """What apps send to the proxy setting reaches this machine."""
    line = secrets.token_hex(8).encode() + b"\n"
    async with phone.open_port(port) as (_, writer):
        writer.write(line)
        await writer.drain()
        try:
            async with asyncio.timeout(10):
                while await arrived.get() != line:
                    continue
        except TimeoutError:
            raise DeviceError(
                f"{phone.serial}: what was sent to the phone's port {port} did not arrive here"
            ) from None
    return f"the phone's port {port} leads to this machine"


async def _certificate(phone: Phone, pem: bytes) -> str:
    name = certificates.store_name(pem)
    if phone.profile.access is AccessMode.GADGET:
        return "the copies of apps trust it; on the phone nothing is needed"
    if phone.profile.ca_store is CaStore.USER:
        await phone.push(pem, DOWNLOADED_CA)
        return f"put into {DOWNLOADED_CA}: install it by hand, once (Settings, Security)"
    if not await certificates.is_trusted(phone, name):
        raise DeviceError(f"{phone.serial}: {name} is not in the system store")
    return f"{name} in the system store"


async def _planted(prepared: Prepared) -> str:
    """What the phone lets the farm plant; what it does not is no failure, but to be known."""
    types = [one.data_type for one in prepared.seeds if isinstance(one, PhoneIdentity)]
    missing = [one for one in prepared.seeds if isinstance(one, NotSeeded)]
    told = "; ".join(f"{one.data_type}: {one.reason}" for one in missing)
    names = ", ".join(dict.fromkeys(types)) or "nothing"
    return f"{names}{f'; not planted: {told}' if told else ''}"


async def _look(phone: Phone) -> str:
    await phone.start_screen()
    xml = await phone.hierarchy()
    picture = await phone.screenshot()
    return f"hierarchy of {len(xml)} characters, picture of {len(picture)} bytes"


async def _frida_answers(address: str) -> str:
    manager = frida.get_device_manager()

    def ask() -> int:
        try:
            device = manager.add_remote_device(address)
            return len(device.enumerate_processes())
        finally:
            with contextlib.suppress(frida.InvalidArgumentError):
                manager.remove_remote_device(address)

    try:
        async with asyncio.timeout(_FRIDA_SECONDS):
            count = await asyncio.to_thread(ask)
    except TimeoutError:
        raise DeviceError(f"frida-server does not answer within {_FRIDA_SECONDS:g} s") from None
    except (
        frida.ServerNotRunningError,
        frida.TransportError,
        frida.ProtocolError,
        frida.InvalidOperationError,
        frida.PermissionDeniedError,
        frida.TimedOutError,
    ) as error:
        raise DeviceError(f"frida-server does not answer: {error}") from error
    return f"{count} processes listed"


async def _clean(phone: Phone, plan: RehearsalPlan) -> str:
    undone = await clean(phone, state_folder=plan.state_folder)
    return f"{len(undone)} changes undone" if undone else "nothing was left"
