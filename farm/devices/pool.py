"""The pool: finds phones, checks them, leases each to one at a time, and keeps broken ones out.

Driven by the adb server's device tracking alone; nothing is polled. What happens on a leased
phone is its lessee's business; the pool only watches that the phone is there.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Self

import msgspec

from farm.devices.adb import Adb
from farm.devices.identity import await_boot, identify, prove_access
from farm.devices.jobs import Jobs
from farm.devices.phone import Phone
from farm.devices.pool_entry import DeviceStatus, Entry, advice
from farm.devices.profiles import DeviceProfile
from farm.devices.server import ensure_server
from farm.devices.states import DeviceState, Wants, allocate, fits
from farm.model.errors import DeviceError, DeviceGone, FarmError, SetupError

log = logging.getLogger(__name__)

Recover = Callable[[Phone], Awaitable[None]]
"""Cleans a phone that came into the pool, from what an earlier session left behind."""

_GONE_SECONDS = 2.0
_SERVER_WAITS = (0.2, 0.5, 1, 2, 5)  # seconds between attempts to reach a lost adb server


class DevicePool:
    """Open it with `async with`; then `async with pool.lease(...) as phone`."""

    def __init__(
        self,
        profiles: Sequence[DeviceProfile],
        adb: Adb | None = None,
        *,
        only: Sequence[str] = (),
        quarantine_after: int = 3,
        checks_at_once: int = 8,
        recover: Recover | None = None,
        start_server: bool = True,
    ) -> None:
        self._profiles = list(profiles)
        self.adb = adb or Adb()
        self._owns_adb = adb is None
        self._only = frozenset(only)
        self._quarantine_after = quarantine_after
        self._recover = recover
        self._start_server = start_server
        self._jobs = Jobs(checks_at_once)
        self._entries: dict[str, Entry] = {}
        self._waiting: dict[int, tuple[Wants, asyncio.Future[Entry]]] = {}
        self._tickets = itertools.count()
        self._group = asyncio.TaskGroup()
        self._tracker: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._first_list = asyncio.Event()
        self._closed = False

    async def __aenter__(self) -> Self:
        if self._owns_adb:
            await self.adb.__aenter__()
        try:
            await self._ensure_server()
            await self._jobs.__aenter__()
            await self._group.__aenter__()
        except BaseException:
            if self._owns_adb:
                await self.adb.__aexit__(None, None, None)
            raise
        self._tracker = self._group.create_task(self._track())
        return self

    async def __aexit__(self, *error: object) -> None:
        self._closed = True
        for _, future in self._waiting.values():
            if not future.done():
                future.set_exception(DeviceError("the pool is shutting down"))
        self._waiting.clear()
        if self._tracker is not None:
            self._tracker.cancel()
        try:
            await self._jobs.__aexit__()
            # A failure of ours inside the group must come out here, not hang the shutdown.
            await self._group.__aexit__(None, None, None)
        finally:
            for entry in self._entries.values():
                if entry.phone is not None:
                    await entry.phone.release()
            if self._owns_adb:
                await self.adb.__aexit__(None, None, None)

    def snapshot(self) -> list[DeviceStatus]:
        """Every phone seen so far, by serial."""
        return [
            DeviceStatus(
                serial=entry.serial,
                state=entry.state,
                reason=entry.reason,
                failures=entry.failures,
                info=entry.info,
            )
            for _, entry in sorted(self._entries.items())
        ]

    async def settled(self, timeout: float = 60) -> None:
        """Wait until every phone the adb server lists now has been checked.

        Raises:
            DeviceError: some check takes longer than `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._first_list.wait()
                while any(e.state is DeviceState.CHECKING for e in self._entries.values()):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            slow = [e.serial for e in self._entries.values() if e.state is DeviceState.CHECKING]
            raise DeviceError(
                f"not ready within {timeout:g} s: {', '.join(slow) or 'the adb server'}"
            ) from None

    @contextlib.asynccontextmanager
    async def lease(self, wants: Wants | None = None, timeout: float = 60) -> AsyncIterator[Phone]:
        """Lease one phone until the block ends.

        When the phone vanishes the block is cancelled and `DeviceGone` comes out of the lease.

        Raises:
            DeviceError: no such phone became free within `timeout` seconds, or it vanished.
        """
        entry = await self._take(wants or Wants(), timeout)
        phone = entry.phone
        assert phone is not None  # noqa: S101 - free phones have been identified
        task = asyncio.current_task()
        entry.lessee = task
        if phone.gone.is_set():  # it vanished between the allocation and this moment
            entry.lessee = None
            raise DeviceGone(f"{phone.serial} vanished from the adb server")
        cause: BaseException | None = None
        try:
            yield phone
        except asyncio.CancelledError as error:
            if phone.gone.is_set() and task is not None and task.uncancel() == 0:
                cause = DeviceGone(f"{phone.serial} vanished from the adb server")
                raise cause from None
            cause = error if phone.gone.is_set() else None
            raise
        except BaseException as error:
            cause = error
            raise
        finally:
            if entry.lessee is task:
                entry.lessee = None
            await self._give_back(entry, phone, cause)

    def release_from_quarantine(self, serial: str) -> None:
        """Let a quarantined phone be checked again.

        Raises:
            DeviceError: the phone is not in quarantine.
        """
        entry = self._entries.get(serial)
        if entry is None or entry.state is not DeviceState.QUARANTINED:
            raise DeviceError(f"{serial} is not in quarantine")
        entry.failures, entry.first_cause = 0, ""
        entry.move(DeviceState.CHECKING)
        if entry.present:
            self._start_check(entry)
        else:
            entry.move(DeviceState.AWAY)

    # Leasing

    async def _take(self, wants: Wants, timeout: float) -> Entry:
        if self._closed:
            raise DeviceError("the pool is closed")
        ticket = next(self._tickets)
        future: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()
        self._waiting[ticket] = (wants, future)
        self._allocate()
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError:
            raise DeviceError(self._why_none(wants, timeout)) from None
        except asyncio.CancelledError:
            # Given a phone in the very moment of the cancellation: it goes back at once.
            if future.done() and not future.cancelled() and future.exception() is None:
                future.result().move(DeviceState.FREE)
                self._allocate()
            raise
        finally:
            self._waiting.pop(ticket, None)

    def _why_none(self, wants: Wants, timeout: float) -> str:
        shown = [f"{s.serial} {s.state}" + (f" ({s.reason})" if s.reason else "")
                 for s in self.snapshot()
                 if s.info is None or fits(wants, s.info) or s.serial == wants.serial]  # fmt: skip
        asked = ", ".join(f"{k}={v}" for k, v in msgspec.structs.asdict(wants).items() if v)
        return (
            f"no phone became free within {timeout:g} s (asked: {asked}); "
            f"phones: {'; '.join(shown) or 'none: connect one and see `adb devices`'}"
        )

    def _allocate(self) -> None:
        free = {
            e.serial: e.phone.info
            for e in self._entries.values()
            if e.state is DeviceState.FREE and e.phone is not None
        }
        waiting = [(t, wants) for t, (wants, future) in self._waiting.items() if not future.done()]
        for ticket, serial in allocate(waiting, free.values()).items():
            entry = self._entries[serial]
            entry.move(DeviceState.LEASED)
            self._waiting[ticket][1].set_result(entry)
        self._changed.set()

    async def _give_back(self, entry: Entry, phone: Phone, cause: BaseException | None) -> None:
        if isinstance(cause, DeviceError) or phone.suspect:
            self._count_failure(entry, str(cause or phone.suspect))
        elif cause is None:
            entry.failures, entry.first_cause = 0, ""
        if entry.phone is not phone or entry.state is not DeviceState.LEASED:
            # It vanished meanwhile, and may be back already, even leased anew.
            await phone.release()
            self._changed.set()
            return
        if entry.failures >= self._quarantine_after:
            self._quarantine(entry)
        elif isinstance(cause, DeviceError) or phone.suspect:
            entry.move(DeviceState.CHECKING)
            self._start_check(entry)
        else:
            entry.move(DeviceState.FREE)
        self._allocate()

    def _count_failure(self, entry: Entry, reason: str) -> None:
        entry.failures += 1
        entry.first_cause = entry.first_cause or reason[:1000]

    def _quarantine(self, entry: Entry) -> None:
        entry.move(DeviceState.QUARANTINED, entry.first_cause)
        log.warning("%s is quarantined: %s", entry.serial, entry.first_cause)

    # Coming and going

    async def _track(self) -> None:
        for attempt in itertools.count():
            try:
                async for states in self.adb.track_devices():
                    attempt = 0
                    self._see(states)
            except DeviceError as error:
                log.warning("device tracking broke: %s", error)
            self._see({})
            await asyncio.sleep(_SERVER_WAITS[min(attempt, len(_SERVER_WAITS) - 1)])
            with contextlib.suppress(SetupError):
                await self._ensure_server()

    async def _ensure_server(self) -> None:
        await ensure_server(self.adb.host, self.adb.port, start=self._start_server)

    def _see(self, states: dict[str, str]) -> None:
        for serial, state in states.items():
            if self._only and serial not in self._only:
                continue
            entry = self._entries.setdefault(serial, Entry(serial))
            if state == entry.adb_state:
                continue
            was_there, entry.adb_state = entry.adb_state == "device", state
            if state == "device":
                self._appear(entry)
            else:
                if was_there:
                    self._vanish(entry)
                if entry.state is DeviceState.AWAY:
                    entry.move(DeviceState.UNUSABLE, advice(state))
                elif entry.state is DeviceState.UNUSABLE:
                    entry.reason = advice(state)
        for serial in self._entries.keys() - states.keys():
            entry = self._entries[serial]
            if entry.adb_state:
                entry.adb_state = ""
                self._vanish(entry)
        self._first_list.set()
        self._allocate()

    def _appear(self, entry: Entry) -> None:
        entry.present = True
        entry.generation += 1
        if entry.state is DeviceState.QUARANTINED:
            return
        entry.move(DeviceState.CHECKING)
        self._start_check(entry)

    def _vanish(self, entry: Entry) -> None:
        entry.present = False
        entry.generation += 1
        if entry.phone is not None:
            entry.phone.gone.set()
        if entry.state is DeviceState.LEASED and entry.lessee is not None:
            entry.lessee.cancel()
        if entry.state not in (DeviceState.QUARANTINED, DeviceState.AWAY):
            entry.move(DeviceState.AWAY, "not at the adb server")

    def _start_check(self, entry: Entry) -> None:
        if not self._closed:
            stale = entry.check
            entry.check = self._group.create_task(self._check(entry, entry.generation, stale))

    async def _check(self, entry: Entry, generation: int, stale: asyncio.Task[None] | None) -> None:
        if stale is not None:
            # `adb root` makes the phone vanish and come back in the middle of its own check. The
            # check of its former life must be over before this one may free the phone: it would
            # clean up under the next lessee's feet.
            stale.cancel()
            await asyncio.wait([stale])
        if self._closed:
            return
        reason, phone, again = "", None, 0.0
        try:
            phone = await self._jobs.run(self._examine(entry.serial))
        except SetupError as error:
            reason = str(error)
        except DeviceGone as error:
            # The server has not noticed yet (over TCP that takes it 10 s): no fault of the phone's
            # own, which may be restarting.
            reason, again = str(error), _GONE_SECONDS
        except FarmError as error:
            reason = str(error)
            if generation == entry.generation:
                self._count_failure(entry, reason)
        if generation != entry.generation or entry.state is not DeviceState.CHECKING:
            if phone is not None:
                await phone.release()
            return
        if phone is not None and entry.failures < self._quarantine_after:
            old, entry.phone, entry.info = entry.phone, phone, phone.info
            entry.move(DeviceState.FREE)
            self._allocate()
            if old is not None:
                await old.release()
        elif entry.failures >= self._quarantine_after:
            self._quarantine(entry)
            if phone is not None:
                await phone.release()
        else:
            entry.move(DeviceState.UNUSABLE, reason)
            again = again or 2 * entry.failures
            if again:  # a passing fault: look again after a while
                await asyncio.sleep(again)
                if generation == entry.generation and self._is(entry, DeviceState.UNUSABLE):
                    entry.move(DeviceState.CHECKING)
                    entry.check = None  # this one is over, and not to be cancelled
                    self._start_check(entry)
        self._changed.set()

    @staticmethod
    def _is(entry: Entry, state: DeviceState) -> bool:
        return entry.state is state  # read anew: it may have changed during an await

    async def _examine(self, serial: str) -> Phone:
        await await_boot(self.adb, serial)
        phone = await identify(self.adb, serial, self._profiles)
        try:
            async with asyncio.timeout(120):
                await prove_access(phone)
                if self._recover is not None:
                    await self._recover(phone)
        except TimeoutError:
            raise DeviceError(f"{serial}: access and clean-up took longer than 120 s") from None
        return phone
