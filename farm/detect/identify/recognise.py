"""Judges what a search met: is it a form of a known value, how much of it, beside which name.

Searching is the business of `farm.detect.matching`; which hits of an exchange count is decided by
`farm.detect.identify.weigh`.
"""

import functools
import math
from collections.abc import Iterator, Sequence

import msgspec

from farm.detect.decode.node import Leaf
from farm.detect.identify.contexts import key_beside
from farm.detect.identify.form import Form
from farm.detect.identify.forms import forms_of
from farm.detect.identify.information import STRONG_BITS
from farm.detect.identify.known import Known
from farm.detect.identify.places import Place, places_of
from farm.detect.identify.typed import SHAPES, Typed, recognise
from farm.detect.needles import Needle, Occurrence, Shape

_DIGITS = frozenset(b"0123456789")
_HEX = _DIGITS | frozenset(b"abcdefABCDEF")
_WORD = _DIGITS | frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_FORBIDDEN = {"digit": _DIGITS, "hex": _HEX, "word": _WORD, "": frozenset[int]()}
_LONGEST_FOUND = 200


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A form of a known value that stands in a piece."""

    known: int
    name: str  # of the form as it was met: "md5 of lower case, upper hex, first 16"
    bits: float  # information in what was met
    leaf: Leaf
    start: int
    end: int
    time: int  # host ns at which the carrier began to leave the app
    key: str  # name of the data type that stands beside it
    found: str  # the bytes, as text or hexadecimal, bounded
    place: Place | None = None  # a coordinate: counts only with its other half
    transforms: tuple[int, ...] = ()  # ordinals of the `Transform` events it came through
    inner: tuple[str, ...] = ()  # decode path of the value in the first transform's input


class Recogniser:
    """Every form of one session's known values, as needles and as what to make of them."""

    def __init__(
        self, known: Sequence[Known], forms: Sequence[Form], places: Sequence[Place] = ()
    ) -> None:
        self.known = list(known)
        self.forms = list(forms)
        self.places = list(places)
        self._by_needle: dict[tuple[bytes, bool], list[Form | Place]] = {}
        for form in self.forms:
            folded = form.pattern.lower() if form.caseless else form.pattern
            self._by_needle.setdefault((folded, form.caseless), []).append(form)
        for place in self.places:
            self._by_needle.setdefault((place.pattern, False), []).append(place)
        self._keys = sorted(self._by_needle)
        self._meant = [self._by_needle[key] for key in self._keys]

    @classmethod
    def of(cls, known: Sequence[Known], salts: Sequence[str] = ()) -> "Recogniser":
        """For all forms of the values; `salts` are texts that may be mixed into digests."""
        return cls(known, forms_of(known, salts), list(places_of(known)))

    def also(self, forms: Sequence[Form]) -> "Recogniser":
        """The same with more forms."""
        return Recogniser(self.known, [*self.forms, *forms], self.places)

    @property
    def needles(self) -> list[Needle]:
        """What to search for, in the order of their ids."""
        return [Needle(pattern, caseless) for pattern, caseless in self._keys]

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Looks to search for besides."""
        return SHAPES

    def hits(self, occurrence: Occurrence, time: int, *, loose: bool = False) -> Iterator[Hit]:
        """The known values that an occurrence of a needle stands for; none where it is part of
        something else.

        With `loose`, strong values count inside longer runs too: what an app concatenates to hash
        or encrypt it does not separate.
        """
        if occurrence.needle >= len(self._meant):
            return
        for meant in self._meant[occurrence.needle]:
            if isinstance(meant, Place):
                hit = self._place(meant, occurrence, time)
            else:
                hit = self._form(meant, occurrence, time, loose)
            if hit is not None:
                yield hit

    def typed(self, occurrence: Occurrence) -> Iterator[Typed]:
        """The checked numbers that an occurrence of a shape is."""
        shape = occurrence.needle - len(self._meant)
        if 0 <= shape < len(SHAPES):
            yield from recognise(occurrence, shape)

    def _form(self, form: Form, occurrence: Occurrence, time: int, loose: bool) -> Hit | None:
        data = occurrence.leaf.data
        start, end = _extent(form, data, occurrence.start, occurrence.end)
        met = end - start
        free = loose and met == len(form.expected) and form.bits >= STRONG_BITS
        if not free and not _stands_alone(data, start, end, form.edges):
            return None
        if form.whole and met < len(form.expected):
            return None
        if (
            form.edges == ""
            and form.least
            and met < len(form.expected)
            and (start != 0 or end != len(data))  # a raw digest is cut where its field ends
        ):
            return None
        share = met / len(form.expected)
        if form.edges == "hex" and not _one_case(data[start:end]):
            return None  # no program writes one digest in both cases
        known = self.known[form.known]
        return Hit(
            known=form.known,
            name=_name(form, data[start:end], met),
            bits=form.bits * share,
            leaf=occurrence.leaf,
            start=start,
            end=end,
            time=time,
            key=key_beside(known.data_type, occurrence.leaf, start),
            found=_shown(data[start:end]),
            transforms=form.transforms,
            inner=form.inner,
        )

    def _place(self, place: Place, occurrence: Occurrence, time: int) -> Hit | None:
        data = occurrence.leaf.data
        met = place.read(data, occurrence.start)
        if met is None:
            return None
        start, end, bits = met
        known = self.known[place.known]
        return Hit(
            known=place.known,
            name=place.name,
            bits=bits,
            leaf=occurrence.leaf,
            start=start,
            end=end,
            time=time,
            key=key_beside(known.data_type, occurrence.leaf, start),
            found=_shown(data[start:end]),
            place=place,
        )


class Chance:
    """Bounds on the probability that a match of some strength is an accident.

    Every form is tried at every byte (or, where the name of the data type has to stand beside it,
    once in every piece). The bound is the union bound over all these tries for text in which each
    character of a form's alphabet is equally likely.
    """

    def __init__(self, forms: Sequence[Form], bytes_searched: int, pieces_searched: int) -> None:
        self._bits = sorted((_fewest(form), form.bits) for form in forms)
        self._bytes = max(1, bytes_searched)
        self._pieces = max(1, pieces_searched)
        self._of = functools.lru_cache(maxsize=4096)(self._bound)

    def of(self, bits: float, *, named: bool) -> float:
        """Bound for a match that holds `bits`; `named` if the data type's name stands by."""
        return self._of(round(bits, 1), named)

    def _bound(self, bits: float, named: bool) -> float:
        # Tries of all forms that can hold as much: each passes with 2^-bits at most.
        tries = math.fsum(
            2.0 ** (bits - max(fewest, bits)) for fewest, most in self._bits if most >= bits - 0.1
        )
        places = self._pieces if named else self._bytes
        bound = places * max(1.0, tries) * 2.0**-bits
        return float(f"{min(1.0, bound):.3g}")


def _fewest(form: Form) -> float:
    return form.bits * len(form.pattern) / len(form.expected)


def _extent(form: Form, data: bytes, start: int, end: int) -> tuple[int, int]:
    """How far the rest of the form follows (or precedes) the part that was met."""
    if not form.least:
        return start, end
    expected = form.expected.lower() if form.caseless else form.expected
    if form.from_end:
        room = min(start, len(expected) - form.least)
        window = data[start - room : start]
        window = window.lower() if form.caseless else window
        rest = expected[: len(expected) - form.least]
        same = 0
        while same < room and window[-1 - same] == rest[-1 - same]:
            same += 1
        return start - same, end
    window = data[end : end + len(expected) - form.least]
    window = window.lower() if form.caseless else window
    rest = expected[form.least :]
    same = 0
    while same < len(window) and window[same] == rest[same]:
        same += 1
    return start, end + same


def _stands_alone(data: bytes, start: int, end: int, edges: str) -> bool:
    forbidden = _FORBIDDEN[edges]
    before = start > 0 and data[start - 1] in forbidden
    after = end < len(data) and data[end] in forbidden
    return not before and not after


def _one_case(text: bytes) -> bool:
    return text == text.lower() or text == text.upper()


def _name(form: Form, met: bytes, length: int) -> str:
    name = form.name
    if form.caseless and form.edges == "hex":
        if met != met.lower():
            name += ", upper hex"
    elif form.caseless and name.startswith("plain"):
        expected = form.expected
        part = expected[-length:] if form.from_end else expected[:length]
        if met != part:
            case = "other case"
            if met == part.lower():
                case = "lower case"
            elif met == part.upper():
                case = "upper case"
            name = f"plain {case}{name.removeprefix('plain')}"
    if length < len(form.expected):
        name += f", {'last' if form.from_end else 'first'} {length}"
    return name


def _shown(data: bytes) -> str:
    text = data[:_LONGEST_FOUND]
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        return text.hex()
    return decoded if decoded.isprintable() else text.hex()
