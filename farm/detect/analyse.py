"""The thin way from a recording on disk to its analysis, and the analysis as stable bytes."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

import msgspec

from farm.detect.judge import judge
from farm.detect.replay import Replay
from farm.detect.rules import Rules
from farm.model.events import Event
from farm.model.exchange import Exchange
from farm.model.finding import Analysis
from farm.model.session import Session
from farm.model.vocabulary import Stream


class Readable(Protocol):
    """What analysis reads of a recording (`farm.recording.Recording` is one)."""

    @property
    def session(self) -> Session: ...

    @property
    def manifest_sha256(self) -> str: ...

    def events(self, stream: Stream) -> Iterable[Event]: ...

    def exchanges(self) -> Iterable[Exchange]: ...


def analyse(recording: Readable, rules: Rules) -> Analysis:
    """Judge a recording by the rules.

    Raises:
        RecordingError: the recording cannot be read.
    """
    with _no_collections():
        return _analyse(recording, rules)


def _analyse(recording: Readable, rules: Rules) -> Analysis:
    # A function of its own: what it made is gone before cycles are searched for again.
    streams = {stream: list(recording.events(stream)) for stream in Stream}
    exchanges = Replay(recording.exchanges)
    return judge(recording.session, streams, exchanges, rules, recording.manifest_sha256)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Search for no cycles: a session is a million objects, and none of them is in one."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def analysis_bytes(analysis: Analysis) -> bytes:
    """The analysis as indented JSON with sorted keys: equal analyses give equal bytes."""
    compact = msgspec.json.encode(analysis, order="sorted")
    return msgspec.json.format(compact, indent=2) + b"\n"


def read_analysis(data: bytes) -> Analysis:
    """Read back what `analysis_bytes` wrote.

    Raises:
        msgspec.DecodeError: it is no analysis of this version.
    """
    return msgspec.json.decode(data, type=Analysis)
