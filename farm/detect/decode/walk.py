"""The walk: a buffer and everything packed in it, searched level by level within bounds.

Every buffer is gone through once. Text is searched as a whole, and only where something stands is
it asked which value that is; what is packed is unpacked and searched in turn. Small pieces are
put together, so that thousands of them cost one pass.

To teach the walk a format, write a `Decoder` and name it in `formats`.
"""

import bisect
import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from farm.detect.decode.characters import Kind, kind_of, older_text
from farm.detect.decode.engine import Engine, Marks
from farm.detect.decode.formats import (
    holds_all,
    is_object,
    structure,
    unpack,
    unreadable,
    without_zeros,
)
from farm.detect.decode.node import Budget, Place, Span
from farm.detect.decode.runs import believable, encoded_runs
from farm.detect.decode.text import FieldText, undone

UNREADABLE = -1
"""In place of a needle's number: the leaf itself could not be read."""

_SMALL = 4096
"""Bytes below which pieces are searched together."""
_SMALL_BINARY = 64
"""Bytes below which binary data is not reported as unreadable: keys and digests look so."""
_SEPARATOR = b"\0"
_BEGINNINGS = rb"(?:<|--|\r|\x1f\x8b|\(\xb5|\xac\xed|\xef\xbb|\xff\xfe|\xfe\xff|PK\x03|bplist0)"
_PACKED = re.compile(_BEGINNINGS)
"""How formats begin that say what they are."""
_DOCUMENTS = frozenset(b'{["/')
_UNUSUAL = bytes(set(range(1, 32)) - set(b"\t\n\f\x1b"))
_ANY_PACKED = re.compile(rb"\0" + _BEGINNINGS)
_ANY_ESCAPE = re.compile(rb'[%\\&=]|\0[{\["/]')
_BLOCK = 64  # pieces that are looked at together
_LEAST_UNREADABLE = 16  # bytes in which a value could hide


class Look(Enum):
    """How a piece is searched."""

    NONE = "together with others"
    ESCAPES = "alone, if anything stands in it with its escapes undone"
    ALONE = "alone"


class Found(NamedTuple):
    """A needle in a leaf, or a leaf that could not be read."""

    steps: tuple[str, ...]  # from the searched buffer to the leaf
    leaf: bytes
    number: int  # of the needle or shape, or `UNREADABLE`
    start: int  # in the leaf
    end: int
    reason: str = ""  # why it could not be read


class Walk:
    """The search of one exchange."""

    def __init__(self, engine: Engine, budget: Budget) -> None:
        self._engine = engine
        self._budget = budget
        self.bytes_searched = 0

    def pieces(self, pieces: Sequence[bytes], depth: int = 0) -> list[tuple[int, Found]]:
        """Search pieces; returns what was found with the number of the piece it was found in."""
        found: list[tuple[int, Found]] = []
        together: list[int] = []
        doubtful: list[int] = []
        alone: list[int] = []
        least = _SMALL_BINARY if depth else _LEAST_UNREADABLE
        blocks = [(first, first + _BLOCK) for first in range(0, len(pieces), _BLOCK)]
        while blocks:
            first, last = blocks.pop()
            block = pieces[first:last]
            look = _look_at_all(block) if len(block) > 1 else _look(block[0], least)
            if look is Look.NONE:
                together += range(first, first + len(block))
            elif look is Look.ESCAPES:
                doubtful += range(first, first + len(block))
            elif len(block) > 1:
                middle = first + len(block) // 2
                blocks += [(first, middle), (middle, first + len(block))]
            else:
                alone.append(first)
        together.sort()
        doubtful.sort()
        alone.sort()
        alone += self._worth_a_look([(index, pieces[index]) for index in doubtful])
        for index in alone:
            found += [(index, one) for one in self.buffer(pieces[index], depth)]
        if together:
            found += self._together([(index, pieces[index]) for index in together], depth)
        found.sort(key=lambda pair: pair[0])
        return found

    def _worth_a_look(self, pieces: list[tuple[int, bytes]]) -> list[int]:
        """Those of small escaped texts in which anything stands once all escapes are undone.

        Most are URLs that carry nothing; to take each apart would cost far more than this.
        """
        if not pieces:
            return []
        levels = undone(_SEPARATOR.join([piece for _, piece in pieces]), separator=_SEPARATOR)
        if levels is None:  # one of them is special: each by itself
            if len(pieces) == 1:
                return [pieces[0][0]]
            middle = len(pieces) // 2
            return self._worth_a_look(pieces[:middle]) + self._worth_a_look(pieces[middle:])
        together = _SEPARATOR.join(levels)
        marks = self._scan(together)
        if not marks.hits and not marks.runs:
            return []
        starts = _starts(together.split(_SEPARATOR))
        places = [*(hit[0] for hit in marks.hits), *marks.runs]
        worth = {bisect.bisect_right(starts, place) - 1 for place in places}
        return sorted({pieces[which % len(pieces)][0] for which in worth})

    def buffer(self, data: bytes, depth: int = 0) -> list[Found]:
        """Search one buffer and all that is packed in it."""
        if not data:
            return []
        if depth >= self._budget.limits.depth:
            self._budget.note("nested deeper than the decoding bound")
            return self._as_it_stands(data)
        kind = kind_of(data)
        unpacked = unpack(data, kind, self._budget)
        if unpacked is not None:
            inner = [
                Found((unpacked.step(index), *one.steps), *one[1:])
                for index, one in self.pieces(unpacked.contents, depth + 1)
            ]
            return inner if holds_all(unpacked) else self._also_as_it_stands(inner, data)
        if kind is Kind.BINARY:
            return self._binary(data, depth)
        plain = older_text(data)
        if plain is not None and self._budget.take(len(plain)):
            inner = [Found(("gbk", *one.steps), *one[1:]) for one in self.buffer(plain, depth + 1)]
            return self._also_as_it_stands(inner, data)
        return self._text(data, depth)

    def _text(self, data: bytes, depth: int) -> list[Found]:
        text = structure(data)
        marks = self._scan(data)
        spans = text.spans(self._budget)
        marks = _outside(marks, spans)
        spans = spans + encoded_runs(data, marks.runs, self._budget)
        found: list[tuple[int, int, Found]] = [
            (start, end, Found((), b"", number, start, end)) for start, end, number in marks.hits
        ]
        for index, one in self.pieces([span.data for span in spans], depth + 1):
            span = spans[index]
            if one.number != UNREADABLE or believable(data, spans, index):
                found.append((span.start, span.end, one._replace(steps=(span.step, *one.steps))))
        found.sort(key=lambda entry: entry[0])
        places = text.places([start for start, _, _ in found])
        leaves = _Leaves(data)
        return [
            _placed(leaves, place, start, end, one)
            for place, (start, end, one) in zip(places, found, strict=True)
        ]

    def _together(self, pieces: list[tuple[int, bytes]], depth: int) -> list[tuple[int, Found]]:
        """Search small pieces of text, or of too few bytes to be anything, in one pass."""
        joined = _SEPARATOR.join(data for _, data in pieces)
        marks = self._scan(joined)
        if not marks.hits and not marks.runs:
            return []
        starts = _starts([data for _, data in pieces])
        found: list[tuple[int, Found]] = []
        for start, end, number in marks.hits:
            which = bisect.bisect_right(starts, start) - 1
            index, data = pieces[which]
            first = start - starts[which]
            last = end - starts[which]
            if last <= len(data):  # else it reaches over into the next piece
                found.append((index, Found((), data, number, first, last)))
        runs = encoded_runs(joined, marks.runs, self._budget)
        for run, one in self.pieces([span.data for span in runs], depth + 1):
            span = runs[run]
            if one.number == UNREADABLE and not believable(joined, runs, run):
                continue
            which = bisect.bisect_right(starts, span.start) - 1
            index, data = pieces[which]
            place, leaves = Place("", 0, len(data)), _Leaves(data)
            first, last = span.start - starts[which], span.end - starts[which]
            inner = one._replace(steps=(span.step, *one.steps))
            found.append((index, _placed(leaves, place, first, last, inner)))
        return found

    def _binary(self, data: bytes, depth: int) -> list[Found]:
        found = self._text_of_binary(data, depth)
        least = _SMALL_BINARY if depth else _LEAST_UNREADABLE
        reason = unreadable(data) if len(data) >= least else ""
        if reason and not found:
            found.append(Found((), data, UNREADABLE, 0, len(data), reason))
        return found

    def _text_of_binary(self, data: bytes, depth: int) -> list[Found]:
        marks = self._scan(data)
        found = [Found((), data, number, start, end) for start, end, number in marks.hits]
        runs = encoded_runs(data, marks.runs, self._budget)
        for index, one in self.pieces([span.data for span in runs], depth + 1):
            if one.number != UNREADABLE:
                step = f"{runs[index].step} at {runs[index].start}"
                found.append(one._replace(steps=(step, *one.steps)))
        packed = without_zeros(data)
        if packed is not None and self._budget.take(len(packed)):
            known = {one.number for one in found}
            found += [
                one._replace(steps=("utf-16", *one.steps))
                for one in self._as_it_stands(packed)
                if one.number not in known
            ]
        return found

    def _also_as_it_stands(self, found: list[Found], data: bytes) -> list[Found]:
        """Add the needles that a reading of `data` did not show."""
        known = {one.number for one in found}
        return found + [one for one in self._as_it_stands(data) if one.number not in known]

    def _as_it_stands(self, data: bytes) -> list[Found]:
        return [Found((), data, number, start, end) for start, end, number in self._scan(data).hits]

    def _scan(self, data: bytes) -> Marks:
        self.bytes_searched += len(data)
        marks = self._engine.scan(data)
        if marks.crowded:
            self._budget.note("one value stands there more often than is reported")
        return marks


def _starts(texts: Sequence[bytes]) -> list[int]:
    """Where each text begins once they are joined by one separator."""
    starts: list[int] = []
    position = 0
    for text in texts:
        starts.append(position)
        position += len(text) + 1
    return starts


def _look_at_all(pieces: Sequence[bytes]) -> Look:
    """How many pieces are searched, where that is the same for all: a quick answer for many."""
    if max(map(len, pieces)) >= _SMALL:
        return Look.ALONE
    joined = _SEPARATOR + _SEPARATOR.join(pieces)
    if joined.count(_SEPARATOR) != len(pieces) or joined.translate(None, _UNUSUAL) != joined:
        return Look.ALONE
    try:
        joined.decode()
    except UnicodeDecodeError:
        return Look.ALONE
    if _ANY_PACKED.search(joined):
        return Look.ALONE
    return Look.ESCAPES if _ANY_ESCAPE.search(joined) else Look.NONE


def _look(piece: bytes, least: int) -> Look:
    """How much a piece may be more than a few characters that say what they say.

    Binary data of `least` bytes is looked at by itself, so that it is told if nobody can read it.
    """
    if not piece:
        return Look.NONE
    if len(piece) >= _SMALL or _PACKED.match(piece):
        return Look.ALONE
    try:
        piece.decode()
    except UnicodeDecodeError:
        # Most are words that were read as base64: they must cost next to nothing.
        if len(piece) >= least or is_object(piece) or kind_of(piece) is not Kind.BINARY:
            return Look.ALONE
        return Look.NONE
    if b"\r\n" in piece:  # chunks, parts, mail
        return Look.ALONE
    if piece[0] in _DOCUMENTS or b"%" in piece or b"\\" in piece or b"&" in piece or b"=" in piece:
        return Look.ESCAPES if kind_of(piece) is Kind.UTF8 else Look.ALONE
    return Look.NONE if kind_of(piece) is Kind.UTF8 or not is_object(piece) else Look.ALONE


def _outside(marks: Marks, spans: Sequence[Span]) -> Marks:
    """The marks that do not stand within a span, whose own meaning is searched instead.

    A needle that reaches beyond a span has its escapes in itself, and counts as it stands.
    """
    spans = [span for span in spans if span.replaces]
    if not spans or not (marks.hits or marks.runs):
        return marks
    starts = [span.start for span in spans]

    def free(start: int, end: int) -> bool:
        span = spans[bisect.bisect_right(starts, start) - 1]
        inside = span.start <= start and end <= span.end
        return not inside or (span.start == start and span.end == end)

    return Marks(
        [hit for hit in marks.hits if free(hit[0], hit[1])],
        [run for run in marks.runs if free(run, run + 1)],
        marks.crowded,
    )


class _Leaves:
    """The values of one text: each is cut out and taken apart once, however much stands in it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._leaves: dict[tuple[int, int], bytes] = {}
        self._fields: dict[tuple[int, int], FieldText | None] = {}

    def leaf(self, place: Place) -> bytes:
        """The value at a place."""
        if place.end - place.start >= len(self.data):
            return self.data
        key = (place.start, place.end)
        if key not in self._leaves:
            self._leaves[key] = self.data[place.start : place.end]
        return self._leaves[key]

    def fields(self, place: Place) -> FieldText | None:
        """The value at a place as a form or a URL, None where it is neither."""
        key = (place.start, place.end)
        if key not in self._fields:
            leaf = self.leaf(place)
            inner = structure(leaf) if b"=" in leaf else None
            self._fields[key] = inner if isinstance(inner, FieldText) else None
        return self._fields[key]


def _placed(leaves: _Leaves, place: Place, start: int, end: int, one: Found) -> Found:
    """Name the value in which something was found at [`start`, `end`) of a text."""
    data = leaves.data
    if end > place.end or start < place.start:  # over the borders of values
        steps = tuple(step for step in one.steps if step)
        return one._replace(steps=steps) if steps else Found((), data, one.number, start, end)
    named, place = _fields(leaves, place, start, end)
    if not one.steps:
        return Found(named, leaves.leaf(place), one.number, start - place.start, end - place.start)
    step = one.steps[0]
    if step and " at " not in step and step[:3] != "jwt" and not _alone(data, place, start, end):
        step = f"{step} at {start - place.start}"
    return one._replace(steps=named + ((step,) if step else ()) + one.steps[1:])


def _fields(leaves: _Leaves, place: Place, start: int, end: int) -> tuple[tuple[str, ...], Place]:
    """The steps to a place, also where its value is a form or a URL without any escape."""
    if not place.step:
        return (), place
    inner = leaves.fields(place) if end - start < place.end - place.start else None
    if inner is not None:
        (field,) = inner.places([start - place.start])
        if end - place.start <= field.end and field.step:
            within = Place(field.step, place.start + field.start, place.start + field.end)
            return (place.step, field.step), within
    return (place.step,), place


def _alone(data: bytes, place: Place, start: int, end: int) -> bool:
    """Whether [`start`, `end`) is the whole value, but for white space around it."""
    around = data[place.start : min(start, place.start + 4)], data[end : min(place.end, end + 4)]
    return start - place.start <= 4 and place.end - end <= 4 and not any(map(bytes.strip, around))
