"""What the pool remembers of each phone, what it shows of it, and what to do about its state."""

import asyncio
import logging
from collections.abc import Iterable

import msgspec

from farm.devices.phone import Phone
from farm.devices.states import DeviceState, check_transition
from farm.model.session import DeviceInfo

log = logging.getLogger(__name__)

_LONGEST_CAUSE = 1000


class DeviceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One phone as `farm devices` shows it."""

    serial: str
    state: DeviceState
    reason: str = ""  # why it is not usable; the first cause of a quarantine
    failures: int = 0  # since its last success
    info: DeviceInfo | None = None


class Entry:
    """What the pool knows of one phone, from its first appearance on."""

    def __init__(self, serial: str) -> None:
        self.serial = serial
        self.state = DeviceState.AWAY
        self.present = False
        self.adb_state = ""
        self.reason = ""
        self.first_cause = ""
        self.failures = 0
        self.phone: Phone | None = None
        self.info: DeviceInfo | None = None
        self.lessee: asyncio.Task[object] | None = None
        self.generation = 0  # counts appearances: a check of an earlier one is stale
        self.check: asyncio.Task[None] | None = None

    def move(self, state: DeviceState, reason: str = "") -> None:
        """Go to a state; one that cannot follow is a mistake of ours."""
        if state is not self.state:
            check_transition(self.state, state)
        self.state, self.reason = state, reason

    def count_failure(self, reason: str) -> None:
        """The phone failed once more; the first cause since its last success is kept."""
        self.failures += 1
        self.first_cause = self.first_cause or reason[:_LONGEST_CAUSE]

    def forgive(self) -> None:
        """The phone did its work, or a person says that it can."""
        self.failures, self.first_cause = 0, ""

    def quarantine(self) -> None:
        """Keep the phone out until a person releases it."""
        self.move(DeviceState.QUARANTINED, self.first_cause)
        log.warning("%s is quarantined: %s", self.serial, self.first_cause)


def statuses(entries: Iterable[Entry]) -> list[DeviceStatus]:
    """What is shown of them, by serial."""
    return [
        DeviceStatus(
            serial=entry.serial,
            state=entry.state,
            reason=entry.reason,
            failures=entry.failures,
            info=entry.info,
        )
        for entry in sorted(entries, key=lambda each: each.serial)
    ]


def advice(state: str) -> str:
    """What to do about a state of the adb server that is not `device`."""
    return {
        "unauthorized": "unauthorized: unlock the phone and allow USB debugging",
        "authorizing": "authorizing: unlock the phone and allow USB debugging",
        "offline": "offline: unplug and plug the phone, or `adb reconnect offline`",
        "no permissions": "no permissions: add a udev rule (Debian: apt install android-sdk-"
        "platform-tools-common) and join the group plugdev",
    }.get(state.split(" (")[0].split(";")[0], state)
