"""One hooked process: attach, load the bundle, wait until it is ready, read what it says.

It never decides whether to attach again; the recorder does.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec

from farm.model.errors import DeviceError
from farm.model.events import Heartbeat as HeartbeatEvent
from farm.model.events import HooksReady, ProcessSeen
from farm.model.vocabulary import DataType, GapCause
from farm.recorders.api.client import call
from farm.recorders.api.delivery import Delivery
from farm.recorders.api.entry import Api
from farm.recorders.api.journal import Journal
from farm.recorders.api.messages import (
    AnyMessage,
    CallRecord,
    Exit,
    Failed,
    Fault,
    Heartbeat,
    Late,
    Ready,
    Records,
    Stacks,
    android_level,
    decode,
    decode_batch,
    nanoseconds,
    to_behaviour,
    to_call,
)

READY_SECONDS = 20.0


class HookedProcess:
    """A process of the app with the bundle inside."""

    def __init__(
        self,
        pid: int,
        name: str,
        journal: Journal,
        apis: dict[str, Api],
        bundle_sha256: str,
        held: bool,
        on_detached: Callable[["HookedProcess", str], None],
    ) -> None:
        self.pid = pid
        self.name = name
        self.early = False
        self.leaving = False
        self.detached = ""  # why, once it is
        self.exiting = False  # the app said that it ends itself, and its calls were fetched
        self.last_heard = time.monotonic()
        self._delivery = Delivery(journal, name)
        self._journal = journal
        self._apis = apis
        self._sha256 = bundle_sha256
        self._held = held
        self._on_detached = on_detached
        self._session: Any = None
        self._script: Any = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._stacks = Stacks()
        self._level: int | None = None  # Android's API level, where it is known
        self._canaries: dict[str, asyncio.Future[None]] = {}

    @property
    def last_heard_ns(self) -> int:
        """When the bundle last said something, on the phone's clock; 0: never."""
        return self._delivery.last_heard_ns

    async def hook(self, device: Any, bundle: str, configuration: dict[str, Any]) -> None:
        """Attach, load, and wait for the ready message.

        Raises:
            DeviceError: it could not be hooked; nothing of ours stays behind.
        """
        self._session = await call(device.attach(self.pid), f"attach to {self.pid}")
        try:
            self._session.on("detached", self._detached)
            self._script = await call(self._session.create_script(bundle), "create script")
            self._script.on("message", self._message)
            self._script.on("destroyed", lambda: self._lost("script destroyed"))
            await call(self._script.load(), "load the hook bundle", READY_SECONDS)
            await call(self._rpc("init", configuration), "install the hooks", READY_SECONDS)
            await call(asyncio.shield(self._ready), "wait for the hooks", READY_SECONDS)
        except BaseException:
            self.leaving = True
            await self._drop_session()
            raise

    async def canary(self, token: str, seconds: float) -> bool:
        """Make a call through the hooks; whether it came out as an event in time."""
        seen: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._canaries[token] = seen
        try:
            async with asyncio.timeout(seconds):
                await call(self._rpc("canary", token), "canary", seconds)
                await seen
        except (TimeoutError, DeviceError):
            return False
        finally:
            self._canaries.pop(token, None)
        return True

    async def leave(self) -> None:
        """Get the waiting calls out, then let the process go."""
        self.leaving = True
        if self.detached:
            return
        try:
            totals = await call(self._rpc("flush"), "last flush", 5.0)
            await asyncio.sleep(0)
            self._delivery.totals(totals)
        except DeviceError as error:
            self._journal.gap(
                GapCause.EVENTS_DROPPED,
                self._delivery.last_heard_ns or self._journal.now(),
                self._journal.now(),
                scope=self.name,
                detail=f"the last records could not be fetched: {error}",
            )
        await self._drop_session()

    async def _drop_session(self) -> None:
        try:
            await call(self._session.detach(), "detach", 5.0)
        except DeviceError:
            return  # it is gone already, which is what was wanted

    def _rpc(self, name: str, *arguments: Any) -> Any:
        return getattr(self._script.exports, name)(*arguments)

    def _detached(self, reason: str, _crash: object = None) -> None:
        self._lost(str(reason))

    def _lost(self, reason: str) -> None:
        if self.detached:
            return
        self.detached = reason
        if not self._ready.done():
            self._ready.set_exception(DeviceError(f"process {self.pid} went away: {reason}"))
            self._ready.exception()  # read by `hook`, if that still waits
        if not self.leaving:
            self._on_detached(self, reason)

    def _message(self, message: Any, data: bytes | None = None) -> None:
        if message.get("type") == "error":
            self._fault("script", str(message.get("description", ""))[:300])
            return
        try:
            self._handle(decode(message.get("payload")), data)
        except msgspec.ValidationError as error:
            self._delivery.forged += 1
            if self._delivery.forged == 1:
                self._fault("message", f"not one of the bundle's: {error}")

    def _handle(self, message: AnyMessage, data: bytes | None) -> None:
        phone = nanoseconds(message.now)
        self._journal.heard(phone)
        self._delivery.message(message.seq)
        match message:
            case Records():
                self._records(message, data)
            case Heartbeat():
                self._delivery.totals(message.totals)
                counts = {k: v for k, v in list(message.totals.items())[:20]}
                counts |= {
                    "received": self._delivery.received,
                    "forged": self._delivery.forged,
                    "pid": self.pid,
                }
                self._journal.write(HeartbeatEvent(counts=counts), phone)
            case Ready():
                self._hooks_ready(message, phone)
            case Late():
                self._report_failed(message.failed, phone)
            case Fault():
                self._fault(message.where, message.reason)
            case Exit():
                self.exiting = True
                self._journal.write(
                    ProcessSeen(
                        pid=self.pid,
                        process=self.name,
                        state="exiting",
                        reason=f"{message.way[:100]}({message.argument[:50]})",
                    ),
                    phone,
                )
            case Failed() if not self._ready.done():
                self._ready.set_exception(DeviceError(f"hooks: {message.reason[:300]}"))
        self._delivery.last_heard_ns = phone
        self.last_heard = time.monotonic()

    def _records(self, message: Records, data: bytes | None) -> None:
        batch, bad = decode_batch(data)
        self._delivery.batch(message.first, message.count)
        lost = message.count - len(batch.records)
        if bad or lost:
            self._delivery.forged += bad
            self._delivery.missing(max(bad, lost), "could not be read")
        self._stacks.learn(batch.stacks)
        for record in batch.records:
            if not self._stacks.knows(record.stack):
                self._delivery.missing(
                    0, f"unknown: the stack {record.stack} of a call did not arrive"
                )
            when = record.seconds * 1_000_000_000 + record.nanoseconds
            if isinstance(record, CallRecord):
                self._call(record, when)
            else:
                stack = self._stacks.callers(record.stack, record.method)
                self._journal.write(to_behaviour(record, stack, self.pid, self.name), when)
        self._script.post({"type": "ack", "total": self._delivery.received})

    def _call(self, record: CallRecord, when: int) -> None:
        api = self._apis.get(record.api)
        if api is None:
            self._delivery.forged += 1
            return
        stack = self._stacks.callers(record.stack, api.method or api.symbol)
        self._journal.write(to_call(record, api, stack, self.pid, self.name), when)
        if api.data_type is DataType.CANARY:
            for token in record.values:
                seen = self._canaries.get(token)
                if seen is not None and not seen.done():
                    seen.set_result(None)

    def _hooks_ready(self, message: Ready, phone: int) -> None:
        if self._ready.done():
            self._delivery.forged += 1
            return
        self.early = self._held if message.early is None else message.early
        self._level = android_level(message.runtime)
        self._journal.write(
            HooksReady(
                pid=self.pid,
                process=self.name,
                early=self.early,
                bundle_sha256=self._sha256,
                installed=[one for one in message.installed if self._known(one)],
                waiting=[one[:300] for one in message.waiting[:2000]],
                failed={
                    name: reason[:300]
                    for name, reason in message.failed.items()
                    if self._known(name) and self._expected(name, reason)
                },
                runtime=message.runtime[:100],
            ),
            phone,
        )
        self._report_failed(message.failed, phone)
        if message.watching:
            self._fault("classes that come later", message.watching)
        self._ready.set_result(None)

    def _known(self, name: str) -> bool:
        """Whether a hook is one of the catalogue's, or one that sees what apps do otherwise."""
        return name in self._apis or (name.startswith("behaviour.") and len(name) < 200)

    def _expected(self, name: str, reason: str) -> bool:
        """Whether this phone should have the method: what it lacks, no app can call."""
        api = self._apis.get(name)
        if api is None:
            return True
        if self._level is not None and not api.has_level(self._level):
            return False
        return api.promised or not reason.startswith("no such method here")

    def _report_failed(self, failed: dict[str, str], phone: int) -> None:
        for api, reason in failed.items():
            if self._known(api) and self._expected(api, reason):
                self._journal.open_gap(GapCause.HOOK_FAILED, scope=api, detail=reason, start=phone)

    def _fault(self, where: str, reason: str) -> None:
        now = self._journal.now()
        self._journal.gap(
            GapCause.RECORDER_FAILED, now, now, scope=self.name, detail=f"{where}: {reason}"[:500]
        )
