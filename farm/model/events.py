"""Events: one line of a stream, with one struct per kind. The docstring is the documentation.

Times are nanoseconds since the Unix epoch on the clock of `STREAM_CLOCK[stream]`, unless a field
says otherwise. On disk an event is one JSON object a line:
`{"stream":"ui","n":0,"t":1700000000000000000,"body":{"kind":"step",...}}`.
"""

import msgspec

from farm.model.vocabulary import (
    ConsentAnswer,
    DataType,
    DialogKind,
    GapCause,
    SessionState,
    Stream,
)


class Body(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """What happened; subclasses name the kind by their tag."""


# Any stream


class Started(Body, frozen=True, kw_only=True, tag="started"):
    """The recorder of this stream began; `versions` names the tools it stands on."""

    versions: dict[str, str] = {}


class Stopped(Body, frozen=True, kw_only=True, tag="stopped"):
    """The recorder of this stream ended in order; a stream without it was cut off."""


class Heartbeat(Body, frozen=True, kw_only=True, tag="heartbeat"):
    """The recorder was alive and able to see; `counts` are running totals it vouches for."""

    counts: dict[str, int] = {}


class Gap(Body, frozen=True, kw_only=True, tag="gap"):
    """Something may have been missed.

    `start` and `end` bound the interval on the stream's clock; `end` is None while it is open
    (until the stream's end, or until a later gap with the same `gap_id` closes it).
    `scope` says what could not be seen (a host, a hook id, a process), empty for everything.
    """

    gap_id: str
    cause: GapCause
    start: int
    end: int | None = None
    scope: str = ""
    detail: str = ""


# ui


class Step(Body, frozen=True, kw_only=True, tag="step"):
    """A named step of the scenario began (`state` "begin") or ended ("end", "failed")."""

    name: str
    state: str
    detail: str = ""


class Screen(Body, frozen=True, kw_only=True, tag="screen"):
    """What the screen showed: files are names inside `screens/`."""

    package: str
    activity: str
    fingerprint: str  # digest of the abstract hierarchy: equal for equal screens
    hierarchy_file: str = ""
    screenshot_file: str = ""
    texts: list[str] = []  # visible texts in reading order, bounded


class Dialog(Body, frozen=True, kw_only=True, tag="dialog"):
    """A dialog was recognised; `reasons` say by what."""

    dialog: DialogKind
    title: str = ""
    accept_text: str = ""
    decline_text: str = ""
    reasons: list[str] = []
    screenshot_file: str = ""


class Tap(Body, frozen=True, kw_only=True, tag="tap"):
    """The scenario tapped: it reached the phone between `sent` and `confirmed` (host clock)."""

    x: int
    y: int
    text: str
    sent: int
    confirmed: int
    dialog: DialogKind = DialogKind.NONE
    answer: ConsentAnswer | None = None  # set only on a recognised privacy-consent dialog


class Expectation(Body, frozen=True, kw_only=True, tag="expectation"):
    """An expectation of the scenario was checked."""

    name: str
    held: bool
    detail: str = ""


# api


class HooksReady(Body, frozen=True, kw_only=True, tag="hooks_ready"):
    """The hook bundle is in place in one process, before the app's first instruction if `early`."""

    pid: int
    process: str
    early: bool
    bundle_sha256: str
    installed: list[str]  # catalogue ids whose hooks are in place
    waiting: list[str] = []  # classes not loaded yet: hooked when they arrive
    failed: dict[str, str] = {}  # catalogue id -> reason
    runtime: str = ""  # "ART 34", "OpenJDK 17": what the hooks run in


class Call(Body, frozen=True, kw_only=True, tag="call"):
    """One sensitive call by the app. Text is bounded; `truncated` names the cut fields."""

    api: str  # catalogue id
    data_type: DataType
    class_name: str
    method: str
    arguments: list[str] = []
    result: str | None = None
    error: str | None = None  # class of the exception the call threw
    values: list[str] = []  # the information that was handed over, as the catalogue reads it
    stack: list[str] = []  # innermost caller first: "com.example.Foo.bar(Foo.java:12)"
    pid: int
    tid: int
    process: str = ""
    truncated: list[str] = []


class ProcessSeen(Body, frozen=True, kw_only=True, tag="process"):
    """A process of the app appeared or went away."""

    pid: int
    process: str
    state: str  # "started", "exited", "crashed", "detached"
    reason: str = ""


# network


class Request(Body, frozen=True, kw_only=True, tag="request"):
    """A request went out in full; its bytes stand in `flows.mitm` under `flow_id`."""

    flow_id: str
    method: str
    scheme: str
    host: str
    port: int
    path: str
    http_version: str
    body_size: int
    started: int  # first byte from the app, ns, host clock
    address: str = ""  # the server's address as connected


class Response(Body, frozen=True, kw_only=True, tag="response"):
    """The answer to the request of `flow_id`, or why there was none (`error`)."""

    flow_id: str
    status: int = 0
    body_size: int = 0
    error: str = ""


class WebSocketMessage(Body, frozen=True, kw_only=True, tag="websocket"):
    """One WebSocket message; its bytes stand in `flows.mitm` under `flow_id`, number `index`."""

    flow_id: str
    index: int
    from_app: bool
    size: int
    is_text: bool


class NameLookup(Body, frozen=True, kw_only=True, tag="dns"):
    """A DNS question that passed through the proxy."""

    name: str
    record_type: str
    answers: list[str] = []


class TlsFailed(Body, frozen=True, kw_only=True, tag="tls_failed"):
    """TLS could not be established: `side` "app" (pinning, no trust) or "server"."""

    host: str
    port: int
    side: str
    reason: str


class RawConnection(Body, frozen=True, kw_only=True, tag="raw_connection"):
    """A connection whose protocol the proxy could not read; only its size is known."""

    host: str
    port: int
    bytes_sent: int
    bytes_received: int


# device


class StateChange(Body, frozen=True, kw_only=True, tag="state"):
    """The session entered a state; `reason` says why when it is `failed`."""

    state: SessionState
    reason: str = ""


class ClockSample(Body, frozen=True, kw_only=True, tag="clock_sample"):
    """One round trip: the phone said `phone` some time between `sent` and `received` (host)."""

    sent: int
    received: int
    phone: int


class Canary(Body, frozen=True, kw_only=True, tag="canary"):
    """A proof of life was sent through one recorder; `seen` says whether it came out again."""

    recorder: Stream
    token: str
    sent: int
    seen: bool
    when: str  # "start", "before_answer", "after_answer", "end", "periodic"
    detail: str = ""


class Launched(Body, frozen=True, kw_only=True, tag="launched"):
    """The app was allowed to run its first instruction between `sent` and `confirmed` (host)."""

    package: str
    pid: int
    sent: int
    confirmed: int


class Crash(Body, frozen=True, kw_only=True, tag="crash"):
    """The app crashed or stopped answering, as the phone's own log says."""

    process: str
    reason: str
    trace: str = ""


class Restarted(Body, frozen=True, kw_only=True, tag="restarted"):
    """The app was started again after its process ended."""

    package: str
    pid: int
    sent: int
    confirmed: int


class DeviceNote(Body, frozen=True, kw_only=True, tag="note"):
    """A fact about the phone or its preparation that a reader of the evidence may need."""

    name: str
    detail: str = ""


AnyBody = (
    Started
    | Stopped
    | Heartbeat
    | Gap
    | Step
    | Screen
    | Dialog
    | Tap
    | Expectation
    | HooksReady
    | Call
    | ProcessSeen
    | Request
    | Response
    | WebSocketMessage
    | NameLookup
    | TlsFailed
    | RawConnection
    | StateChange
    | ClockSample
    | Canary
    | Launched
    | Crash
    | Restarted
    | DeviceNote
)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event: `n` counts within the stream from 0 without a hole, `t` is in nanoseconds."""

    stream: Stream
    n: int
    t: int
    body: AnyBody

    @property
    def reference(self) -> str:
        """The event's name inside its recording, as findings point at it: `api:17`."""
        return f"{self.stream}:{self.n}"

    @property
    def kind(self) -> str:
        """The body's tag on disk."""
        tag = self.body.__struct_config__.tag
        assert isinstance(tag, str)  # noqa: S101 - every body class above names its tag
        return tag


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Event)


def encode_event(event: Event) -> bytes:
    """Return the event as one JSON line without its newline."""
    return _ENCODER.encode(event)


def decode_event(line: bytes) -> Event:
    """Return the event of one JSON line.

    Raises:
        msgspec.DecodeError: the line is torn or not JSON.
        msgspec.ValidationError: it is JSON, but no event of this format version.
    """
    return _DECODER.decode(line)
