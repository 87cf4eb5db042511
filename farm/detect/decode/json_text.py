"""JSON (RFC 8259) as text: which strings are escaped, and which value stands at an offset.

Works on what is there, also where the end is cut off, keys come twice, or several documents follow
one another. Structure is found for the whole text at once with numpy.
"""

import bisect
import json
import re
from collections.abc import Sequence

import numpy
from numpy.typing import NDArray

from farm.detect.decode.node import Budget, Place, Span, readable, shorten

LARGEST_WITH_PATHS = 64 << 20
"""Bytes up to which the place of a value is told by its path; beyond it by its offset."""

_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_WORD = re.compile(rb"[^\s,:{}\[\]\"]*+")
_WORD_BEFORE = re.compile(rb"[^\s,:{}\[\]\"]*+\Z")
_MARKS = (b"\\", b"%", b"&", b'"<', b'"{', b'"[')
"""Of strings with escapes of JSON, of URLs or of HTML, and of strings that are documents."""
_LONGEST_WORD = 4096
_ESCAPE = re.compile(rb"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_SIMPLE = {
    b'"': b'"',
    b"\\": b"\\",
    b"/": b"/",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
}
_ESCAPED = re.compile(rb"%[0-9A-Fa-f]{2}|&(?:#|amp;|lt;|gt;|quot;|apos;)")
_SPECIAL = re.compile(rb'\\|"[<{\[]|' + _ESCAPED.pattern)
_QUOTE, _BACKSLASH, _COMMA, _COLON = b'"\\,:'
_OPEN_ARRAY = b"["[0]
_MOST_STEPS = 200
_DEPTH = numpy.zeros(256, numpy.int32)
_DEPTH[list(b"{[")] = 1
_DEPTH[list(b"}]")] = -1
_STRUCTURAL = numpy.zeros(256, numpy.bool_)
_STRUCTURAL[list(b"{}[],:")] = True


class JsonText:
    """One text that looks like JSON."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def spans(self, budget: Budget, near: Sequence[int] | None = None) -> list[Span]:
        """The strings that say something else than they show, undone as far as JSON goes.

        With `near` (ascending offsets) only those at one of these offsets.
        """
        data = self._data
        found: list[Span] = []
        position = 0  # outside of every string
        marks: _Specials | _Offsets = _Specials(data) if near is None else _Offsets(near)
        while (mark := marks.following(position)) >= 0:
            if data.count(b'"', position, mark) % 2 == 0:
                # Between strings such characters mean nothing; the text is broken here.
                position = mark + 1
                continue
            start = data.rfind(b'"', position, mark) + 1
            string = _STRING.match(data, start)
            end = string.end() if string else len(data)
            position = end + 1
            if near is not None and not _SPECIAL.search(data, start - 1, end):
                continue
            plain = unescaped(data[start:end])
            if not budget.take(len(plain)):
                break
            found.append(Span(start, end, "", plain))
        return found

    def places(self, offsets: Sequence[int]) -> list[Place]:
        """The strings, numbers and words at these offsets, with their paths."""
        if not offsets:
            return []
        if offsets[-1] > LARGEST_WITH_PATHS:
            return [Place(f"json at byte {offset}", *self._word(offset)) for offset in offsets]
        # What comes behind the last value is not needed, but for the colon that makes it a name.
        string = _STRING.match(self._data, offsets[-1])
        structure = _Structure(self._data[: (string.end() if string else offsets[-1]) + 64])
        return [self._place(structure, offset) for offset in offsets]

    def _place(self, structure: "_Structure", offset: int) -> Place:
        start, end = structure.string_at(offset) or self._word(offset)
        path, is_key = structure.path(end)
        step = f"json key of {path}" if is_key else f"json {path}"
        return Place(shorten(step), start, end)

    def _word(self, offset: int) -> tuple[int, int]:
        """The number or word around an offset; of a string, what stands between separators."""
        for window in (32, _LONGEST_WORD):  # nearly every word is short
            first = max(0, offset - window)
            before = _WORD_BEFORE.search(self._data, first, offset)
            start = before.start() if before else offset
            if start > first or first == 0:
                break
        after = _WORD.match(self._data, offset, offset + _LONGEST_WORD)
        return start, after.end() if after else offset


class _Offsets:
    """Given offsets, in the way of `_Specials`."""

    def __init__(self, offsets: Sequence[int]) -> None:
        self._offsets = offsets

    def following(self, position: int) -> int:
        """The first at or behind `position`, -1 if there is none."""
        index = bisect.bisect_left(self._offsets, position)
        return self._offsets[index] if index < len(self._offsets) else -1


class _Specials:
    """The next character from which a string that means something else can be told.

    No part of the text is looked through twice, however many strings there are.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._next = {mark: self._search(mark, 0) for mark in _MARKS}

    def following(self, position: int) -> int:
        """The first at or behind `position`, -1 if there is none."""
        for mark, known in list(self._next.items()):
            if known < position:
                self._next[mark] = known = self._search(mark, position)
            if known < 0:
                del self._next[mark]
        return min(self._next.values(), default=-1)

    def _search(self, mark: bytes, position: int) -> int:
        # Looking for bytes is far quicker than for an expression.
        if len(mark) == 2:
            return self._data.find(mark, max(0, position - 1)) + 1 or -1
        found = self._data.find(mark, position)
        while found >= 0 and mark != b"\\" and not _ESCAPED.match(self._data, found):
            found = self._data.find(mark, found + 1)
        return found


class _Structure:
    """Where strings, brackets, commas and colons of a text stand."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        raw = numpy.frombuffer(data, numpy.uint8)
        quotes = numpy.flatnonzero(raw == _QUOTE)
        if b"\\" in data:
            quotes = quotes[~_escaped(raw)[quotes]]
        self._opening, self._closing = quotes[::2], quotes[1::2]
        marks = numpy.flatnonzero(_STRUCTURAL[raw])
        # A mark is in a string if an odd number of quotes stands before it.
        self._marks = marks[numpy.searchsorted(quotes, marks) % 2 == 0]
        self._kinds = raw[self._marks]
        # How many brackets are open behind each mark.
        self._depths = numpy.cumsum(_DEPTH[self._kinds], dtype=numpy.int32)
        self._by_depth: dict[tuple[str, int], NDArray[numpy.intp]] = {}

    def string_at(self, offset: int) -> tuple[int, int] | None:
        """The string around an offset, without its quotes."""
        index = int(numpy.searchsorted(self._opening, offset)) - 1
        if index < 0:
            return None
        start = int(self._opening[index]) + 1
        end = int(self._closing[index]) if index < len(self._closing) else len(self._data)
        return (start, end) if start <= offset <= end else None

    def path(self, end: int) -> tuple[str, bool]:
        """The JSONPath (RFC 9535) of what ends at offset `end`, and whether it is a member's name.

        Of a name the path is that of its object.
        """
        before = int(numpy.searchsorted(self._marks, end))  # number of marks in front of it
        is_key = before < len(self._marks) and self._kinds[before] == _COLON
        if is_key:
            before = max(0, self._opener(before))
        steps: list[str] = []
        while (opener := self._opener(before)) >= 0:
            if len(steps) >= _MOST_STEPS:
                return "$…" + "".join(reversed(steps)), bool(is_key)
            steps.append(self._step(opener, before))
            before = opener
        # Documents may follow one another, as lines of a log do: all but the first have a number.
        earlier = int(numpy.searchsorted(self._of("open", 1), before))
        root = "$" if not earlier else f"{earlier + 1} $"
        return root + "".join(reversed(steps)), bool(is_key)

    def _opener(self, before: int) -> int:
        """The innermost bracket open behind the first `before` marks; -1 if there is none."""
        depth = int(self._depths[before - 1]) if before > 0 else 0
        return self._last("open", depth, before) if depth > 0 else -1

    def _step(self, opener: int, before: int) -> str:
        depth = int(self._depths[opener])
        if self._kinds[opener] == _OPEN_ARRAY:
            commas = self._of("comma", depth)
            first, last = numpy.searchsorted(commas, (opener, before))
            return f"[{int(last - first)}]"
        colon = self._last("colon", depth, before)
        if colon < opener:
            return ""
        index = int(numpy.searchsorted(self._closing, int(self._marks[colon]))) - 1
        if index < 0:
            return ""
        key = unescaped(self._data[int(self._opening[index]) + 1 : int(self._closing[index])])
        name = readable(key)
        return f".{name}" if name.isidentifier() else f"[{name!r}]"

    def _last(self, kind: str, depth: int, before: int) -> int:
        marks = self._of(kind, depth)
        index = int(numpy.searchsorted(marks, before)) - 1
        return int(marks[index]) if index >= 0 else -1

    def _of(self, kind: str, depth: int) -> NDArray[numpy.intp]:
        """The numbers of all marks of a kind at a depth."""
        marks = self._by_depth.get((kind, depth))
        if marks is None:
            match kind:
                case "open":
                    right = _DEPTH[self._kinds] > 0
                case "comma":
                    right = self._kinds == _COMMA
                case _:
                    right = self._kinds == _COLON
            marks = numpy.flatnonzero(right & (self._depths == depth))
            self._by_depth[kind, depth] = marks
        return marks


def _escaped(raw: NDArray[numpy.uint8]) -> NDArray[numpy.bool_]:
    """Which bytes an odd number of backslashes stands in front of."""
    slashes = numpy.flatnonzero(raw == _BACKSLASH)
    new_run = numpy.diff(slashes, prepend=-2) != 1
    starts = slashes[new_run]
    ends = slashes[numpy.append(new_run[1:], True)] + 1
    marked = numpy.zeros(len(raw) + 1, numpy.bool_)
    marked[ends[(ends - starts) % 2 == 1]] = True
    return marked[:-1]


def unescaped(text: bytes) -> bytes:
    """The content of a JSON string (section 7); unsound escapes stay as they are."""
    if b"\\" not in text:
        return text
    try:
        plain = json.loads(b'"' + text + b'"', strict=False)
    except ValueError:  # also where it is no UTF-8
        return _ESCAPE.sub(_undo, text)
    assert isinstance(plain, str)  # noqa: S101 - the document is one string
    return plain.encode("utf-8", "surrogatepass")


def _undo(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    if len(code) == 5:
        return chr(int(code[1:], 16)).encode("utf-8", "surrogatepass")
    return _SIMPLE.get(code, escape[0])
