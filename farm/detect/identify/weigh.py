"""Of everything met in one exchange, what counts: each value once a place, weak ones in company.

A value that says too little to stand alone counts beside the name of its kind, or together with
others of its kind. A coordinate counts with its other half.
"""

from collections.abc import Iterable, Sequence

import msgspec

from farm.detect.identify.information import STRONG_BITS
from farm.detect.identify.known import Known
from farm.detect.identify.recognise import Hit

_SYSTEMS = ("WGS-84", "GCJ-02", "BD-09")
_NEAR = 400
"""Bytes within which the halves of a position stand, where they share a piece."""

_WEAK_PAIR_BITS = 35.0
"""A position rounded so far that it holds less needs a name such as `lat` beside it."""


def select(hits: Sequence[Hit], known: Sequence[Known]) -> list[Hit]:
    """The hits of one exchange that count, in a stable order."""
    whole = [hit for hit in hits if hit.place is None]
    whole += _positions([hit for hit in hits if hit.place is not None])
    best: dict[tuple[int, str], Hit] = {}
    for hit in whole:
        key = (hit.known, hit.leaf.location)
        old = best.get(key)
        if old is None or _rank(hit) < _rank(old):
            best[key] = hit
    company = _Company(best.values(), known)
    return [hit for hit in best.values() if _counts(hit, known[hit.known], company)]


class _Company:
    """How many different values of each type an exchange holds, and their bits together."""

    def __init__(self, hits: Iterable[Hit], known: Sequence[Known]) -> None:
        self.values: dict[str, set[str]] = {}
        self.bits: dict[str, float] = {}
        for hit in hits:
            one = known[hit.known]
            values = self.values.setdefault(one.data_type, set())
            if one.value not in values:
                values.add(one.value)
                self.bits[one.data_type] = self.bits.get(one.data_type, 0.0) + hit.bits


def _counts(hit: Hit, one: Known, company: _Company) -> bool:
    if hit.transforms or hit.place is not None:
        return True
    alone = not one.weak and hit.bits >= STRONG_BITS
    if alone or (hit.bits >= 2 * STRONG_BITS and one.together <= 2):  # a digest is no accident
        return True
    if hit.key and one.together <= 2:
        return True
    needed = max(2, one.together)
    together = len(company.values[one.data_type]) >= needed
    return together and company.bits[one.data_type] >= STRONG_BITS


def _positions(hits: Sequence[Hit]) -> list[Hit]:
    """Latitudes with the longitude that stands by them, as one hit at the latitude."""
    found: list[Hit] = []
    east = [hit for hit in hits if hit.place is not None and hit.place.axis == "longitude"]
    for north in hits:
        if north.place is None or north.place.axis != "latitude":
            continue
        partners = [
            other
            for other in east
            if other.place is not None
            and other.known == north.known
            and other.place.system == north.place.system
            and other.place.micro == north.place.micro
            and other.time == north.time
            and _beside(north, other)
        ]
        if not partners:
            continue
        other = min(partners, key=lambda one: (-one.bits, one.leaf.path, one.start))
        bits = north.bits + other.bits
        if bits < _WEAK_PAIR_BITS and not (north.key and other.key):
            continue
        written = ", in 1e-6 degrees" if north.place.micro else ""
        found.append(
            msgspec.structs.replace(
                north,
                name=f"position in {north.place.system}{written}",
                bits=bits,
                key=north.key or other.key,
                found=f"{north.found} {other.found}",
            )
        )
    return found


def _beside(one: Hit, other: Hit) -> bool:
    if one.leaf.location == other.leaf.location and one.leaf.path == other.leaf.path:
        return abs(one.start - other.start) <= _NEAR
    return _parent(one) == _parent(other)


def _parent(hit: Hit) -> tuple[str, ...]:
    """The piece in which two fields stand side by side: `json $.d.lat` -> `json $.d`."""
    path = hit.leaf.path
    last = path[-1] if path else ""
    if last.startswith(("json ", "plist ", "msgpack ", "cbor ", "xml ")):
        cut = max(last.rfind("."), last.rfind("["), last.rfind("/"))
        return (*path[:-1], last[:cut] if cut > 0 else last)
    kind = last.partition(" ")[0]
    # Fields of one query are carriers of their own: their locations share no more than the kind.
    return (*path[:-1], kind)


def _rank(
    hit: Hit,
) -> tuple[bool, bool, bool, float, bool, int, int, int, str, tuple[str, ...], int]:
    # Plain before derived forms, seen in the flow itself before through the app's transforms, the
    # fullest form, a digest as it stands before the same one read as hexadecimal, then the deepest
    # decode path; ties by name and place for stable output.
    plain = hit.name.startswith(("plain", "position"))
    return (
        not plain,
        bool(hit.transforms),
        not hit.key,
        -round(hit.bits),
        ", raw" in hit.name,
        _SYSTEMS.index(hit.place.system) if hit.place is not None else 0,
        -len(hit.leaf.path),
        len(hit.name),
        hit.name,
        hit.leaf.path,
        hit.start,
    )
