"""Makes a phone ready for a session and puts everything back: symmetrical, by a ledger.

Every change is written into the ledger before it is made, so that `clean` at the next lease undoes
what a crash left behind. Undoing goes on past a step that fails and reports all of them.
"""

from pathlib import Path

import msgspec

from farm.devices import certificates, frida_server
from farm.devices.ledger import (
    AnyChange,
    Certificate,
    Clipboard,
    Forward,
    FridaServer,
    InstalledApp,
    Ledger,
    MockProvider,
    Reverse,
    Seeds,
    Setting,
    ShellRight,
    VendorQuirk,
)
from farm.devices.phone import Phone
from farm.devices.profiles import CaStore
from farm.devices.seeding import clipboard, planting, positions, rights
from farm.devices.seeding.plan import SeedPlan
from farm.devices.together import together
from farm.model.errors import DeviceError, DeviceGone, UsageError
from farm.model.events import DeviceNote
from farm.model.vocabulary import AccessMode

DEVICE_PROXY_PORT = 28080
_ANIMATIONS = ("window_animation_scale", "transition_animation_scale", "animator_duration_scale")
# What Android derives from http_proxy; it stays behind when only http_proxy is deleted.
_DERIVED = ("global_http_proxy_host", "global_http_proxy_port", "global_http_proxy_exclusion_list")


class PreparationPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a session needs of the phone."""

    proxy_port: int | None = None  # of the capture's listener on the host
    ca_pem: bytes = b""  # the capture's CA certificate, PEM
    frida: bool = True
    frida_folder: Path | None = None
    frida_port: int = frida_server.PORT
    packages: list[str] = []  # apps under test: removed before and afterwards
    device_proxy_port: int = DEVICE_PROXY_PORT
    seeds: SeedPlan | None = None  # data of the farm's own to plant


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What the session may use now."""

    frida_address: str = ""  # 127.0.0.1:PORT on the host
    device_proxy_port: int = 0
    ca_file: str = ""  # the certificate's name in the phone's store
    notes: list[DeviceNote] = []
    seeds: list[planting.Fact] = []  # what was planted, and what could not be


async def prepare(
    phone: Phone, plan: PreparationPlan, *, state_folder: Path | None = None
) -> Prepared:
    """Prepare a phone, after cleaning it from what an earlier session left behind.

    Raises:
        SetupError: a file or a setting of the host is missing.
        DeviceError: a step failed; `clean` undoes those before it.
    """
    await clean(phone, state_folder=state_folder)
    ledger = Ledger(phone, state_folder)
    facts: list[planting.Fact] = []
    prepared = Prepared()

    async def plant(seeds: SeedPlan) -> None:
        if phone.profile.seeds:
            facts.extend(await planting.plant(phone, seeds, ledger))
        else:
            facts.extend(planting.nothing(f"the profile {phone.profile.name} leaves it out"))

    async def steps() -> None:
        nonlocal prepared
        prepared = await _steps(phone, plan, ledger)

    # Planting waits for the phone's providers most of the time, and touches nothing of the rest.
    await together(steps(), *([plant(plan.seeds)] if plan.seeds is not None else []))
    return msgspec.structs.replace(prepared, seeds=facts)


async def _steps(phone: Phone, plan: PreparationPlan, ledger: Ledger) -> Prepared:
    notes: list[DeviceNote] = []
    for package in plan.packages:
        await phone.uninstall(package)
        await ledger.add(InstalledApp(package=package))
    await _wake(phone, ledger)
    await _quirks(phone, ledger, notes)
    ca_file = await _trust(phone, plan.ca_pem, ledger, notes) if plan.ca_pem else ""
    address = ""
    if plan.frida:
        if phone.profile.access is AccessMode.GADGET:
            notes.append(_note("frida", "gadget inside the repackaged app; no frida-server"))
            await ledger.add(Forward(port=plan.frida_port))
        else:
            await ledger.add(FridaServer(port=plan.frida_port))
            folder = plan.frida_folder or frida_server.default_folder()
            await frida_server.start(phone, folder, plan.frida_port)
        address = f"127.0.0.1:{await phone.forward(plan.frida_port)}"
    if plan.proxy_port is not None:
        await _proxy(phone, plan.device_proxy_port, plan.proxy_port, ledger)
    notes += [_note("profile", text) for text in phone.profile.notes]
    return Prepared(
        frida_address=address,
        device_proxy_port=plan.device_proxy_port if plan.proxy_port is not None else 0,
        ca_file=ca_file,
        notes=notes,
    )


async def clean(phone: Phone, *, state_folder: Path | None = None) -> list[str]:
    """Undo everything the ledger holds, newest first; return what was undone.

    Raises:
        DeviceGone: the phone vanished; the ledger keeps what is left.
        DeviceError: some steps could not be undone; the message names all, the ledger keeps them.
    """
    ledger = Ledger(phone, state_folder)
    await ledger.load()
    undone: list[str] = []
    failed: list[str] = []
    left: list[AnyChange] = []
    for change in reversed(ledger.changes):
        try:
            await _undo(phone, change)
            undone.append(_name(change))
        except DeviceGone:
            raise
        except DeviceError as error:
            failed.append(f"{_name(change)}: {error}")
            left.insert(0, change)
    if ledger.changes:
        ledger.changes = left
        await ledger.save()
    if failed:
        raise DeviceError(f"{phone.serial} could not be cleaned: " + "; ".join(failed))
    return undone


def _note(name: str, detail: str) -> DeviceNote:
    return DeviceNote(name=name, detail=detail[:1000])


def _name(change: AnyChange) -> str:
    match change:
        case Setting():
            return f"setting {change.namespace} {change.key}"
        case Reverse():
            return f"reverse port {change.port}"
        case Certificate():
            return f"certificate {change.file}"
        case Forward():
            return f"forwarded port {change.port}"
        case FridaServer():
            return "frida-server"
        case VendorQuirk():
            return f"quirk {change.name}"
        case InstalledApp():
            return f"app {change.package}"
        case ShellRight():
            return f"right {change.operation}"
        case Seeds():
            return "planted data"
        case Clipboard():
            return "clipboard"
        case MockProvider():
            return f"position of {change.provider}"


async def _put(
    phone: Phone, ledger: Ledger, key: str, value: str, namespace: str = "global"
) -> None:
    before = await phone.setting(namespace, key)
    if before != value:
        await ledger.add(Setting(namespace=namespace, key=key, before=before))
        await phone.check("settings", "put", namespace, key, value)
        after = await phone.setting(namespace, key)
        if after != value:
            raise DeviceError(
                f"{phone.serial}: settings put {namespace} {key} had no effect ({after!r}): allow "
                'it in the developer options (MIUI: "USB debugging (Security settings)")'
            )


async def _wake(phone: Phone, ledger: Ledger) -> None:
    await phone.check("input", "keyevent", "KEYCODE_WAKEUP")
    # Only a lock screen without a secret goes away; older systems do not know the command.
    await phone.shell("wm", "dismiss-keyguard")
    await _put(phone, ledger, "stay_on_while_plugged_in", "7")  # AC, USB and wireless
    for key in _ANIMATIONS:
        await _put(phone, ledger, key, "0")


async def _quirks(phone: Phone, ledger: Ledger, notes: list[DeviceNote]) -> None:
    for quirk in phone.profile.quirks:
        match quirk.do:
            case ["settings", "put", namespace, key, value]:  # what it was before is known
                await _put(phone, ledger, key, value, namespace)
                continue
        await ledger.add(VendorQuirk(name=quirk.name))
        result = await phone.shell(*quirk.do, root=quirk.root)
        if result.exit_code:
            words = (result.stderr or result.stdout).strip()
            notes.append(_note("quirk", f"{quirk.name}: exit {result.exit_code}: {words}"))


async def _trust(phone: Phone, pem: bytes, ledger: Ledger, notes: list[DeviceNote]) -> str:
    name = certificates.store_name(pem)
    store = phone.profile.ca_store
    if store is CaStore.USER:
        if phone.profile.access is AccessMode.GADGET:
            notes.append(_note("ca", f"{name} is inside the repackaged app, not in a store"))
        else:
            notes.append(
                _note("ca", f"{name} must be in the user store by hand; apps may still refuse it")
            )
        return name
    await ledger.add(Certificate(store=store.value, file=name))
    await certificates.add(phone, pem, store)
    return name


async def _proxy(phone: Phone, device_port: int, host_port: int, ledger: Ledger) -> None:
    await ledger.add(Reverse(port=device_port))
    await phone.reverse(device_port, host_port)
    value = f"127.0.0.1:{device_port}"
    if await phone.setting("global", "http_proxy") == value:
        # Left by a session whose ledger is lost: nothing worth restoring.
        await _restore_proxy(phone, None)
    await _put(phone, ledger, "http_proxy", value)


async def _restore_proxy(phone: Phone, before: str | None) -> None:
    # Connectivity only drops a proxy when it is told ":0"; a deleted value goes unnoticed.
    await phone.check("settings", "put", "global", "http_proxy", before or ":0")
    if before in (None, ":0"):
        for key in ("http_proxy", *_DERIVED):
            await phone.check("settings", "delete", "global", key)


async def _undo(phone: Phone, change: AnyChange) -> None:
    match change:
        case Setting(key="http_proxy", namespace="global"):
            await _restore_proxy(phone, change.before)
        case Setting(before=None):
            await phone.check("settings", "delete", change.namespace, change.key)
        case Setting():
            value = change.before or ""
            await phone.check("settings", "put", change.namespace, change.key, value)
        case Reverse():
            await phone.remove_reverse(change.port)
        case Certificate():
            try:
                store = CaStore(change.store)
            except ValueError as error:
                raise UsageError(f"the ledger names an unknown CA store: {error}") from error
            await certificates.remove(phone, change.file, store)
        case Forward():
            await phone.remove_forward(change.port)
        case FridaServer():
            await phone.remove_forward(change.port)
            await frida_server.stop(phone, change.port)
        case VendorQuirk():
            for quirk in phone.profile.quirks:
                if quirk.name == change.name and quirk.undo:
                    await phone.shell(*quirk.undo, root=quirk.root)
        case InstalledApp():
            await phone.uninstall(change.package)
        case ShellRight():
            await rights.restore(phone, change.operation, change.before)
        case Seeds():
            await planting.remove(phone, change.token)
        case Clipboard():
            await clipboard.restore(phone, change)
        case MockProvider():
            await positions.remove(phone, change.provider)
