"""Making a whole recording of one whose controller was killed.

Nothing is lost and nothing is invented: torn bytes are kept aside, each cut-off stream says that
it was cut off, the phone's clock is fitted by the samples there are, the session is called
interrupted, and the result is sealed. Can itself be killed and started again.
"""

import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farm.model.clock_fit import ClockUnstable, fit
from farm.model.errors import RecordingError
from farm.model.events import ClockSample, Event, Gap, Stopped
from farm.model.session import ClockFit, Session
from farm.model.vocabulary import STREAM_CLOCK, Clock, GapCause, Outcome, Stream
from farm.recording.files import (
    FLOWS,
    MANIFEST,
    SESSION,
    SIGNATURE,
    TORN,
    sealed_stream_file,
    stream_file,
)
from farm.recording.flow_file import mend_flow_file
from farm.recording.migrations import decode_session
from farm.recording.seal import check_idle, seal
from farm.recording.stream_writer import StreamWriter, torn_gap
from farm.recording.streams import read_events
from farm.recording.verify import verify
from farm.recording.writer import write_session

REASON = "the controller ended without sealing the recording"


def recover(folder: Path, key: Ed25519PrivateKey) -> Session:
    """Mend, mark and seal the recording in `folder`; return its session. Blocks.

    A sealed and intact recording is left as it is.

    Raises:
        RecordingError: it is still being written, holds no readable `session.json`, or was
            sealed and has changed since.
        DiskFull: there is no room for the seal.
    """
    session = _read_session(folder)
    if (folder / MANIFEST).exists():
        if (folder / SIGNATURE).exists():
            problems = verify(folder)
            if problems:
                raise RecordingError(
                    f"{folder}: sealed, but changed since: {'; '.join(problems[:5])}"
                )
        else:
            seal(folder, key)
        return session
    check_idle(folder)
    last = session.created
    whole = True
    for stream in Stream:
        if (folder / stream_file(stream)).exists():
            ended, latest = _mend_stream(folder, stream)
            whole = whole and ended
            if STREAM_CLOCK[stream] is Clock.HOST:
                last = max(last, latest)
        elif (folder / sealed_stream_file(stream)).exists():
            latest = max(
                (event.t for event in read_events(folder / sealed_stream_file(stream), stream)),
                default=last,
            )
            if STREAM_CLOCK[stream] is Clock.HOST:
                last = max(last, latest)
    mend_flow_file(folder / FLOWS)
    if session.outcome is None or not whole:
        session = _interrupted(session, last, _fitted(folder) if session.clock is None else None)
        write_session(folder, session)
    seal(folder, key)
    return session


def _fitted(folder: Path) -> ClockFit | None:
    """The phone's clock by the samples on record; None where they tell of no even clock."""
    path = folder / stream_file(Stream.DEVICE)
    if not path.exists():
        path = folder / sealed_stream_file(Stream.DEVICE)
    if not path.exists():
        return None
    events = read_events(path, Stream.DEVICE)
    samples = [event.body for event in events if isinstance(event.body, ClockSample)]
    try:
        return fit(samples) if samples else None
    except ClockUnstable:  # analysis says that the clock is not known
        return None


def _interrupted(session: Session, last: int, clock: ClockFit | None) -> Session:
    changes = {
        "clock": session.clock or clock,
        "outcome": Outcome.INTERRUPTED,
        "reason": session.reason or REASON,
        "ended": session.ended or last,
    }
    values = {name: getattr(session, name) for name in session.__struct_fields__}
    return Session(**{**values, **changes})


def _mend_stream(folder: Path, stream: Stream) -> tuple[bool, int]:
    """Return whether the stream had ended in order, and the time of its last own event."""
    writer = StreamWriter(folder, stream)  # cuts a torn end and answers for it
    try:
        final: Event | None = None
        latest = 0
        answered: set[str] = set()
        for event in read_events(folder / stream_file(stream), stream):
            if isinstance(event.body, Gap):
                answered.add(event.body.gap_id)
            final = event
            if not _is_ours(event):
                latest = max(latest, event.t)
        for name in _torn_names(folder, stream):
            gap = torn_gap(name, latest or None, time.time_ns())
            if gap.gap_id not in answered:  # killed between the cut and its gap
                final = writer.append(gap)
        ended = final is not None and isinstance(final.body, Stopped)
        if not ended and f"cut-off-{stream.value}" not in answered:
            writer.append(
                Gap(
                    gap_id=f"cut-off-{stream.value}",
                    cause=GapCause.RECORDER_FAILED,
                    start=latest or time.time_ns(),
                    detail=REASON,
                ),
            )
        writer.sync()
    finally:
        writer.close()
    return ended, latest


def _is_ours(event: Event) -> bool:
    """Whether recovery itself wrote the event, at a time that says nothing of the session."""
    return isinstance(event.body, Gap) and event.body.gap_id.startswith(("torn-", "cut-off-"))


def _torn_names(folder: Path, stream: Stream) -> list[str]:
    return sorted(path.name for path in folder.glob(f"{TORN}/{stream_file(stream)}.*"))


def _read_session(folder: Path) -> Session:
    path = folder / SESSION
    try:
        return decode_session(path.read_bytes(), str(path))[0]
    except OSError as error:
        raise RecordingError(
            f"{path}: {error.strerror}: expected the folder of one session"
        ) from error
