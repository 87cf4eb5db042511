"""What the hook bundle says, checked: an app may forge or damage any of it.

This module decodes; it keeps no state.
"""

from typing import Any

import msgspec

from farm.model.events import (
    Call,
    CodeLoaded,
    ComponentStarted,
    Connected,
    InstrumentationSought,
    PermissionAnswered,
    PermissionAsked,
    PinningBypassed,
    Touched,
    Transform,
    WebViewUsed,
)
from farm.recorders.api.entry import Api

SCHEMA = 2
MOST_RECORDS = 1000  # the bundle batches 500
MOST_BATCH_BYTES = 16_000_000
MOST_TEXT = 20_000
MOST_FRAMES = 200
MOST_STACKS = 10_000
Time = tuple[int, int]

Behaviour = (
    Transform
    | Connected
    | PermissionAsked
    | PermissionAnswered
    | ComponentStarted
    | Touched
    | CodeLoaded
    | WebViewUsed
    | PinningBypassed
    | InstrumentationSought
)
"""What an app does other than reading; the bundle leaves out stack and process."""


class Record(msgspec.Struct, frozen=True, array_like=True, tag_field="type"):
    """What stands in a batch: time of the call, thread, and the number of its stack (0: none)."""

    seconds: int
    nanoseconds: int
    tid: int
    stack: int


class CallRecord(Record, frozen=True, array_like=True, tag="call"):
    """A call that an entry of the catalogue means."""

    api: str
    args: list[str]
    result: str | None
    error: str | None
    values: list[str]
    truncated: list[str]


class EventRecord(Record, frozen=True, array_like=True, tag="event"):
    """Something else that the app did by calling `method`."""

    method: str
    body: Behaviour


AnyRecord = CallRecord | EventRecord


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """Records, and before them the stacks that they are the first to name."""

    stacks: list[tuple[int, str]]
    records: list[AnyRecord]


class _RawBatch(msgspec.Struct, frozen=True, array_like=True):
    stacks: list[tuple[int, str]]
    records: list[msgspec.Raw]


class Message(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=lambda name: name.lower()
):
    """Any message: `seq` counts those of one script without a hole, `now` is the phone's clock."""

    schema: int
    seq: int
    now: Time


class Ready(Message, frozen=True, kw_only=True):
    """The hooks are in place."""

    installed: list[str]
    failed: dict[str, str]
    waiting: list[str]
    watching: str
    early: bool | None
    runtime: str
    clock: str
    pid: int


class Late(Message, frozen=True, kw_only=True):
    """Classes that came later were hooked."""

    installed: list[str]
    failed: dict[str, str]


class Records(Message, frozen=True, kw_only=True):
    """A batch comes with it; `first` is the number of the records that were sent before it."""

    first: int
    count: int


class Heartbeat(Message, frozen=True, kw_only=True):
    """A sign of life every second."""

    totals: dict[str, int]


class Fault(Message, frozen=True, kw_only=True):
    """Our own code in the app failed."""

    where: str
    reason: str


class Failed(Message, frozen=True, kw_only=True):
    """The hooks could not be installed at all."""

    reason: str


class Exit(Message, frozen=True, kw_only=True):
    """The app is about to end its process."""

    way: str
    argument: str


AnyMessage = Ready | Late | Records | Heartbeat | Fault | Failed | Exit


def decode(payload: Any) -> AnyMessage:
    """Check one message.

    Raises:
        msgspec.ValidationError: it is none of the bundle's.
    """
    message: AnyMessage = msgspec.convert(payload, AnyMessage)
    if message.schema != SCHEMA or not 0 <= message.seq < 2**53:
        raise msgspec.ValidationError("schema or sequence number out of range")
    if not 0 <= message.now[0] < 2**33:
        raise msgspec.ValidationError("time out of range")
    return message


_BATCH = msgspec.json.Decoder(Batch)
_RAW_BATCH = msgspec.json.Decoder(_RawBatch)
_RECORD = msgspec.json.Decoder(AnyRecord)


def decode_batch(data: bytes | None) -> tuple[Batch, int]:
    """The batch beside a message, and how many of its records were not the bundle's.

    Raises:
        msgspec.ValidationError: there is none, or it is too large, or none of the bundle's.
    """
    if data is None or len(data) > MOST_BATCH_BYTES:
        raise msgspec.ValidationError(f"no batch of at most {MOST_BATCH_BYTES} bytes")
    try:
        batch, bad = _BATCH.decode(data), 0
    except msgspec.ValidationError:
        batch, bad = _sound_part(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise msgspec.ValidationError(f"batch: {error}") from error
    if len(batch.records) + bad > MOST_RECORDS:
        raise msgspec.ValidationError(f"more than {MOST_RECORDS} records")
    return batch, bad


def _sound_part(data: bytes) -> tuple[Batch, int]:
    raw = _RAW_BATCH.decode(data)
    records: list[AnyRecord] = []
    for one in raw.records:
        try:
            records.append(_RECORD.decode(one))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return Batch(raw.stacks, records), len(raw.records) - len(records)


def android_level(runtime: str) -> int | None:
    """The API level in what a ready message calls its runtime, "ART 34"; None: not told."""
    name, _, level = runtime.partition(" ")
    return int(level) if name == "ART" and level.isdecimal() and len(level) < 4 else None


def nanoseconds(time: Time) -> int:
    """A pair of seconds and nanoseconds as nanoseconds."""
    return time[0] * 1_000_000_000 + time[1]


class Stacks:
    """The stacks of one process by their numbers."""

    def __init__(self) -> None:
        self._known: dict[int, list[str]] = {}

    def learn(self, new: list[tuple[int, str]]) -> None:
        """Keep stacks that a batch brought; those too old for the bundle to name are dropped."""
        for number, text in new:
            self._known[number] = frames_of(text)
        while len(self._known) > MOST_STACKS:
            del self._known[next(iter(self._known))]

    def callers(self, number: int, method: str) -> list[str]:
        """The frames from the caller of `method` on, innermost first."""
        frames = self._known.get(number)
        if not frames:
            return []
        return frames[1:] if _method(frames[0]) == method else frames

    def knows(self, number: int) -> bool:
        """Whether the number means a stack, or that there is none."""
        return number == 0 or number in self._known


def frames_of(text: str) -> list[str]:
    """The frames of a printed stack, innermost first: "com.example.Foo.bar(Foo.java:12)"."""
    lines = (line.strip() for line in text.splitlines())
    return [line[3:503] for line in lines if line.startswith("at ")][:MOST_FRAMES]


def _method(frame: str) -> str:
    """The name of a frame's method, as the bundle names it."""
    name = frame.partition("(")[0].rpartition(".")[2]
    return "$init" if name == "<init>" else name


def _bounded(texts: list[str], most: int) -> list[str]:
    if len(texts) <= most and all(len(one) <= MOST_TEXT for one in texts):
        return texts
    return [one[:MOST_TEXT] for one in texts[:most]]


def to_call(record: CallRecord, api: Api, stack: list[str], pid: int, process: str) -> Call:
    """The record as an event of the recording, every text bounded once more."""
    return Call(
        api=api.id,
        data_type=api.data_type,
        class_name=api.class_ or api.library or "native",
        method=api.method or api.symbol,
        arguments=_bounded(record.args, 32),
        result=None if record.result is None else record.result[:MOST_TEXT],
        error=None if record.error is None else record.error[:500],
        values=_bounded(record.values, 500),
        stack=stack,
        pid=pid,
        tid=record.tid,
        process=process,
        truncated=[one[:50] for one in record.truncated[:10]],
    )


def to_behaviour(record: EventRecord, stack: list[str], pid: int, process: str) -> Behaviour:
    """The record as an event of the recording, with what the bundle left out."""
    own: dict[str, Any] = {"pid": pid, "tid": record.tid, "process": process}
    if hasattr(record.body, "stack"):
        own["stack"] = stack
    return msgspec.structs.replace(record.body, **own)
