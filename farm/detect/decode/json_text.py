"""JSON (RFC 8259) as text: which strings are escaped, and which value stands at an offset.

Works on what is there, also where the end is cut off, keys come twice, or several documents follow
one another. Structure is found for the whole text at once with numpy.
"""

import json
import re
from collections.abc import Iterator, Sequence

import numpy
from numpy.typing import NDArray

from farm.detect.decode.node import Budget, Place, Strings, readable, shorten

LARGEST_WITH_PATHS = 64 << 20
"""Bytes up to which the place of a value is told by its path; beyond it by its offset."""

_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_WORD = re.compile(rb"[^\s,:{}\[\]\"]*+")
_WORD_BEFORE = re.compile(rb"[^\s,:{}\[\]\"]*+\Z")
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
_ENTITY = re.compile(rb"&(?:#|amp;|lt;|gt;|quot;|apos;)")
_QUOTE, _BACKSLASH, _COMMA, _COLON, _PERCENT, _AMPERSAND = b'"\\,:%&'
_OPEN_ARRAY = b"["[0]
_BLOCK = 1 << 20
_MOST_ESCAPED = 64
_MOST_STEPS = 200
_DEPTH = numpy.zeros(256, numpy.int32)
_DEPTH[list(b"{[")] = 1
_DEPTH[list(b"}]")] = -1


def _table(characters: bytes) -> NDArray[numpy.bool_]:
    table = numpy.zeros(256, numpy.bool_)
    table[list(characters)] = True
    return table


_STRUCTURAL = _table(b"{}[],:")
_HEXADECIMAL = _table(b"0123456789abcdefABCDEF")
_AFTER_AMPERSAND = _table(b"#algq")
_DOCUMENT = _table(b"{[<")


class JsonText:
    """One text that looks like JSON."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def spans(self, budget: Budget) -> Strings:
        """The strings that say something else than they show, undone as far as JSON goes.

        Between strings such characters mean nothing. Where they stand there all the same the text
        is broken, and what lies between two quotes is taken for a string.
        """
        data = self._data
        found = Strings([], [], [])
        for first, last in _blocks(data):
            starts, ends = _special_strings(data, first, last)
            contents = [data[start:end] for start, end in zip(starts, ends, strict=True)]
            if data.find(b"\\", first, last) >= 0:
                contents = [unescaped(text) if b"\\" in text else text for text in contents]
            if not budget.take(sum(map(len, contents)), len(contents)):
                break
            found.starts.extend(starts)
            found.ends.extend(ends)
            found.contents.extend(contents)
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


def _blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Parts of a text that end with a quote, or at its end: numpy needs room for each of them."""
    first = 0
    while len(data) - first > _BLOCK:
        last = data.rfind(b'"', first, first + _BLOCK) + 1
        for _ in range(_MOST_ESCAPED):
            if last <= first or not _is_escaped(data, last - 1):
                break
            last = data.rfind(b'"', first, last - 1) + 1
        if last <= first:  # one long string
            found = _STRING.match(data, first)
            last = min(len(data), found.end() + 1 if found else len(data))
        yield first, last
        first = last
    if first < len(data):
        yield first, len(data)


def _is_escaped(data: bytes, offset: int) -> bool:
    before = data[max(0, offset - _MOST_ESCAPED) : offset]
    return (len(before) - len(before.rstrip(b"\\"))) % 2 == 1


def _special_strings(data: bytes, first: int, last: int) -> tuple[list[int], list[int]]:
    """Starts and ends of what stands between quotes and may mean something else than it shows."""
    raw = numpy.frombuffer(data, numpy.uint8, last - first, first)
    quotes = (raw == _QUOTE).nonzero()[0]
    marks: list[NDArray[numpy.intp]] = []
    if data.find(b"\\", first, last) >= 0:
        quotes = quotes[~_escaped(raw)[quotes]]
        marks.append((raw == _BACKSLASH).nonzero()[0])
    if data.find(b"%", first, last) >= 0:
        signs = (raw[:-2] == _PERCENT).nonzero()[0]
        marks.append(signs[_HEXADECIMAL[raw[signs + 1]] & _HEXADECIMAL[raw[signs + 2]]])
    if data.find(b"&", first, last) >= 0:
        signs = (raw[:-1] == _AMPERSAND).nonzero()[0]
        signs = signs[_AFTER_AMPERSAND[raw[signs + 1]]]
        entities = [sign for sign in signs.tolist() if _ENTITY.match(data, first + sign)]
        if entities:
            marks.append(numpy.array(entities, numpy.intp))
    # A string begins where the part does (if only with its end) and behind each quote but a last.
    begins = numpy.empty(len(quotes) + 1, numpy.intp)
    begins[0] = 0
    numpy.add(quotes, 1, out=begins[1:])
    if begins[-1] == len(raw):
        begins = begins[:-1]
    special = _DOCUMENT[raw[begins]]
    special[0] &= first > 0  # a part begins behind a quote
    for mark in marks:
        special[begins.searchsorted(mark, "right") - 1] = True
    chosen = special.nonzero()[0]
    starts = begins[chosen] + first
    if chosen.size and chosen[-1] == len(quotes):  # no quote behind the last one
        ends = numpy.append(quotes[chosen[:-1]], len(raw)) + first
    else:
        ends = quotes[chosen] + first
    return starts.tolist(), ends.tolist()


class _Structure:
    """Where strings, brackets, commas and colons of a text stand."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        raw = numpy.frombuffer(data, numpy.uint8)
        quotes = (raw == _QUOTE).nonzero()[0]
        if b"\\" in data:
            quotes = quotes[~_escaped(raw)[quotes]]
        self._opening, self._closing = quotes[::2], quotes[1::2]
        marks = (_STRUCTURAL[raw]).nonzero()[0]
        # A mark is in a string if an odd number of quotes stands before it.
        self._marks = marks[quotes.searchsorted(marks) % 2 == 0]
        self._kinds = raw[self._marks]
        # How many brackets are open behind each mark.
        self._depths = numpy.cumsum(_DEPTH[self._kinds], dtype=numpy.int32)
        self._by_depth: dict[tuple[str, int], NDArray[numpy.intp]] = {}

    def string_at(self, offset: int) -> tuple[int, int] | None:
        """The string around an offset, without its quotes."""
        index = int(self._opening.searchsorted(offset)) - 1
        if index < 0:
            return None
        start = int(self._opening[index]) + 1
        end = int(self._closing[index]) if index < len(self._closing) else len(self._data)
        return (start, end) if start <= offset <= end else None

    def path(self, end: int) -> tuple[str, bool]:
        """The JSONPath (RFC 9535) of what ends at offset `end`, and whether it is a member's name.

        Of a name the path is that of its object.
        """
        before = int(self._marks.searchsorted(end))  # number of marks in front of it
        is_key = before < len(self._marks) and self._kinds[before] == _COLON
        if is_key:
            before = max(0, self._opener(before))
        if before > 0 and self._depths[before - 1] > _MOST_STEPS:
            return "$…", bool(is_key)  # each step of each path costs a look at the whole text
        steps: list[str] = []
        while (opener := self._opener(before)) >= 0:
            steps.append(self._step(opener, before))
            before = opener
        # Documents may follow one another, as lines of a log do: all but the first have a number.
        earlier = int(self._of("open", 1).searchsorted(before))
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
            first, last = commas.searchsorted((opener, before))
            return f"[{int(last - first)}]"
        colon = self._last("colon", depth, before)
        if colon < opener:
            return ""
        index = int(self._closing.searchsorted(int(self._marks[colon]))) - 1
        if index < 0:
            return ""
        key = unescaped(self._data[int(self._opening[index]) + 1 : int(self._closing[index])])
        name = readable(key)
        return f".{name}" if name.isidentifier() else f"[{name!r}]"

    def _last(self, kind: str, depth: int, before: int) -> int:
        marks = self._of(kind, depth)
        index = int(marks.searchsorted(before)) - 1
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
            marks = (right & (self._depths == depth)).nonzero()[0]
            self._by_depth[kind, depth] = marks
        return marks


def _escaped(raw: NDArray[numpy.uint8]) -> NDArray[numpy.bool_]:
    """Which bytes an odd number of backslashes stands in front of."""
    slashes = (raw == _BACKSLASH).nonzero()[0]
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
