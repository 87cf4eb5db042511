"""What the hook bundle says, checked: an app may forge or damage any of it.

This module decodes; it keeps no state.
"""

from typing import Any

import msgspec

from farm.model.events import Call
from farm.model.vocabulary import DataType

MOST_CALLS = 1000  # the bundle batches 500
MOST_TEXT = 20_000
MOST_FRAMES = 200
Time = tuple[int, int]


class HookedCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call as the bundle records it."""

    api: str
    data_type: DataType
    class_name: str = msgspec.field(name="class")
    method: str
    args: list[str]
    result: str | None
    error: str | None
    values: list[str]
    stack: str
    tid: int
    t: Time
    truncated: list[str]


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


class Calls(Message, frozen=True, kw_only=True):
    """A batch; `first` is the number of the calls that were sent before it."""

    first: int
    calls: list[HookedCall]


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


AnyMessage = Ready | Late | Calls | Heartbeat | Fault | Failed | Exit


def decode(payload: Any) -> AnyMessage:
    """Check one message.

    Raises:
        msgspec.ValidationError: it is none of the bundle's.
    """
    message: AnyMessage = msgspec.convert(payload, AnyMessage)
    if message.schema != 1 or not 0 <= message.seq < 2**53:
        raise msgspec.ValidationError("schema or sequence number out of range")
    if not 0 <= message.now[0] < 2**33:
        raise msgspec.ValidationError("time out of range")
    if isinstance(message, Calls) and len(message.calls) > MOST_CALLS:
        raise msgspec.ValidationError(f"more than {MOST_CALLS} calls")
    return message


def nanoseconds(time: Time) -> int:
    """A pair of seconds and nanoseconds as nanoseconds."""
    return time[0] * 1_000_000_000 + time[1]


def to_event(call: HookedCall, pid: int, process: str) -> Call:
    """The call as an event of the recording, every text bounded once more."""
    frames = stack_frames(call.stack, call.class_name, call.method)
    return Call(
        api=call.api[:200],
        data_type=call.data_type,
        class_name=call.class_name[:500],
        method=call.method[:200],
        arguments=[one[:MOST_TEXT] for one in call.args[:32]],
        result=None if call.result is None else call.result[:MOST_TEXT],
        error=None if call.error is None else call.error[:500],
        values=[one[:MOST_TEXT] for one in call.values[:500]],
        stack=frames,
        pid=pid,
        tid=call.tid,
        process=process,
        truncated=[one[:50] for one in call.truncated[:10]],
    )


def stack_frames(text: str, class_name: str, method: str) -> list[str]:
    """The frames of a printed stack from the caller on; the hooked method itself is left out."""
    lines = (line.strip() for line in text.splitlines())
    frames = [line[3:][:500] for line in lines if line.startswith("at ")][: MOST_FRAMES + 1]
    if frames and _bare(frames[0]).startswith(f"{class_name}.{method}("):
        frames = frames[1:]
    return frames[:MOST_FRAMES]


def _bare(frame: str) -> str:
    """A frame without HotSpot's "app//" or "java.base/" in front."""
    head, _, tail = frame.rpartition("/")
    return tail if "(" not in head else frame
