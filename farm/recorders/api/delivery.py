"""Whether everything that one bundle sent arrived: ordinals and totals, each hole a gap.

Counts; never reads what a record says.
"""

from typing import Any

import msgspec

from farm.model.vocabulary import GapCause
from farm.recorders.api.journal import Journal


class Delivery:
    """The messages and records of one process."""

    def __init__(self, journal: Journal, process: str) -> None:
        self.received = 0  # records
        self.forged = 0  # what was none of the bundle's
        self.last_heard_ns = 0  # phone clock
        self._journal = journal
        self._process = process
        self._next_seq = 0
        self._dropped = 0

    def message(self, seq: int) -> None:
        """The next message is here."""
        if seq != self._next_seq:
            self.missing(0, f"unknown: message {self._next_seq} is missing before {seq}")
        self._next_seq = seq + 1

    def batch(self, first: int, count: int) -> None:
        """Records from ordinal `first` on are here."""
        if first > self.received:
            self.missing(first - self.received, "did not arrive")
        self.received = first + count

    def totals(self, told: Any) -> None:
        """What the bundle says that it sent and dropped so far."""
        try:
            known = msgspec.convert(told, dict[str, int])
        except msgspec.ValidationError:
            self.forged += 1
            return
        sent = known.get("sent", 0)
        if sent > self.received:
            self.missing(sent - self.received, "were sent and did not arrive")
            self.received = sent
        dropped = known.get("dropped", 0)
        if dropped > self._dropped:
            self.missing(dropped - self._dropped, "were dropped inside the app")
            self._dropped = dropped

    def missing(self, count: int, how: str) -> None:
        """Write a gap from when the bundle was last heard until now."""
        now = self._journal.now()
        self._journal.gap(
            GapCause.EVENTS_DROPPED,
            self.last_heard_ns or now,
            now,
            scope=self._process,
            detail=f"{count} records {how}",
        )
