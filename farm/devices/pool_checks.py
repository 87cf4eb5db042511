"""Checks phones as they come into the pool: booted, known, reachable as root, cleaned.

A phone that fails is looked at again after a while, and quarantined after too many failures.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Self

from farm.devices.adb import Adb
from farm.devices.identity import await_boot, identify, prove_access
from farm.devices.jobs import Jobs
from farm.devices.phone import Phone
from farm.devices.pool_entry import Entry
from farm.devices.profiles import DeviceProfile
from farm.devices.states import DeviceState
from farm.model.errors import DeviceError, DeviceGone, FarmError, SetupError

Recover = Callable[[Phone], Awaitable[None]]
"""Cleans a phone that came into the pool, from what an earlier session left behind."""

_GONE_SECONDS = 2.0
_ACCESS_SECONDS = 120.0


class Checks:
    """Runs the checks, `at_once` phones at a time, in tasks that end with this context.

    `changed` is called whenever a phone may have become free, or is known not to be usable.
    """

    def __init__(
        self,
        adb: Adb,
        profiles: Sequence[DeviceProfile],
        recover: Recover | None,
        *,
        at_once: int,
        quarantine_after: int,
        changed: Callable[[], None],
    ) -> None:
        self._adb = adb
        self._profiles = list(profiles)
        self._recover = recover
        self._quarantine_after = quarantine_after
        self._changed = changed
        self._jobs = Jobs(at_once)
        self._group = asyncio.TaskGroup()
        self._running: set[asyncio.Task[None]] = set()
        self._closed = False

    async def __aenter__(self) -> Self:
        await self._jobs.__aenter__()
        await self._group.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed = True
        for task in list(self._running):
            task.cancel()
        try:
            # A failure of ours inside the group must come out here, not hang the shutdown.
            await self._group.__aexit__(None, None, None)
        finally:
            await self._jobs.__aexit__()

    def start(self, entry: Entry) -> None:
        """Check a phone that is CHECKING; an earlier check of it is ended first."""
        if self._closed:
            return
        stale = entry.check
        entry.check = self._group.create_task(self._check(entry, entry.generation, stale))
        self._running.add(entry.check)
        entry.check.add_done_callback(self._running.discard)

    async def _check(self, entry: Entry, generation: int, stale: asyncio.Task[None] | None) -> None:
        if stale is not None:
            # `adb root` makes the phone vanish and come back in the middle of its own check. The
            # check of its former life must be over before this one may free the phone: it would
            # clean up under the next lessee's feet.
            stale.cancel()
            await asyncio.wait([stale])
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
                entry.count_failure(reason)
        if generation != entry.generation or entry.state is not DeviceState.CHECKING:
            if phone is not None:
                await phone.release()
            return
        if phone is not None and entry.failures < self._quarantine_after:
            former, entry.phone, entry.info = entry.phone, phone, phone.info
            entry.move(DeviceState.FREE)
            self._changed()
            if former is not None:
                await former.release()
        elif entry.failures >= self._quarantine_after:
            entry.quarantine()
            self._changed()
            if phone is not None:
                await phone.release()
        else:
            entry.move(DeviceState.UNUSABLE, reason)
            self._changed()
            again = again or 2 * entry.failures
            if again:  # a passing fault: look again after a while
                await self._look_again(entry, generation, again)

    async def _look_again(self, entry: Entry, generation: int, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if generation == entry.generation and entry.state is DeviceState.UNUSABLE:
            entry.move(DeviceState.CHECKING)
            entry.check = None  # this one is over, and not to be cancelled
            self.start(entry)

    async def _examine(self, serial: str) -> Phone:
        await await_boot(self._adb, serial)
        phone = await identify(self._adb, serial, self._profiles)
        try:
            async with asyncio.timeout(_ACCESS_SECONDS):
                await prove_access(phone)
                if self._recover is not None:
                    await self._recover(phone)
        except BaseException as error:
            await phone.release()
            if isinstance(error, TimeoutError):
                raise DeviceError(
                    f"{serial}: access and clean-up took longer than {_ACCESS_SECONDS:g} s"
                ) from None
            raise
        return phone
