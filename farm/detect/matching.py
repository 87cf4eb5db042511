"""Searches decoded pieces for all forms of all known values in one pass (Aho-Corasick).

A hit counts only on its own: not inside a longer run of digits, letters or hexadecimal digits.
Each match states a bound on the probability that it is an accident.
"""

from collections.abc import Sequence

import msgspec
from ahocorasick_rs import BytesAhoCorasick, MatchKind

from farm.detect.decode.node import Leaf
from farm.detect.identifiers import STRONG_BITS, Form, Known, forms

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
