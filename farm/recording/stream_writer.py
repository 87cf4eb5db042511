"""Appends the events of one stream, whole lines in order, and says on the disk when it was full.

Survives a crash at any instruction: what is in the page cache stays when the process dies.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from farm.model.errors import DiskFull, RecordingError
from farm.model.events import (
    AnyBody,
    Event,
    Gap,
    StateChange,
    Stopped,
    Tap,
    Withdrawn,
    decode_event,
    encode_event,
)
from farm.model.vocabulary import GapCause, Stream
from farm.recording.files import (
    MANIFEST,
    RESERVE,
    make_reserve,
    no_room,
    release_reserve,
    stream_file,
)
from farm.recording.journal import LONGEST_LINE, Journal, keep_aside, sound_prefix

NOT_RECORDED = -1
"""Ordinal of an event that the full disk did not take."""

_STREAM_RESERVE_BYTES = 64 * 1024
# Without a tap or a withdrawal nobody can tell what lay before the consent and what after.
_ESSENTIAL = (Gap, StateChange, Stopped, Tap, Withdrawn)


class StreamWriter:
    """Appends the events of one stream. One writer per stream and recording, of any process.

    A stream that an earlier writer left behind is continued: its torn end is kept in `torn/`, cut
    off and answered by a `Gap(torn_stream)`, and the ordinals go on.

    On a full disk the first append writes `Gap(disk_full)` from a reserve and raises `DiskFull`.
    From then on ordinary events are counted in `lost` and returned with ordinal `NOT_RECORDED`,
    while taps, withdrawals, gaps, state changes and the end of the stream still go into the
    reserve's room.
    Safe to call from several threads.
    """

    def __init__(
        self, folder: Path, stream: Stream, clock: Callable[[], int] = time.time_ns
    ) -> None:
        """Open the stream; `clock` returns ns since the epoch on the stream's own clock.

        Raises:
            RecordingError: another writer has it open, or the recording is sealed.
            DiskFull: there is no room even for an empty stream.
        """
        self.stream = stream
        self.lost = 0
        self._clock = clock
        self._lock = threading.Lock()
        self._full = False
        self._n = 0
        self._last_time: int | None = None
        if (folder / MANIFEST).exists():
            raise RecordingError(f"{folder}: is sealed: nothing can be added to it")
        try:
            self._journal = Journal(folder / stream_file(stream))
        except OSError as error:
            if no_room(error):
                raise DiskFull(f"{folder}: disk full, {stream} cannot be recorded") from error
            raise
        self._reserve = folder / f"{RESERVE}-{stream.value}"
        try:
            make_reserve(self._reserve, _STREAM_RESERVE_BYTES)
            if self._journal.size:
                self._continue()
        except BaseException:
            self._journal.close()
            raise

    @property
    def full(self) -> bool:
        """Whether the disk was full: ordinary events are no longer recorded."""
        return self._full

    @property
    def count(self) -> int:
        """Events in the stream; the next one gets this ordinal."""
        return self._n

    @property
    def last_time(self) -> int | None:
        """Time of the stream's last event in ns, None for an empty stream."""
        return self._last_time

    def append(self, body: AnyBody, t: int | None = None) -> Event:
        """Append one event and return it; `t` is its time in ns, now by default.

        An event that would be longer than 1 MiB on disk, or that is no valid Unicode, is replaced
        by `Gap(events_dropped)`, which is returned: producers bound their texts, and a recording
        says so where one did not.

        Raises:
            DiskFull: once, at the first event that found no room.
            RecordingError: the writer is closed.
        """
        with self._lock:
            time_ns = self._clock() if t is None else t
            if self._full and not isinstance(body, _ESSENTIAL):
                self.lost += 1
                return Event(stream=self.stream, n=NOT_RECORDED, t=time_ns, body=body)
            try:
                return self._append(body, time_ns)
            except OSError as error:
                if not no_room(error):
                    raise
                return self._on_disk_full(body, time_ns, error)

    def sync(self) -> None:
        """Make everything appended so far survive a power failure. Blocks: call in a thread."""
        self._journal.sync()

    def close(self) -> None:
        """Close the stream; closing twice does nothing."""
        with self._lock:
            self._journal.close()
            release_reserve(self._reserve)

    def _append(self, body: AnyBody, time_ns: int) -> Event:
        event = Event(stream=self.stream, n=self._n, t=time_ns, body=body)
        try:
            line = encode_event(event)
            problem = "" if len(line) < LONGEST_LINE else f"{len(line)} bytes in one event"
        except (UnicodeError, ValueError, OverflowError) as error:
            line, problem = b"", f"not storable: {error}"[:200]
        if problem:
            gap = Gap(
                gap_id=f"oversized-{self._n}",
                cause=GapCause.EVENTS_DROPPED,
                start=time_ns,
                end=time_ns,
                scope=event.kind,
                detail=problem,
            )
            event = Event(stream=self.stream, n=self._n, t=time_ns, body=gap)
            line = encode_event(event)
        self._journal.append(line)
        self._n += 1
        self._last_time = time_ns
        return event

    def _on_disk_full(self, body: AnyBody, time_ns: int, error: OSError) -> Event:
        first, self._full = not self._full, True
        release_reserve(self._reserve)
        try:
            if first:
                self._append(
                    Gap(gap_id="disk-full", cause=GapCause.DISK_FULL, start=time_ns), time_ns
                )
            if isinstance(body, _ESSENTIAL):
                event = self._append(body, time_ns)
                if not first:
                    return event
        except OSError as still:
            if not no_room(still):
                raise
        if not isinstance(body, _ESSENTIAL):
            self.lost += 1
        if first:
            raise DiskFull(
                f"{self._journal.path}: disk full: recording of {self.stream} stops here"
            ) from error
        return Event(stream=self.stream, n=NOT_RECORDED, t=time_ns, body=body)

    def _continue(self) -> None:
        offset = sound_prefix(self._journal.path, self._take_known)
        if offset == self._journal.size:
            return
        torn = keep_aside(self._journal.path, offset)
        self._journal.cut(offset)
        self._append(torn_gap(torn.name, self._last_time, self._clock()), self._clock())

    def _take_known(self, line: bytes) -> bool:
        try:
            event = decode_event(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        if event.n != self._n or event.stream is not self.stream:
            return False
        self._n += 1
        self._last_time = event.t
        return True


def torn_gap(torn_name: str, last: int | None, now: int) -> Gap:
    """Return the gap that answers for one file in `torn/`; its id names the file."""
    return Gap(
        gap_id=f"torn-{torn_name}",
        cause=GapCause.TORN_STREAM,
        start=now if last is None else last,
        end=None if last is None else max(now, last),
        detail=f"the stream ended in the middle of an event: its bytes are in torn/{torn_name}",
    )
