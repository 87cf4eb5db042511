"""The walk: a buffer and everything packed in it, searched level by level within bounds.

Every buffer is gone through once. Text is searched as a whole, and only where something stands is
it asked which value that is; what is packed is unpacked and searched in turn. Small pieces are
put together, so that thousands of them cost one pass.

To teach the walk a format, write a `Decoder` and name it in `formats`.
"""

import bisect
from collections.abc import Sequence

from farm.detect.decode.characters import Kind, kind_of, older_text
from farm.detect.decode.engine import Engine, Marks
from farm.detect.decode.formats import holds_all, structure, unpack, unreadable, without_zeros
from farm.detect.decode.look import SEPARATOR, Looks
from farm.detect.decode.node import Budget, Place, Span, Strings
from farm.detect.decode.placing import Found, Leaves, placed
from farm.detect.decode.runs import MOST_OVERLAPPING, believable, encoded_runs
from farm.detect.decode.text import undone

UNREADABLE = -1
"""In place of a needle's number: the leaf itself could not be read."""

_SMALL_BINARY = 64
"""Bytes below which binary data is not reported as unreadable: keys and digests look so."""
_LEAST_UNREADABLE = 16  # bytes in which a value could hide


class _Values:
    """What stands in a text and means something else than it shows: values, then encoded runs."""

    def __init__(self, spans: list[Span] | Strings, runs: list[Span]) -> None:
        self._strings = spans if isinstance(spans, Strings) else None
        self._spans = runs if isinstance(spans, Strings) else spans + runs
        self._first = len(spans.contents) if isinstance(spans, Strings) else 0

    @property
    def contents(self) -> list[bytes]:
        """What each means."""
        contents = [span.data for span in self._spans]
        return contents if self._strings is None else self._strings.contents + contents

    def span(self, index: int) -> Span:
        """One of them."""
        if self._strings is not None and index < self._first:
            return self._strings.span(index)
        return self._spans[index - self._first]

    def before(self, index: int) -> list[Span]:
        """Those in front of one that may overlap it."""
        return [self.span(one) for one in range(max(0, index - MOST_OVERLAPPING), index)]


class Walk:
    """The search of one exchange."""

    def __init__(self, engine: Engine, budget: Budget) -> None:
        self._engine = engine
        self._budget = budget
        self.bytes_searched = 0

    def pieces(self, pieces: Sequence[bytes], depth: int = 0) -> list[tuple[int, Found]]:
        """Search pieces; returns what was found with the number of the piece it was found in."""
        found: list[tuple[int, Found]] = []
        looks = Looks(pieces, _SMALL_BINARY if depth else _LEAST_UNREADABLE)
        doubtful = [(index, pieces[index]) for index in looks.doubtful]
        alone = looks.alone + self._worth_a_look(doubtful)
        for index in alone:
            found += [(index, one) for one in self.buffer(pieces[index], depth)]
        if looks.together:
            found += self._together([(index, pieces[index]) for index in looks.together], depth)
        found.sort(key=lambda pair: pair[0])
        return found

    def _worth_a_look(self, pieces: list[tuple[int, bytes]]) -> list[int]:
        """Those of small escaped texts in which anything stands once all escapes are undone.

        Most are URLs that carry nothing; to take each apart would cost far more than this.
        """
        if not pieces:
            return []
        levels = undone(SEPARATOR.join([piece for _, piece in pieces]), separator=SEPARATOR)
        if levels is None:  # one of them is special: each by itself
            if len(pieces) == 1:
                return [pieces[0][0]]
            middle = len(pieces) // 2
            return self._worth_a_look(pieces[:middle]) + self._worth_a_look(pieces[middle:])
        together = SEPARATOR.join(levels)
        marks = self._scan(together)
        if not marks.hits and not marks.runs:
            return []
        starts = _starts(together.split(SEPARATOR))
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
            found = inner if holds_all(unpacked) else self._also_as_it_stands(inner, data)
            return self._or_unreadable(found, data, depth) if unpacked.doubtful else found
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
        values = _Values(spans, encoded_runs(data, marks.runs, self._budget))
        found: list[tuple[int, int, Found]] = [
            (start, end, Found((), b"", number, start, end)) for start, end, number in marks.hits
        ]
        for index, one in self.pieces(values.contents, depth + 1):
            span = values.span(index)
            if one.number != UNREADABLE or believable(data, span, values.before(index)):
                found.append((span.start, span.end, one._replace(steps=(span.step, *one.steps))))
        found.sort(key=lambda entry: entry[0])
        places = text.places([start for start, _, _ in found])
        leaves = Leaves(data)
        return [
            placed(leaves, place, start, end, one)
            for place, (start, end, one) in zip(places, found, strict=True)
        ]

    def _together(self, pieces: list[tuple[int, bytes]], depth: int) -> list[tuple[int, Found]]:
        """Search small pieces of text, or of too few bytes to be anything, in one pass."""
        joined = SEPARATOR.join(data for _, data in pieces)
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
            if one.number == UNREADABLE and not believable(joined, span, runs[:run]):
                continue
            which = bisect.bisect_right(starts, span.start) - 1
            index, data = pieces[which]
            place, leaves = Place("", 0, len(data)), Leaves(data)
            first, last = span.start - starts[which], span.end - starts[which]
            inner = one._replace(steps=(span.step, *one.steps))
            found.append((index, placed(leaves, place, first, last, inner)))
        return found

    def _binary(self, data: bytes, depth: int) -> list[Found]:
        return self._or_unreadable(self._text_of_binary(data, depth), data, depth)

    def _or_unreadable(self, found: list[Found], data: bytes, depth: int) -> list[Found]:
        """Say that nobody can read a buffer in which nothing was found."""
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


def _outside(marks: Marks, spans: list[Span] | Strings) -> Marks:
    """The marks that do not stand within a span, whose own meaning is searched instead.

    A needle that reaches beyond a span has its escapes in itself, and counts as it stands.
    """
    if not (marks.hits or marks.runs):
        return marks
    if isinstance(spans, Strings):
        starts, ends = spans.starts, spans.ends
    else:
        starts = [span.start for span in spans if span.replaces]
        ends = [span.end for span in spans if span.replaces]
    if not starts:
        return marks

    def free(start: int, end: int) -> bool:
        index = bisect.bisect_right(starts, start) - 1
        inside = starts[index] <= start and end <= ends[index]
        return not inside or (starts[index] == start and ends[index] == end)

    return Marks(
        [hit for hit in marks.hits if free(hit[0], hit[1])],
        [run for run in marks.runs if free(run, run + 1)],
        marks.crowded,
    )
