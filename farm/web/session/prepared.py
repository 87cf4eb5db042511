"""One recording made ready to be looked at: every event as a row of columns, in order of time.

Built once in a thread and kept small: 50,000 events take some megabytes. The events themselves stay
on disk. Phases and parties are those of detection, worked out by the same code.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from farm.detect.flows import is_own
from farm.detect.phases import find_phases
from farm.detect.timeline import FOREVER, Timeline
from farm.model.events import AnyBody, Call, Canary, Event, Launched, Request, Screen
from farm.model.finding import Analysis, Party
from farm.model.session import Session
from farm.model.vocabulary import DataType, Phase, Stream
from farm.recording import Recording, signer, verify
from farm.report.html import secrets_of
from farm.report.masking import Masker
from farm.web.session.attribution import Attribution
from farm.web.session.summaries import summary

MOST_EVENTS = 500_000
"""Rows that are kept of one recording; what is beyond is told, not hidden."""

_MOST_SCREENS = 5000
_MOST_CANARIES = 2000
STREAMS: tuple[Stream, ...] = tuple(Stream)
PHASES: tuple[Phase, ...] = tuple(Phase)
PLAIN, OPEN, FOUND = 0, 1, 2
"""What an event is to the findings: nothing, part of an undetermined one, part of one."""


class Shot(msgspec.Struct, frozen=True):
    """One screenshot: when, its event, and its file inside `screens/`."""

    time: int  # ns after zero
    event: str
    file: str


class Life(msgspec.Struct, frozen=True):
    """One proof of life: when, through which recorder, and whether it was heard."""

    time: int  # ns after zero
    recorder: Stream
    seen: bool
    event: str


class Words:
    """Texts that stand for numbers in a column."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The text's number; a new one for a new text."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return found

    def find(self, text: str) -> int:
        """The text's number, -1 for an unknown text."""
        return self._numbers.get(text, -1)


Column = npt.NDArray[np.int64]


class Prepared:
    """What the session page needs of one recording. Rows are ordered by time, then stream."""

    def __init__(self, session: Session, analysis: Analysis, manifest_sha256: str) -> None:
        """Use `prepare`."""
        self.session = session
        self.analysis = analysis
        self.manifest_sha256 = manifest_sha256
        self.problems: list[str] = []  # what is wrong with the seal
        self.signer = ""
        self.zero = 0  # host ns: the app's launch
        self.start = 0  # ns after zero
        self.end = 0
        self.left_out = 0  # events beyond `MOST_EVENTS`
        self.kinds = Words()
        self.types = Words()
        self.parties = Words()
        self.labels = Words()
        self.shots: list[Shot] = []
        self.lives: list[Life] = []
        self.hosts: dict[str, str] = {}
        self.requests: dict[str, str] = {}  # flow id -> the request's event
        self.finding_of: dict[str, list[str]] = {}  # event -> ids of findings
        self.callers: dict[str, Party] = {}  # whose code is on stacks, by name
        self.masker = Masker((), show=False)
        self.columns: dict[str, Column] = {}

    @property
    def size(self) -> int:
        """Rows."""
        return len(self.columns["time"])

    @property
    def timed(self) -> int:
        """Rows whose time is known; they come first."""
        return int(np.searchsorted(self.columns["unknown"], 1))

    @property
    def memory(self) -> int:
        """About how many bytes it takes."""
        columns = sum(column.nbytes for column in self.columns.values())
        texts = sum(len(text) + 60 for text in self.labels.texts)
        return columns + texts + 200 * (len(self.requests) + len(self.shots)) + (8 << 20)

    def reference(self, row: int) -> str:
        """The name of a row's event: "api:17"."""
        stream = STREAMS[int(self.columns["stream"][row])]
        return f"{stream}:{int(self.columns['n'][row])}"

    def row_of(self, stream: Stream, n: int) -> int | None:
        """The row of an event, None where it has none."""
        found = np.flatnonzero(
            (self.columns["stream"] == STREAMS.index(stream)) & (self.columns["n"] == n)
        )
        return int(found[0]) if len(found) else None

    def shots_around(self, time: int) -> list[tuple[str, Shot]]:
        """The last screenshot before and the first one after a moment (ns after zero)."""
        before = [shot for shot in self.shots if shot.time <= time][-1:]
        after = [shot for shot in self.shots if shot.time > time][:1]
        return [("before", shot) for shot in before] + [("after", shot) for shot in after]


def prepare(recording: Recording, analysis: Analysis, reported_sha256: str = "") -> Prepared:
    """Read a recording through. Blocks for as long as reading its events takes.

    Args:
        recording: sealed.
        analysis: what was said about it.
        reported_sha256: of its manifest, as its recorder told the database; "": not told.

    Raises:
        RecordingError: it cannot be read.
    """
    made = Prepared(recording.session, analysis, recording.manifest_sha256)
    made.problems = verify(recording.folder)
    if reported_sha256 not in ("", made.manifest_sha256):
        made.problems.append(f"manifest.json: its recorder reported the digest {reported_sha256}")
    made.signer = signer(recording.folder) if not made.problems else ""
    streams = _read(recording, made)
    timeline = Timeline(streams, recording.session.clock)
    launches = timeline.of(Stream.DEVICE, Launched)
    span = timeline.span(recording.session.created, recording.session.ended)
    made.zero = launches[0].interval.lo if launches else span.lo
    made.start, made.end = span.lo - made.zero, max(span.hi - made.zero, span.lo - made.zero + 1)
    made.masker = Masker(secrets_of(streams[Stream.API], analysis), show=False)
    made.finding_of = _findings(analysis)
    for event in streams[Stream.NETWORK]:
        if isinstance(event.body, Request):
            made.hosts[event.body.flow_id] = event.body.host
            made.requests.setdefault(event.body.flow_id, event.reference)
    _fill(made, timeline)
    return made


def _read(recording: Recording, made: Prepared) -> dict[Stream, list[Event]]:
    streams: dict[Stream, list[Event]] = {}
    left = MOST_EVENTS
    for stream in (Stream.DEVICE, Stream.UI, Stream.NETWORK, Stream.API):
        kept: list[Event] = []
        for event in recording.events(stream):
            if left > 0:
                kept.append(event)
                left -= 1
            else:
                made.left_out += 1
        streams[stream] = kept
    return streams


def _findings(analysis: Analysis) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in [*analysis.findings, *analysis.undetermined]:
        events = [call.event for call in finding.calls]
        events += [flow.event for flow in finding.flows if flow.event]
        events += [
            step.event
            for flow in finding.flows
            for match in flow.matches
            for step in match.transforms
        ]
        for event in dict.fromkeys(events):
            found.setdefault(event, []).append(finding.finding_id)
    return found


def _fill(made: Prepared, timeline: Timeline) -> None:
    phases = find_phases(timeline)
    attribution = Attribution(made.session, made.analysis)
    open_ids = {one.finding_id for one in made.analysis.undetermined}
    names = (
        "time", "bound", "unknown", "stream", "n", "kind", "type", "party", "phase", "mark", "label"
    )  # fmt: skip
    rows: dict[str, list[int]] = {name: [] for name in names}
    for placed in _all(timeline):
        event, interval = placed.event, placed.interval
        unknown = interval.lo <= -FOREVER or interval.hi >= FOREVER
        ids = made.finding_of.get(event.reference, ())
        values = (
            0 if unknown else interval.middle - made.zero,
            0 if unknown else interval.bound,
            int(unknown),
            STREAMS.index(event.stream),
            event.n,
            made.kinds.number(event.kind),
            made.types.number(_data_type(event.body)),
            made.parties.number(attribution.of(event)),
            PHASES.index(phases.of_event(placed)),
            PLAIN if not ids else OPEN if all(one in open_ids for one in ids) else FOUND,
            made.labels.number(summary(event.body, made.hosts)),
        )
        for name, value in zip(names, values, strict=True):
            rows[name].append(value)
        _note(made, event, values[0], unknown)
    made.callers = attribution.callers
    columns: dict[str, Column] = {name: np.array(rows[name], dtype=np.int64) for name in names}
    order = np.lexsort((columns["n"], columns["stream"], columns["time"], columns["unknown"]))
    made.columns = {name: column[order] for name, column in columns.items()}
    made.shots.sort(key=lambda shot: shot.time)
    made.lives.sort(key=lambda life: life.time)


def _all(timeline: Timeline) -> Iterable[Any]:
    for stream in STREAMS:
        yield from timeline.stream(stream)


def _note(made: Prepared, event: Event, time: int, unknown: bool) -> None:
    body = event.body
    if unknown:
        return
    if isinstance(body, Screen) and body.screenshot_file and len(made.shots) < _MOST_SCREENS:
        made.shots.append(Shot(time, event.reference, body.screenshot_file))
    elif isinstance(body, Canary) and len(made.lives) < _MOST_CANARIES:
        made.lives.append(Life(body.sent - made.zero, body.recorder, body.seen, event.reference))


def _data_type(body: AnyBody) -> str:
    if isinstance(body, Call):
        return str(body.data_type)
    if isinstance(body, Request) and is_own(body.host):
        return str(DataType.CANARY)
    return ""


def count_by(column: Column, texts: list[str]) -> Mapping[str, int]:
    """How many rows have each text, most first."""
    counts = np.bincount(column, minlength=len(texts))
    ordered = sorted(range(len(texts)), key=lambda number: (-int(counts[number]), texts[number]))
    return {texts[number]: int(counts[number]) for number in ordered if counts[number]}
