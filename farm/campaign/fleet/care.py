"""Care for one host's phones: a look before each lease, rest, the daily reboot, the inventory."""

import asyncio
import datetime
import logging
import math
import time

from farm.campaign.database import Database
from farm.campaign.fleet.health import (
    CareRules,
    Health,
    decide_rest,
    measure,
    wants_reboot,
)
from farm.campaign.fleet.inventory import report_phones
from farm.campaign.vocabulary import Cause
from farm.devices.pool import DevicePool
from farm.devices.states import DeviceState, Wants
from farm.model.errors import DeviceError

log = logging.getLogger(__name__)

_LOOK_SECONDS = 60.0
_ROUND_SECONDS = 30.0
_HISTORY_SECONDS = 3600.0


class Care:
    """Asked before each session, told after it; `sync()` goes with the worker's heartbeat."""

    def __init__(
        self, database: Database, pool: DevicePool, host: str, rules: CareRules, network: str = ""
    ) -> None:
        self._database = database
        self._pool = pool
        self._host = host
        self._rules = rules
        self._network = network
        self._healths: dict[str, Health] = {}
        self._rests: dict[str, tuple[str, datetime.datetime]] = {}
        self._events: list[tuple[str, str, str]] = []
        self._held: frozenset[str] = frozenset()
        self._looked: dict[str, float] = {}
        self._measured: dict[str, float] = {}

    @property
    def held_back(self) -> frozenset[str]:
        """Phones that may not be leased now."""
        now = datetime.datetime.now(datetime.UTC)
        for serial in [s for s, (_, end) in self._rests.items() if end <= now]:
            del self._rests[serial]
        return self._held | self._rests.keys()

    async def before_lease(self, serial: str) -> str:
        """Look at a phone; returns why it rests instead, empty if it may be leased."""
        try:
            async with (
                asyncio.timeout(_LOOK_SECONDS),
                self._pool.lease(Wants(serial=serial), timeout=10) as phone,
            ):
                health = await measure(phone)
                self._note(serial, health)
                rest = decide_rest(health, self._rules)
                if rest is None and wants_reboot(health, self._rules):
                    self._rest(serial, "daily reboot", self._rules.reboot_rest)
                    await phone.shell("reboot", timeout=10)
                    return "daily reboot"
        except TimeoutError:
            self._rest(serial, "gave no answer before a lease", self._rules.fault_rest)
            return f"{serial}: gave no answer within {_LOOK_SECONDS:g} s before its lease"
        except DeviceError as error:
            if serial in self._rests:  # its reboot took the connection along
                return self._rests[serial][0]
            self._rest(serial, str(error), self._rules.fault_rest)
            return str(error)
        if rest is None:
            return ""
        self._rest(serial, rest.reason, rest.seconds)
        return f"{serial}: {rest.reason}"

    async def watch(self) -> None:
        """Look at phones on which nothing runs, now and then, until cancelled.

        So the inventory says how they are now, and one that has no work is rebooted all the same.
        """
        while True:
            await asyncio.sleep(_ROUND_SECONDS)
            await self.round()

    async def round(self) -> None:
        """Look once at every free phone that was not looked at for a while."""
        for status in self._pool.snapshot():
            serial = status.serial
            if status.state is not DeviceState.FREE or serial in self.held_back:
                continue
            if time.monotonic() - self._looked.get(serial, -math.inf) >= self._rules.look_every:
                await self.before_lease(serial)

    def after_session(self, serial: str, cause: Cause, detail: str) -> None:
        """Remember how a session ended, for the phone's history."""
        if cause is Cause.PHONE:
            self._events.append((serial, "failed", detail))

    def give_up(self, serial: str, reason: str) -> None:
        """Quarantine a phone whose session does not end; a person has to see to it."""
        log.error("%s needs care: %s", serial, reason)
        self._pool.give_up(serial, f"needs care: {reason}")
        self._events.append((serial, "needs care", reason))

    async def sync(self) -> None:
        """Report the phones and learn what operators ask.

        Raises:
            DatabaseUnavailable: what happened is kept for the next time.
        """
        events, self._events = self._events, []
        try:
            wishes = await report_phones(
                self._database,
                self._host,
                self._pool.snapshot(),
                self._healths,
                self._rests,
                events,
                self._network,
            )
        except BaseException:
            self._events = (events + self._events)[-1000:]
            raise
        self._held = wishes.held_back
        for serial in wishes.release:
            self._rests.pop(serial, None)
            try:
                self._pool.release_from_quarantine(serial)
            except DeviceError as error:
                log.info("%s", error)

    def _note(self, serial: str, health: Health) -> None:
        """Keep a measurement; one an hour goes into the phone's history."""
        now = time.monotonic()
        self._healths[serial] = health
        self._looked[serial] = now
        if now - self._measured.get(serial, -math.inf) >= _HISTORY_SECONDS:
            self._measured[serial] = now
            self._events.append((serial, "measured", ""))

    def _rest(self, serial: str, reason: str, seconds: float) -> None:
        end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
        self._rests[serial] = (reason[:300], end)
        self._events.append((serial, "rest", reason))
