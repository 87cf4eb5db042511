"""Keeps the recordings that people look at ready, and does the heavy reading off the event loop.

Bounded: so many at work at once, so much memory kept. A recording that several people open is read
once.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TypeVar

from farm.model.events import Event
from farm.model.exchange import Exchange
from farm.model.finding import Analysis
from farm.model.vocabulary import Stream
from farm.recording import Recording
from farm.web.session.prepared import Prepared, prepare
from farm.web.session.sources import Source, Sources

_MEMORY = 256 << 20  # bytes of prepared recordings
_TRAFFIC = 64 << 20  # bytes of single exchanges
_AT_ONCE = 2  # readers of recordings
_SECONDS = 120.0

_Made = TypeVar("_Made")


class Stage(StrEnum):
    """What is done while somebody waits for a session."""

    WAITING = "waiting"  # for its turn, or done
    FETCHING = "fetching"  # from the store
    JUDGING = "judging"  # its analysis is read, or made
    READING = "reading"  # its seal is checked, and its events are put in order


class Desk:
    """The open recordings of one server."""

    def __init__(self, sources: Sources, small: int = 24 << 20) -> None:
        """`small`: bytes of a recording that is opened while somebody waits for it."""
        self.sources = sources
        self._small = small
        self._stages: dict[str, Stage] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._locks: dict[str, asyncio.Lock] = {}
        self._ready: OrderedDict[str, Prepared] = OrderedDict()
        self._exchanges: OrderedDict[tuple[str, str], Exchange] = OrderedDict()

    async def open(self, session_id: str) -> tuple[Source, Prepared]:
        """A session's recording, ready.

        Raises:
            NoSession: there is none.
            NotSealed: it is not sealed.
            FarmError: it cannot be read or judged, or the store is away.
        """
        with self._at(session_id, Stage.FETCHING):
            source = await self.sources.find(session_id)
        key = f"{source.session_id} {source.manifest_sha256} {source.analysis_name}"
        ready = self._taken(key)
        if ready is not None:
            return source, ready
        lock = self._locks.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                ready = self._taken(key)
                if ready is None:
                    with self._at(session_id, Stage.JUDGING):
                        analysis = await self.sources.analysis(source)
                    with self._at(session_id, Stage.READING):
                        ready = await self._prepare(source, analysis)
                    self._keep(key, ready)
        finally:
            if not lock.locked():
                self._locks.pop(key, None)
        return source, ready

    async def read(self, work: Callable[[], _Made], seconds: float = _SECONDS) -> _Made:
        """Do something slow with files in a thread, when it is its turn."""
        async with asyncio.timeout(seconds), self._gate:
            return await asyncio.to_thread(work)

    async def event(self, source: Source, stream: Stream, n: int) -> Event | None:
        """One event of a recording, None where there is no such one."""
        return await self.read(lambda: _event(source, stream, n))

    async def exchange(self, source: Source, flow_id: str) -> Exchange | None:
        """One exchange with its bytes, None where the recording does not hold it."""
        key = (source.manifest_sha256, flow_id)
        known = self._exchanges.get(key)
        if known is not None:
            self._exchanges.move_to_end(key)
            return known
        found = await self.read(lambda: Recording.open(source.folder).exchange(flow_id))
        if found is not None and _weight(found) <= _TRAFFIC:
            self._exchanges[key] = found
            while sum(map(_weight, self._exchanges.values())) > _TRAFFIC:
                self._exchanges.popitem(last=False)
        return found

    async def takes_long(self, session_id: str) -> bool:
        """Whether opening a session now keeps somebody waiting: large or elsewhere, not ready."""
        if any(key.startswith(f"{session_id} ") for key in self._ready):
            return False
        size = await asyncio.to_thread(self.sources.size_at_hand, session_id)
        return await self.sources.lies_elsewhere(session_id) if size is None else size > self._small

    def stage(self, session_id: str) -> "Stage":
        """How far opening a session is."""
        return self._stages.get(session_id, Stage.WAITING)

    @contextlib.contextmanager
    def _at(self, session_id: str, stage: "Stage") -> Iterator[None]:
        self._stages[session_id] = stage
        try:
            yield
        finally:
            self._stages.pop(session_id, None)

    async def _prepare(self, source: Source, analysis: Analysis) -> Prepared:
        return await self.read(
            lambda: prepare(Recording.open(source.folder), analysis, source.reported_sha256)
        )

    def _taken(self, key: str) -> Prepared | None:
        ready = self._ready.get(key)
        if ready is not None:
            self._ready.move_to_end(key)
        return ready

    def _keep(self, key: str, ready: Prepared) -> None:
        self._ready[key] = ready
        while len(self._ready) > 1 and sum(one.memory for one in self._ready.values()) > _MEMORY:
            self._ready.popitem(last=False)


def _event(source: Source, stream: Stream, n: int) -> Event | None:
    for event in Recording.open(source.folder).events(stream):
        if event.n == n:
            return event
    return None


def _weight(exchange: Exchange) -> int:
    messages = sum(len(message.content) for message in exchange.messages)
    return len(exchange.request_body) + len(exchange.response_body) + messages + 4096
