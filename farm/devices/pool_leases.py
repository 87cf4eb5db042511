"""Who waits for a phone, who gets which, and what becomes of a phone that is given back.

Which phones there are, and whether they may be leased, is for the pool to say.
"""

import asyncio
import itertools
from collections.abc import Callable, Mapping

import msgspec

from farm.devices.phone import Phone
from farm.devices.pool_entry import Entry, statuses
from farm.devices.states import DeviceState, Wants, allocate, fits
from farm.model.errors import DeviceError


class Leases:
    """Hands out the phones of `entries`; `check` begins the check of a phone that failed.

    `changed` is set whenever a phone's state may have changed.
    """

    def __init__(
        self,
        entries: Mapping[str, Entry],
        *,
        quarantine_after: int,
        check: Callable[[Entry], None],
    ) -> None:
        self._entries = entries
        self._quarantine_after = quarantine_after
        self._check = check
        self._waiting: dict[int, tuple[Wants, asyncio.Future[Entry]]] = {}
        self._tickets = itertools.count()
        self._closed = False
        self.changed = asyncio.Event()

    def close(self) -> None:
        """Send everybody who waits away, and whoever comes later."""
        self._closed = True
        for _, future in self._waiting.values():
            if not future.done():
                future.set_exception(DeviceError("the pool is shutting down"))
        self._waiting.clear()

    async def take(self, wants: Wants, timeout: float) -> Entry:
        """Wait for a phone of that kind, and mark it leased.

        Raises:
            DeviceError: none became free within `timeout` seconds, or the pool is closed.
        """
        if self._closed:
            raise DeviceError("the pool is closed")
        ticket = next(self._tickets)
        future: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()
        self._waiting[ticket] = (wants, future)
        self.allocate()
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError:
            if _given(future):  # in the very moment of the timeout
                return future.result()
            raise DeviceError(self._why_none(wants, timeout)) from None
        except asyncio.CancelledError:
            # Given a phone in the very moment of the cancellation: it goes back at once, unless
            # it vanished in that moment too.
            if _given(future) and future.result().state is DeviceState.LEASED:
                future.result().move(DeviceState.FREE)
                self.allocate()
            raise
        finally:
            self._waiting.pop(ticket, None)

    def allocate(self) -> None:
        """Give the free phones to those who wait for them."""
        free = {
            entry.serial: entry.phone.info
            for entry in self._entries.values()
            if entry.state is DeviceState.FREE and entry.phone is not None
        }
        waiting = [(t, wants) for t, (wants, future) in self._waiting.items() if not future.done()]
        for ticket, serial in allocate(waiting, free.values()).items():
            entry = self._entries[serial]
            entry.move(DeviceState.LEASED)
            self._waiting[ticket][1].set_result(entry)
        self.changed.set()

    async def give_back(self, entry: Entry, phone: Phone, cause: BaseException | None) -> None:
        """Free a leased phone, or have it checked or quarantined where it failed.

        `cause` is what ended the lease; only a `DeviceError` counts against the phone.
        """
        failed = isinstance(cause, DeviceError) or bool(phone.suspect)
        if failed:
            entry.count_failure(str(cause or phone.suspect))
        elif cause is None:
            entry.forgive()
        if entry.phone is not phone or entry.state is not DeviceState.LEASED:
            # It vanished meanwhile, and may be back already, even leased anew.
            await phone.release()
            self.changed.set()
            return
        if entry.failures >= self._quarantine_after:
            entry.quarantine()
        elif not entry.present:  # its lessee restarted it, and it did not come back
            entry.move(DeviceState.AWAY, "not at the adb server")
        elif failed:
            entry.move(DeviceState.CHECKING)
            self._check(entry)
        else:
            entry.move(DeviceState.FREE)
        self.allocate()

    def _why_none(self, wants: Wants, timeout: float) -> str:
        shown = [
            f"{status.serial} {status.state}" + (f" ({status.reason})" if status.reason else "")
            for status in statuses(self._entries.values())
            if status.info is None or fits(wants, status.info) or status.serial == wants.serial
        ]
        asked = ", ".join(f"{k}={v}" for k, v in msgspec.structs.asdict(wants).items() if v)
        return (
            f"no phone became free within {timeout:g} s (asked: {asked}); "
            f"phones: {'; '.join(shown) or 'none: connect one and see `adb devices`'}"
        )


def _given(future: "asyncio.Future[Entry]") -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
