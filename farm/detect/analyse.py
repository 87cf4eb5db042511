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

_YOUNG = 5_000
"""Objects after which young ones are looked at: those of some 70 flows."""


class Readable(Protocol):
    """What analysis reads of a recording (`farm.recording.Recording` is one)."""

    @property
    def session(self) -> Session: ...

    @property
    def manifest_sha256(self) -> str: ...

    def events(self, stream: Stream) -> Iterable[Event]: ...

    def exchanges(self) -> Iterable[Exchange]: ...


def analyse(recording: Readable, rules: Rules, helpers: int = 0) -> Analysis:
    """Judge a recording by the rules.

    Args:
        recording: which.
        rules: by which.
        helpers: processes that may search a large session besides this one. They change nothing
            of what comes out.

    Raises:
        RecordingError: the recording cannot be read.
    """
    with _few_collections():
        return _analyse(recording, rules, helpers)


def _analyse(recording: Readable, rules: Rules, helpers: int) -> Analysis:
    streams = {stream: list(recording.events(stream)) for stream in Stream}
    gc.freeze()  # events stay to the end: no search for cycles need look at them
    exchanges = Replay(recording.exchanges)
    sealed = recording.manifest_sha256
    return judge(recording.session, streams, exchanges, rules, sealed, helpers)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Search for cycles seldom, but often enough: each flow that is read leaves some behind."""
    usual = gc.get_threshold()
    gc.set_threshold(_YOUNG, *usual[1:])
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)


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
