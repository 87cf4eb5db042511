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
from farm.detect.identifiers import STRONG_BITS, Form, Known, forms
from farm.detect.needles import Needle, Occurrence, Shape


class Undecoded(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes in a carrier that could not be read, or were not searched, and why."""

    location: str
    path: tuple[str, ...]
    size: int  # bytes
    reason: str


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


_DIGITS = frozenset(b"0123456789")
_HEX = _DIGITS | frozenset(b"abcdefABCDEF")
_WORD = _DIGITS | frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_FORBIDDEN = {"digit": _DIGITS, "hex": _HEX, "word": _WORD, "": frozenset[int]()}
_LONGEST_FOUND = 200


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One form of a known value found in one piece."""

    known: int
    form: Form
    leaf: Leaf
    time: int  # host ns at which the carrier began to leave the app
    found: str


class Matcher:
    """All forms of one session's known values, ready to be searched for."""

    def __init__(self, known: Sequence[Known]) -> None:
        self.known = list(known)
        self._forms: dict[bytes, list[Form]] = {}
        for index, value in enumerate(self.known):
            for form in forms(index, value):
                if form.pattern:
                    self._forms.setdefault(form.pattern, []).append(form)
        self._patterns = sorted(self._forms)
        self._automaton = (
            BytesAhoCorasick(self._patterns, matchkind=MatchKind.Standard)
            if self._patterns
            else None
        )
        self.bytes_searched = 0

    def search(self, leaf: Leaf, time: int) -> list[Hit]:
        """Return the hits in one piece, in the order of their places."""
        self.bytes_searched += len(leaf.data)
        if self._automaton is None:
            return []
        hits: list[Hit] = []
        for number, start, end in self._automaton.find_matches_as_indexes(
            leaf.data, overlapping=True
        ):
            for form in self._forms[self._patterns[number]]:
                if _stands_alone(leaf.data, start, end, form.edges):
                    found = _shown(leaf.data[start:end])
                    hits.append(Hit(known=form.known, form=form, leaf=leaf, time=time, found=found))
        return hits

    def chance(self, form: Form) -> float:
        """Bound on the probability of meeting the form somewhere by accident.

        Union bound over all bytes searched, for text in which every character of the form's
        alphabet is equally likely: bytes x 2^-bits, at most 1.
        """
        return float(f"{min(1.0, max(1, self.bytes_searched) * 2.0**-form.bits):.3g}")


def select(hits: Sequence[Hit], known: Sequence[Known]) -> list[Hit]:
    """Of one exchange's hits keep each value and form once per place, and weak ones in company.

    Where the same bytes were met at several depths of decoding, the deepest path says most.
    """
    best: dict[tuple[int, str], Hit] = {}
    for hit in hits:
        key = (hit.known, hit.leaf.location)
        old = best.get(key)
        if old is None or _rank(hit) < _rank(old):
            best[key] = hit
    company: dict[str, set[str]] = {}
    bits: dict[str, float] = {}
    for hit in best.values():
        one = known[hit.known]
        values = company.setdefault(one.data_type, set())
        if one.value not in values:
            values.add(one.value)
            bits[one.data_type] = bits.get(one.data_type, 0.0) + one.bits
    return [
        hit
        for hit in best.values()
        if not known[hit.known].weak
        or hit.form.bits >= 2 * STRONG_BITS  # a digest of it is no accident
        or (
            len(company[known[hit.known].data_type]) >= known[hit.known].together
            and bits[known[hit.known].data_type] >= STRONG_BITS
        )
    ]


def _rank(hit: Hit) -> tuple[bool, bool, int, int, str, tuple[str, ...]]:
    # Plain before derived forms, a digest as it stands before the same one read as hexadecimal,
    # then the deepest decode path; ties by name for stable output.
    return (
        not hit.form.name.startswith("plain"),
        hit.form.name.endswith(", raw"),
        -len(hit.leaf.path),
        len(hit.form.name),
        hit.form.name,
        hit.leaf.path,
    )


def _stands_alone(data: bytes, start: int, end: int, edges: str) -> bool:
    forbidden = _FORBIDDEN[edges]
    before = start > 0 and data[start - 1] in forbidden
    after = end < len(data) and data[end] in forbidden
    return not before and not after


def _shown(data: bytes) -> str:
    text = data[:_LONGEST_FOUND]
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        return text.hex()
    return decoded if decoded.isprintable() else text.hex()
