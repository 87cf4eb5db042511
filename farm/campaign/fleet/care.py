"""Care for one host's phones: a look before each lease, rest, the daily reboot, the inventory."""

import asyncio
import datetime
import logging

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
from farm.devices.states import Wants
from farm.model.errors import DeviceError

log = logging.getLogger(__name__)

_LOOK_SECONDS = 60.0


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
                self._healths[serial] = health
                rest = decide_rest(health, self._rules)
                if rest is None and wants_reboot(health, self._rules):
                    self._rest(serial, "daily reboot", 120.0)
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

    def after_session(self, serial: str, cause: Cause, detail: str) -> None:
        """Remember how a session ended, for the phone's history."""
        if cause is Cause.PHONE:
            self._events.append((serial, "failed", detail))

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

    def _rest(self, serial: str, reason: str, seconds: float) -> None:
        end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
        self._rests[serial] = (reason[:300], end)
        self._events.append((serial, "rest", reason))
