"""The pieces between the bytes on the wire and a found value, as detection decoded them.

Says nothing where the way of the evidence is not met again.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from farm.detect.decode.carriers import Carrier
from farm.detect.decode.compression import by_content_encoding
from farm.detect.decode.engine import Engine
from farm.detect.decode.node import Budget, Limits
from farm.detect.decode.placing import Found
from farm.detect.decode.trail import Stage, Trail
from farm.detect.needles import Needle
from farm.model.finding import ValueMatch
from farm.report.masking import Masker
from farm.web.session.octets import Layer, Place, layer

MOST_PLACES = 100
"""Places of one value in one piece that are marked."""

_LARGEST_PIECE = 8 << 20


class _Between(NamedTuple):
    """One piece on the way."""

    path: list[str]
    data: bytes
    places: list[Place]  # where the next piece stands in it, packed


class Ways:
    """The ways to all values of one request; each carrier is unpacked and searched once."""

    def __init__(self, needles: Sequence[bytes]) -> None:
        """`needles` are the bytes that any of its values may stand as."""
        self._needles = needles
        self._plain: dict[str, bytes | None] = {}
        self._searched: dict[str, tuple[Trail, list[Found]]] = {}

    def plain(self, carrier: Carrier) -> bytes | None:
        """As `without_encodings`, for a carrier of the request."""
        if carrier.location not in self._plain:
            self._plain[carrier.location] = without_encodings(carrier)
        return self._plain[carrier.location]

    def through(
        self,
        outer: list[Layer],
        carrier: Carrier,
        match: ValueMatch,
        needles: list[bytes],
        masker: Masker,
    ) -> list[Layer]:
        """The outer layers, the last of them with the place of the next, and those between.

        The piece in which the value stands is not among them where it is the whole piece.

        Args:
            outer: as the bytes went out, and without content encodings.
            carrier: what carried the value.
            match: the value, with its way as the evidence names it.
            needles: the bytes that this value may stand as.
            masker: hides bytes unless it lets values through.
        """
        plain = self.plain(carrier)
        start = carrier.data if plain is None else plain
        layers = list(outer)
        for one in self._between(carrier, start, needles, match.path):
            steps = [masker.text(step) for step in one.path]
            known = verbatim(one.data, needles)
            places, packed = known or one.places, not known
            if one.data != start:
                layers.append(layer("between", steps, one.data, places, masker, packed=packed))
            elif layers:
                last = layers[-1]
                layers[-1] = layer(last.name, last.path, start, places, masker, packed=packed)
        return layers

    def _between(
        self, carrier: Carrier, plain: bytes, needles: list[bytes], path: list[str]
    ) -> list[_Between]:
        trail, found = self._search(carrier, plain)
        for one in found:
            # What stands in front of the steps of the walk are carrier and content encodings.
            same = tuple(path[len(path) - len(one.steps) :]) == one.steps
            if one.number >= 0 and same and self._needles[one.number] in needles:
                return _pieces(trail, trail.way(one), path)
        return []

    def _search(self, carrier: Carrier, plain: bytes) -> tuple[Trail, list[Found]]:
        known = self._searched.get(carrier.location)
        if known is None:
            limits = Limits()
            engine = Engine([Needle(one) for one in self._needles], (), limits.occurrences)
            trail = Trail(engine, Budget(limits, len(carrier.data)))
            known = trail, [one for _, one in trail.pieces([plain])]
            self._searched[carrier.location] = known
        return known


def without_encodings(carrier: Carrier) -> bytes | None:
    """A carrier's bytes with its content encodings undone; None where none could be."""
    data = carrier.data
    undone = False
    budget = Budget(Limits(bytes_out=_LARGEST_PIECE), len(data))
    for name in reversed(carrier.content_encodings):
        plain = by_content_encoding(name, data, budget)
        if plain is None:
            continue
        data, undone = plain, True
    return data if undone else None


def verbatim(data: bytes, needles: list[bytes]) -> list[Place]:
    """Where the bytes of needles stand in a piece as they are."""
    places: list[Place] = []
    for needle in needles:
        start = data.find(needle) if needle else -1
        while start >= 0 and len(places) < MOST_PLACES:
            places.append((start, start + len(needle)))
            start = data.find(needle, start + len(needle))
    return places


def _pieces(trail: Trail, stages: list[Stage], path: Sequence[str]) -> list[_Between]:
    pieces: list[_Between] = []
    for stage, inner in itertools.zip_longest(stages, stages[1:]):
        reached = list(path[: len(path) - len(stage.steps)])
        if inner is None and not stage.steps:
            break  # the leaf itself, which is shown as the value
        places = [] if inner is None else trail.origin(stage.data, inner.data)
        pieces.append(_Between(reached, stage.data, places))
    return pieces
