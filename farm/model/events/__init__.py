"""Events: one line of a stream, with one struct per kind. The docstring is the documentation.

Times are nanoseconds since the Unix epoch on the clock of `STREAM_CLOCK[stream]`, unless a field
says otherwise. On disk an event is one JSON object a line:
`{"stream":"ui","n":0,"t":1700000000000000000,"body":{"kind":"step",...}}`.
"""

import msgspec

from farm.model.events.api import (
    Blob,
    Call,
    CodeLoaded,
    ComponentStarted,
    Connected,
    HooksReady,
    InstrumentationSought,
    PermissionAnswered,
    PermissionAsked,
    PinningBypassed,
    ProcessSeen,
    Touched,
    Transform,
    WebViewUsed,
)
from farm.model.events.base import (
    Body,
    Gap,
    Heartbeat,
    Started,
    Stopped,
)
from farm.model.events.device import (
    Canary,
    ClockSample,
    Crash,
    DeviceNote,
    Launched,
    NotSeeded,
    PhoneIdentity,
    Restarted,
    StateChange,
)
from farm.model.events.network import (
    NameLookup,
    RawConnection,
    Request,
    Response,
    TlsFailed,
    WebSocketMessage,
)
from farm.model.events.ui import (
    Claim,
    Dialog,
    Expectation,
    Exploration,
    Screen,
    Searched,
    Step,
    Tap,
    Withdrawn,
)
from farm.model.vocabulary import Stream

__all__ = [
    "AnyBody",
    "Blob",
    "Body",
    "Call",
    "Canary",
    "Claim",
    "ClockSample",
    "CodeLoaded",
    "ComponentStarted",
    "Connected",
    "Crash",
    "DeviceNote",
    "Dialog",
    "Event",
    "Expectation",
    "Exploration",
    "Gap",
    "Heartbeat",
    "HooksReady",
    "InstrumentationSought",
    "Launched",
    "NameLookup",
    "NotSeeded",
    "PermissionAnswered",
    "PermissionAsked",
    "PhoneIdentity",
    "PinningBypassed",
    "ProcessSeen",
    "RawConnection",
    "Request",
    "Response",
    "Restarted",
    "Screen",
    "Searched",
    "Started",
    "StateChange",
    "Step",
    "Stopped",
    "Tap",
    "TlsFailed",
    "Touched",
    "Transform",
    "WebSocketMessage",
    "WebViewUsed",
    "Withdrawn",
    "decode_event",
    "encode_event",
]

AnyBody = (
    Started
    | Stopped
    | Heartbeat
    | Gap
    | Step
    | Screen
    | Dialog
    | Tap
    | Searched
    | Withdrawn
    | Expectation
    | Claim
    | Exploration
    | HooksReady
    | Call
    | ProcessSeen
    | Transform
    | Connected
    | PermissionAsked
    | PermissionAnswered
    | Touched
    | ComponentStarted
    | CodeLoaded
    | WebViewUsed
    | PinningBypassed
    | InstrumentationSought
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
    | PhoneIdentity
    | NotSeeded
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
