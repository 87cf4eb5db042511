"""The pool: finds phones, checks them, leases each to one at a time, and keeps broken ones out.

Driven by the adb server's device tracking alone; nothing is polled. What happens on a leased
phone is its lessee's business; the pool only watches that the phone is there.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Self

from farm.devices.adb import Adb
from farm.devices.phone import Phone
from farm.devices.pool_checks import Checks, Recover
from farm.devices.pool_entry import DeviceStatus, Entry, advice, statuses
from farm.devices.pool_leases import Leases
from farm.devices.profiles import DeviceProfile
from farm.devices.server import ensure_server
from farm.devices.states import DeviceState, Wants
from farm.model.errors import DeviceError, DeviceGone, SetupError

log = logging.getLogger(__name__)

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
        self.adb = adb or Adb()
        self._owns_adb = adb is None
        self._only = frozenset(only)
        self._start_server = start_server
        self._entries: dict[str, Entry] = {}
        self._checks = Checks(
            self.adb,
            profiles,
            recover,
            at_once=checks_at_once,
            quarantine_after=quarantine_after,
            changed=lambda: self._leases.allocate(),
        )
        self._leases = Leases(
            self._entries, quarantine_after=quarantine_after, check=self._checks.start
        )
        self._opened = contextlib.AsyncExitStack()
        self._first_list = asyncio.Event()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as opened:
            if self._owns_adb:
                await opened.enter_async_context(self.adb)
            await self._ensure_server()
            opened.push_async_callback(self._release_phones)
            await opened.enter_async_context(self._checks)
            tracking = await opened.enter_async_context(asyncio.TaskGroup())
            opened.callback(tracking.create_task(self._track()).cancel)
            opened.callback(self._leases.close)
            self._opened = opened.pop_all()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._opened.aclose()

    def snapshot(self) -> list[DeviceStatus]:
        """Every phone seen so far, by serial."""
        return statuses(self._entries.values())

    async def settled(self, timeout: float = 60) -> None:
        """Wait until every phone the adb server lists now has been checked.

        Raises:
            DeviceError: some check takes longer than `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._first_list.wait()
                while any(e.state is DeviceState.CHECKING for e in self._entries.values()):
                    self._leases.changed.clear()
                    await self._leases.changed.wait()
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
        entry = await self._leases.take(wants or Wants(), timeout)
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
            await self._leases.give_back(entry, phone, cause)

    def release_from_quarantine(self, serial: str) -> None:
        """Let a quarantined phone be checked again.

        Raises:
            DeviceError: the phone is not in quarantine.
        """
        entry = self._entries.get(serial)
        if entry is None or entry.state is not DeviceState.QUARANTINED:
            raise DeviceError(f"{serial} is not in quarantine")
        entry.forgive()
        entry.move(DeviceState.CHECKING)
        if entry.present:
            self._checks.start(entry)
        else:
            entry.move(DeviceState.AWAY)

    def give_up(self, serial: str, reason: str) -> None:
        """Quarantine a leased phone whose lessee does not end, and take it away from the lessee.

        Whatever the lessee still tries on it is refused, so that it cannot reach into the session
        of the next one, once a person has released the phone.
        """
        entry = self._entries.get(serial)
        if entry is None or entry.state is not DeviceState.LEASED or entry.phone is None:
            return  # it vanished, which took it away already
        entry.phone.take_away(reason)
        entry.lessee = None
        entry.count_failure(reason)
        entry.quarantine()
        self._leases.changed.set()

    # Coming and going

    async def _track(self) -> None:
        failed = 0  # attempts since the server last said anything
        while True:
            try:
                async for states in self.adb.track_devices():
                    failed = 0
                    self._see(states)
            except DeviceError as error:
                log.warning("device tracking broke: %s", error)
            self._see({})
            await asyncio.sleep(_SERVER_WAITS[min(failed, len(_SERVER_WAITS) - 1)])
            failed += 1
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
        self._leases.allocate()

    def _appear(self, entry: Entry) -> None:
        entry.present = True
        entry.generation += 1
        if entry.state in (DeviceState.QUARANTINED, DeviceState.LEASED):
            return  # out of use, or back from a restart of its lessee
        entry.move(DeviceState.CHECKING)
        self._checks.start(entry)

    def _vanish(self, entry: Entry) -> None:
        entry.present = False
        entry.generation += 1
        if entry.state is DeviceState.LEASED and entry.phone is not None and entry.phone.restarting:
            return  # its lessee restarts it, and waits for it with a deadline
        if entry.phone is not None:
            entry.phone.gone.set()
        if entry.state is DeviceState.LEASED and entry.lessee is not None:
            entry.lessee.cancel()
        if entry.state not in (DeviceState.QUARANTINED, DeviceState.AWAY):
            entry.move(DeviceState.AWAY, "not at the adb server")

    async def _release_phones(self) -> None:
        for entry in self._entries.values():
            if entry.phone is not None:
                await entry.phone.release()
