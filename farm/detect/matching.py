"""Searches carriers for needles and shapes: takes each apart and looks through every piece.

What an occurrence means (whose value it is, what may touch it, how likely it is by chance) is
judged by `farm.detect.identify`.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec
from ahocorasick_rs import BytesAhoCorasick, MatchKind

from farm.detect.decode.carriers import Carrier
from farm.detect.decode.node import Leaf, Limits
from farm.detect.decode.walk import leaves
from farm.detect.needles import Needle, Occurrence, Shape


class Undecoded(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes in a carrier that could not be read, or were not searched, and why."""

    location: str
    path: tuple[str, ...]
    size: int  # bytes
    reason: str
    opaque: bool = False  # looks encrypted: no format fits, and not cut for a bound


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """What one carrier held."""

    carrier: Carrier
    occurrences: list[Occurrence]
    undecoded: list[Undecoded]


class Scanner:
    """All needles and shapes of one session, ready to be looked for.

    Deterministic: bounds are counted in bytes and pieces, never in seconds.
    """

    def __init__(
        self,
        needles: Sequence[Needle],
        shapes: Sequence[Shape] = (),
        limits: Limits | None = None,
    ) -> None:
        self.bytes_searched = 0  # of all pieces so far
        self._limits = limits
        self._needles = list(needles)
        self._exact = _automaton(
            [(n, one.pattern) for n, one in enumerate(needles) if not one.caseless]
        )
        self._folded = _automaton(
            [(n, one.pattern.lower()) for n, one in enumerate(needles) if one.caseless]
        )
        self._shapes = [re.compile(shape.expression) for shape in shapes]

    def scan(self, carriers: Iterable[Carrier]) -> list[Scan]:
        """Search the carriers of one exchange, in their order."""
        scans: list[Scan] = []
        for carrier in carriers:
            found, reasons = leaves(carrier, self._limits)
            occurrences = [one for leaf in found for one in self._search(leaf)]
            undecoded = [
                Undecoded(
                    location=carrier.location,
                    path=(carrier.start,),
                    size=len(carrier.data),
                    reason=reason,
                )
                for reason in reasons
            ]
            scans.append(Scan(carrier=carrier, occurrences=occurrences, undecoded=undecoded))
        return scans

    def _search(self, leaf: Leaf) -> list[Occurrence]:
        self.bytes_searched += len(leaf.data)
        found: list[tuple[int, int, int]] = []
        for data, automaton in ((leaf.data, self._exact), (leaf.data.lower(), self._folded)):
            if automaton is not None:
                numbers, engine = automaton
                found += [
                    (start, end, numbers[index])
                    for index, start, end in engine.find_matches_as_indexes(data, overlapping=True)
                ]
        for number, shape in enumerate(self._shapes, len(self._needles)):
            found += [(match.start(), match.end(), number) for match in shape.finditer(leaf.data)]
        return [Occurrence(number, leaf, start, end) for start, end, number in sorted(found)]


def _automaton(patterns: list[tuple[int, bytes]]) -> tuple[list[int], BytesAhoCorasick] | None:
    if not patterns:
        return None
    engine = BytesAhoCorasick([pattern for _, pattern in patterns], matchkind=MatchKind.Standard)
    return [number for number, _ in patterns], engine
