"""Searches the exchanges of one session with processes of their own, within bounded memory.

Each exchange is searched by itself, so what comes out, and its order, is the same whoever searched
it. Helpers are called in only where a session is large: they take a second to begin.
"""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from typing import NamedTuple

from farm.detect.decode.carriers import Carrier
from farm.detect.decode.node import Limits
from farm.detect.matching import Scan, Scanner, Undecoded
from farm.detect.needles import Needle, Occurrence, Shape
from farm.model.exchange import Exchange

ALONE = 16 << 20
"""Bytes of carriers up to which nobody is called in."""

_LOAD = 1 << 20  # bytes of carriers that are handed over at once
_LOADS_WAITING = 2  # for each helper, besides the one it works on
_MOST_WAITING = 16  # loads that wait for one in front of them, for each helper
_MOST_EXCHANGES = 256  # in one load

Met = tuple[list[Occurrence], list[Undecoded]]
"""What one carrier held."""


class _Load(NamedTuple):
    """Some exchanges in their order, with what is searched of each."""

    exchanges: list[Exchange]
    carriers: list[list[Carrier]]


class Searcher:
    """One session's search, by this process and its helpers."""

    def __init__(
        self,
        needles: Sequence[Needle],
        shapes: Sequence[Shape],
        limits: Limits | None = None,
        helpers: int = 0,
        alone: int = ALONE,
    ) -> None:
        """Search for needles and shapes.

        Args:
            needles: as `Scanner` takes them.
            shapes: as `Scanner` takes them.
            limits: bounds of decoding one exchange.
            helpers: processes besides this one.
            alone: bytes of carriers from which on they are called in.
        """
        self.scanner = Scanner(needles, shapes, limits)
        self.bytes_searched = 0
        self._work = (list(needles), list(shapes), limits)
        self._helpers = helpers
        self._alone = alone

    def scan(self, carriers: Iterable[Carrier]) -> list[Scan]:
        """Search the carriers of one exchange, here."""
        before = self.scanner.bytes_searched
        scans = self.scanner.scan(carriers)
        self.bytes_searched += self.scanner.bytes_searched - before
        return scans

    def scan_all(
        self, exchanges: Iterable[Exchange], carriers: Callable[[Exchange], Iterable[Carrier]]
    ) -> Iterator[tuple[Exchange, list[Scan]]]:
        """Search many exchanges; each comes back with what its carriers held, in order."""
        if not self._helpers:
            for exchange in exchanges:
                yield exchange, self.scan(carriers(exchange))
            return
        seen = 0
        most = self._helpers * _MOST_WAITING  # a hard one at the front must not pile them up
        waiting: deque[tuple[_Load, Future[tuple[list[list[Met]], int]] | list[list[Scan]]]] = (
            deque()
        )
        pool: ProcessPoolExecutor | None = None
        broken = False
        with ExitStack() as stack:
            for load in _loads(exchanges, carriers):
                seen += sum(len(one.data) for several in load.carriers for one in several)
                if pool is None and not broken and seen > self._alone:
                    pool = stack.enter_context(self._pool())
                flying = sum(isinstance(work, Future) for _, work in waiting)
                if pool is not None and flying < self._helpers * (1 + _LOADS_WAITING):
                    try:
                        waiting.append((load, pool.submit(_search, load.carriers)))
                    except BrokenProcessPool:
                        pool, broken = None, True
                if not waiting or waiting[-1][0] is not load:
                    waiting.append((load, [self.scan(one) for one in load.carriers]))
                while waiting and (len(waiting) > most or _is_done(waiting[0][1])):
                    yield from self._results(*waiting.popleft())
            while waiting:
                yield from self._results(*waiting.popleft())

    def _results(
        self, load: _Load, work: Future[tuple[list[list[Met]], int]] | list[list[Scan]]
    ) -> Iterator[tuple[Exchange, list[Scan]]]:
        if isinstance(work, Future):
            try:
                met, searched = work.result()
            except BrokenProcessPool:  # killed, perhaps for its memory: what it had is done here
                scans = [self.scan(one) for one in load.carriers]
            else:
                self.bytes_searched += searched
                scans = [
                    [
                        Scan(carrier=carrier, occurrences=occurrences, undecoded=undecoded)
                        for carrier, (occurrences, undecoded) in zip(several, found, strict=True)
                    ]
                    for several, found in zip(load.carriers, met, strict=True)
                ]
        else:
            scans = work
        yield from zip(load.exchanges, scans, strict=True)

    def _pool(self) -> ProcessPoolExecutor:
        # Fresh interpreters: forking a process that may have threads is not safe.
        spawn = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(
            self._helpers, mp_context=spawn, initializer=_begin, initargs=self._work
        )


def _loads(
    exchanges: Iterable[Exchange], carriers: Callable[[Exchange], Iterable[Carrier]]
) -> Iterator[_Load]:
    load, size = _Load([], []), 0
    for exchange in exchanges:
        several = list(carriers(exchange))
        load.exchanges.append(exchange)
        load.carriers.append(several)
        size += sum(len(one.data) for one in several)
        if size >= _LOAD or len(load.exchanges) >= _MOST_EXCHANGES:
            yield load
            load, size = _Load([], []), 0
    if load.exchanges:
        yield load


def _is_done(work: object) -> bool:
    return not isinstance(work, Future) or work.done()


_scanner: Scanner | None = None
"""A helper's own, for as long as it lives."""


def _begin(needles: list[Needle], shapes: list[Shape], limits: Limits | None) -> None:
    global _scanner
    _scanner = Scanner(needles, shapes, limits)


def _search(load: list[list[Carrier]]) -> tuple[list[list[Met]], int]:
    """In a helper: search some exchanges; the carriers need not be sent back."""
    assert _scanner is not None  # noqa: S101 - `_begin` ran
    before = _scanner.bytes_searched
    met = [
        [(scan.occurrences, scan.undecoded) for scan in _scanner.scan(several)] for several in load
    ]
    return met, _scanner.bytes_searched - before
