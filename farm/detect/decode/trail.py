"""A walk that remembers which pieces it went through on its way to what it found.

Detection needs only the leaf; a person who follows a value to its bytes needs every piece between.
Searches exactly as `Walk` does, since it is one; what it finds is not changed.
"""

from collections.abc import Sequence
from typing import NamedTuple

from farm.detect.decode.engine import Engine
from farm.detect.decode.formats import structure
from farm.detect.decode.node import Budget, Strings
from farm.detect.decode.placing import Found
from farm.detect.decode.runs import encoded_runs
from farm.detect.decode.walk import Walk

_Key = tuple[int, int, int, int]


class Stage(NamedTuple):
    """One piece on the way, and what of the way still lay before it."""

    depth: int
    data: bytes
    steps: tuple[str, ...]  # from this piece to the leaf


class Trail(Walk):
    """The search of one carrier, with the way to everything that was found."""

    def __init__(self, engine: Engine, budget: Budget) -> None:
        super().__init__(engine, budget)
        self._stages: dict[_Key, list[Stage]] = {}
        # A leaf is known by its identity, which must not be given to another one meanwhile.
        self._kept: list[bytes] = []

    def pieces(self, pieces: Sequence[bytes], depth: int = 0) -> list[tuple[int, Found]]:
        """As `Walk.pieces`."""
        found = super().pieces(pieces, depth)
        for index, one in found:
            self._remember(depth, pieces[index], one)
        return found

    def buffer(self, data: bytes, depth: int = 0) -> list[Found]:
        """As `Walk.buffer`."""
        found = super().buffer(data, depth)
        for one in found:
            self._remember(depth, data, one)
        return found

    def way(self, one: Found) -> list[Stage]:
        """The pieces from the outermost to that in which the leaf stands, each once."""
        stages = {stage.depth: stage for stage in self._stages.get(_key(one), [])}
        return [stages[depth] for depth in sorted(stages)]

    def origin(self, outer: bytes, inner: bytes) -> list[tuple[int, int]]:
        """Where in a text the characters stand that were decoded to another piece of the way."""
        text = structure(outer)
        spans = text.spans(self._budget)
        listed = (
            [spans.span(index) for index in range(len(spans.contents))]
            if isinstance(spans, Strings)
            else spans
        )
        listed = [*listed, *encoded_runs(outer, self._scan(outer).runs, self._budget)]
        return [(span.start, span.end) for span in listed if span.data == inner]

    def _remember(self, depth: int, data: bytes, one: Found) -> None:
        self._kept.append(one.leaf)
        self._stages.setdefault(_key(one), []).append(Stage(depth, data, one.steps))


def _key(one: Found) -> _Key:
    return id(one.leaf), one.number, one.start, one.end
