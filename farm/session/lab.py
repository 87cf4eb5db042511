"""The lab: keys, capture process, phone pool and hook bundle together, so that a session is a call.

Owns what many sessions share and ends it in order. Judges nothing.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farm.apps.inspection import inspect
from farm.devices.adb import Adb
from farm.devices.phone import Phone
from farm.devices.pool import DevicePool
from farm.devices.preparation import clean
from farm.devices.profiles import load_profiles
from farm.devices.states import Wants
from farm.explore.loader import Scenario
from farm.files import sha256_of
from farm.model.errors import DeviceError, DeviceGone, SetupError, UsageError
from farm.model.session import App
from farm.recorders.api.catalogue import load_catalogue
from farm.recorders.network import CaptureOptions, CaptureProcess
from farm.recording import load_or_create_key
from farm.session.plan import SessionPlan, SessionResult
from farm.session.runner import SessionRunner
from farm.session.settings import HookSet, LabSettings
from farm.session.tools import StageTools


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What the user wants inspected: one app, one scenario, on a phone that fits `wants`."""

    apks: tuple[Path, ...]
    app: App
    scenario: Scenario
    wants: Wants = Wants()
    settle_seconds: float = 10.0
    grant_permissions: bool = False
    bypass_pinning: bool = False
    category: str = ""  # of the app, by CAC-14; for clauses about necessary information
    hooks: HookSet | None = None  # instead of the lab's own
    wait_seconds: float = 3600.0  # for a free phone
    attempts: int = 2  # another phone is tried when the phone or the farm was to blame


class Lab:
    """Async context manager over everything that sessions share."""

    def __init__(self, settings: LabSettings) -> None:
        self.settings = settings
        self._stack = AsyncExitStack()
        self._hooks: _ReadHooks
        self._key: Ed25519PrivateKey | None = None
        self.pool: DevicePool
        self.capture: CaptureProcess

    async def __aenter__(self) -> "Lab":
        settings = self.settings
        self._hooks = await asyncio.to_thread(_read_hooks, settings.hook_set)
        self._key = await asyncio.to_thread(load_or_create_key, settings.key)
        profiles = await asyncio.to_thread(load_profiles, settings.profiles)
        settings.recordings.mkdir(parents=True, exist_ok=True)
        try:
            self.capture = await self._stack.enter_async_context(
                CaptureProcess(
                    settings.certificate_authority,
                    await asyncio.to_thread(_capture_options, settings),
                )
            )
            self.pool = await self._stack.enter_async_context(
                DevicePool(
                    profiles,
                    await self._stack.enter_async_context(Adb(port=settings.adb_port)),
                    recover=self._recover,
                    start_server=settings.start_adb_server,
                )
            )
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def inspect(
        self, order: Order, on_start: Callable[[SessionPlan, str], None] | None = None
    ) -> SessionResult:
        """Run the order on a fitting phone; on the phone's or the farm's fault on another one.

        Every attempt keeps a recording of its own; the last attempt's result is returned.
        `on_start` is told each attempt's plan and the phone's serial before it begins.

        Raises:
            asyncio.CancelledError: after phone and recording were left in order.
        """
        runner: SessionRunner | None = None
        hooks = self._hooks
        if order.hooks is not None:
            hooks = await asyncio.to_thread(_read_hooks, order.hooks)
        for attempt in range(1, order.attempts + 1):
            plan = self._plan(order, attempt)
            with contextlib.suppress(_Blamed, DeviceGone):
                async with self.pool.lease(order.wants, timeout=order.wait_seconds) as phone:
                    if on_start is not None:
                        on_start(plan, phone.serial)
                    runner = SessionRunner(plan, self._tools(phone, hooks))
                    result = await runner.run()
                    if result.phone_failed:
                        raise _Blamed(result.reason)  # the pool counts it against the phone
            if runner is not None and runner.result and not runner.result.phone_failed:
                break
        if runner is None or runner.result is None:
            raise DeviceError("every phone vanished before the session could begin")
        return runner.result

    def _tools(self, phone: Phone, hooks: "_ReadHooks") -> StageTools:
        assert self._key is not None  # noqa: S101 - set when the lab opened
        settings = self.settings
        return StageTools(
            phone=phone,
            capture=self.capture,
            bundle=hooks.files.bundle,
            bundle_sha256=hooks.bundle_sha256,
            catalogue=hooks.files.catalogue,
            hooks=hooks.files.own,
            catalogue_sha256=hooks.catalogue_sha256,
            key=self._key,
            frida_files=settings.frida_files_folder,
            ledgers=settings.ledgers,
            repackaged=settings.repackaged,
        )

    async def _recover(self, phone: Phone) -> None:
        """Undo on a phone that comes into the pool what a session of an earlier life left."""
        await clean(phone, state_folder=self.settings.ledgers)

    def _plan(self, order: Order, attempt: int) -> SessionPlan:
        # The name is made of digests and our own words: nothing of the app reaches a path.
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        session_id = (
            f"{moment}-{order.app.apk_sha256[:12]}-{order.scenario.name}"
            f"-{attempt}-{secrets.token_hex(3)}"
        )
        return SessionPlan(
            app=order.app,
            apks=order.apks,
            scenario=order.scenario,
            folder=self.settings.recordings / session_id,
            session_id=session_id,
            settle_seconds=order.settle_seconds,
            grant_permissions=order.grant_permissions,
            bypass_pinning=order.bypass_pinning,
            category=order.category,
            network=self.settings.network,
        )


class _ReadHooks(msgspec.Struct, frozen=True, kw_only=True):
    """A set of hooks that was found whole, with the digests that recordings name."""

    files: HookSet
    bundle_sha256: str
    catalogue_sha256: str


def _read_hooks(files: HookSet) -> _ReadHooks:
    if not files.bundle.is_file():
        raise SetupError(f"{files.bundle}: missing; run `make setup`, which builds the hooks")
    return _ReadHooks(
        files=files,
        bundle_sha256=sha256_of(files.bundle),
        catalogue_sha256=load_catalogue(files.catalogue, files.own).sha256,
    )


class _Blamed(DeviceError):
    """Carries a session's failure to the pool, which counts it against the phone."""


async def inspect_apk(path: Path) -> App:
    """Read an APK's static facts off the event loop; see `farm.apps.inspect`."""
    return await asyncio.to_thread(inspect, path)


def _capture_options(settings: LabSettings) -> CaptureOptions:
    trust = b""
    if settings.upstream_certificates is not None:
        trust = _read(settings.upstream_certificates)
    if settings.hosts is None:
        return CaptureOptions(extra_trust=trust)
    try:
        hosts = msgspec.json.decode(_read(settings.hosts), type=dict[str, tuple[str, int]])
    except msgspec.DecodeError as error:
        raise UsageError(
            f'{settings.hosts}: expected {{"name:443": ["address", port]}}: {error}'
        ) from error
    return CaptureOptions(hosts=hosts, extra_trust=trust)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
