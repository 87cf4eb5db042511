"""Writes the api stream: events on the phone's clock, gaps that open and close.

The phone's time of an event that the host makes is estimated from the bundle's own messages.
It decides nothing about processes.
"""

import time
from collections.abc import Callable
from typing import Protocol

from farm.model.errors import FarmError
from farm.model.events import AnyBody, Event, Gap
from farm.model.vocabulary import GapCause


class Writer(Protocol):
    """Where the events go: the stream writer of the recording."""

    def append(self, body: AnyBody, t: int | None = None) -> Event:
        """Write one event; `t` in ns on the phone's clock."""


class Journal:
    """The api stream of one session."""

    def __init__(
        self,
        writer: Writer,
        on_event: Callable[[Event], None] | None = None,
        phone_time: Callable[[], int] | None = None,
    ) -> None:
        self._writer = writer
        self._on_event = on_event
        self._phone_time = phone_time
        self._offset: int | None = None
        self._gaps = 0
        self._open: dict[str, Gap] = {}
        self.failure: FarmError | None = None  # the first failure to write

    def heard(self, phone_ns: int) -> None:
        """A message of the bundle carried this time: the least delayed one counts."""
        offset = phone_ns - time.time_ns()
        if self._offset is None or offset > self._offset:
            self._offset = offset

    def now(self) -> int:
        """The phone's clock, as well as the host can tell, in ns."""
        if self._offset is not None:
            return time.time_ns() + self._offset
        return self._phone_time() if self._phone_time is not None else time.time_ns()

    def write(self, body: AnyBody, t: int | None = None) -> None:
        """Append one event. A failure to write is kept in `failure` and ends the writing."""
        if self.failure is not None:
            return
        try:
            event = self._writer.append(body, self.now() if t is None else t)
        except FarmError as error:
            self.failure = error
            return
        if self._on_event is not None:
            self._on_event(event)

    def open_gap(
        self, cause: GapCause, *, scope: str = "", detail: str = "", start: int | None = None
    ) -> str:
        """Something may be missed from now (or `start`) on; returns the gap's id."""
        self._gaps += 1
        gap = Gap(
            gap_id=f"api-{self._gaps}",
            cause=cause,
            start=self.now() if start is None else start,
            scope=scope[:200],
            detail=detail[:500],
        )
        self._open[gap.gap_id] = gap
        self.write(gap)
        return gap.gap_id

    def close_gap(self, gap_id: str) -> None:
        """It can be seen again."""
        gap = self._open.pop(gap_id, None)
        if gap is not None:
            closed = Gap(
                gap_id=gap.gap_id,
                cause=gap.cause,
                start=gap.start,
                end=max(self.now(), gap.start),
                scope=gap.scope,
                detail=gap.detail,
            )
            self.write(closed)

    def gap(
        self, cause: GapCause, start: int, end: int, *, scope: str = "", detail: str = ""
    ) -> None:
        """Something may have been missed between `start` and `end` (phone clock)."""
        self._gaps += 1
        self.write(
            Gap(
                gap_id=f"api-{self._gaps}",
                cause=cause,
                start=min(start, end),
                end=end,
                scope=scope[:200],
                detail=detail[:500],
            )
        )
