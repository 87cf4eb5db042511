"""Searches carriers for needles and shapes: takes each apart and looks through every piece.

What an occurrence means (whose value it is, what may touch it, how likely it is by chance) is
judged by `farm.detect.identify`.
"""

from collections.abc import Iterable, Sequence

import msgspec

from farm.detect.decode.carriers import Carrier
from farm.detect.decode.compression import by_content_encoding
from farm.detect.decode.engine import Engine
from farm.detect.decode.node import Budget, Leaf, Limits
from farm.detect.decode.placing import Found
from farm.detect.decode.walk import UNREADABLE, Walk
from farm.detect.needles import Needle, Occurrence, Shape

_WINDOW = 1 << 16
"""Bytes of a long piece that stay in memory around what was met in it."""


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
        self._limits = limits or Limits()
        self._engine = Engine(needles, shapes, self._limits.occurrences)

    def scan(self, carriers: Iterable[Carrier]) -> list[Scan]:
        """Search the carriers of one exchange, in their order."""
        all_carriers = list(carriers)
        budget = Budget(self._limits, sum(len(carrier.data) for carrier in all_carriers))
        walk = Walk(self._engine, budget)
        plain = [
            _without_content_encodings(carrier, budget)
            if carrier.content_encodings
            else (carrier.data, (carrier.start,))
            for carrier in all_carriers
        ]
        found: list[list[Found]] = [[] for _ in plain]
        for index, one in walk.pieces([data for data, _ in plain]):
            found[index].append(one)
        self.bytes_searched += walk.bytes_searched
        scans = [
            _scan(carrier, path, inner)
            for carrier, (_, path), inner in zip(all_carriers, plain, found, strict=True)
        ]
        for reason in budget.cut:
            # Bounds are of the whole exchange: told once, at its largest part.
            largest = max(scans, key=lambda scan: len(scan.carrier.data))
            largest.undecoded.append(
                Undecoded(
                    location=largest.carrier.location,
                    path=(largest.carrier.start,),
                    size=len(largest.carrier.data),
                    reason=reason,
                )
            )
        return scans


def _without_content_encodings(carrier: Carrier, budget: Budget) -> tuple[bytes, tuple[str, ...]]:
    data = carrier.data
    path: tuple[str, ...] = (carrier.start,)
    for name in reversed(carrier.content_encodings):
        plain = by_content_encoding(name, data, budget)
        if plain is None:
            if name not in {"", "identity"}:
                budget.note(f"content encoding {name[:40]} could not be undone")
            continue
        if not budget.take(len(plain)):
            break
        data, path = plain, (*path, name)
    return data, path


def _scan(carrier: Carrier, path: tuple[str, ...], found: Sequence[Found]) -> Scan:
    if not found:
        return Scan(carrier=carrier, occurrences=[], undecoded=[])
    occurrences: dict[tuple[int, tuple[str, ...], int, int], Occurrence] = {}
    undecoded: list[Undecoded] = []
    leaves: dict[tuple[tuple[str, ...], int], Leaf] = {}
    for one in found:
        steps = (*path, *one.steps)
        if one.number == UNREADABLE:
            undecoded.append(
                Undecoded(
                    location=carrier.location,
                    path=steps,
                    size=len(one.leaf),
                    reason=one.reason,
                    opaque=True,
                )
            )
            continue
        # One reading of the same characters is enough: a plus sign is read in two ways.
        key = (one.number, steps, one.start, one.end)
        if key not in occurrences:
            first = _window(one)
            leaf = leaves.get((steps, first))
            if leaf is None:
                data = one.leaf if len(one.leaf) <= _WINDOW else one.leaf[first : first + _WINDOW]
                leaf = leaves[steps, first] = Leaf(carrier.location, steps, data)
            start, end = one.start - first, one.end - first
            occurrences[key] = Occurrence(one.number, leaf, start, end)
    return Scan(carrier=carrier, occurrences=list(occurrences.values()), undecoded=undecoded)


def _window(one: Found) -> int:
    """Where the part of a long leaf begins that is kept around an occurrence."""
    if len(one.leaf) <= _WINDOW:
        return 0
    return max(0, one.start - _WINDOW // 4) // (_WINDOW // 2) * (_WINDOW // 2)
