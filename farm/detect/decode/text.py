"""Text that is no JSON: forms and URLs with their fields, anything else with its escapes undone."""

import html
import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote_to_bytes

import numpy

from farm.detect.decode.characters import is_whole_text
from farm.detect.decode.json_text import unescaped
from farm.detect.decode.node import Budget, Place, Span, readable, shorten

_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_ENTITY = re.compile(rb"&(?:#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};|amp;|lt;|gt;|quot;|apos;)")
_UNICODE = re.compile(rb"\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}")
_HEX_ESCAPE = re.compile(rb"\\x([0-9A-Fa-f]{2})")
_OUTSIDE_TOKEN = rb"\s&=?#;,\"'<>{}()|\0"
_TOKEN = re.compile(rb"[^" + _OUTSIDE_TOKEN + rb"]*+")
_TOKEN_BEFORE = re.compile(rb"[^" + _OUTSIDE_TOKEN + rb"]*+\Z")
_FIRST_FIELD = re.compile(rb"[A-Za-z0-9_.\-\[\]%$]{1,200}=[^=\s]")
_NO_FORM = re.compile(rb"[\x00-\x1f<]")
_URL = re.compile(
    rb"[A-Za-z][A-Za-z0-9+.\-]{1,20}://[^\s\"<>]+\Z|/[^\s\"<>]*\?[^\s\"<>]*=[^\s\"<>]*\Z"
)
_FIELD_ENDS = re.compile(rb"[&?#;]")
_MOST_ROUNDS = 6
_UNPERCENT_BLOCK = 1 << 20
_SHORT = 400  # bytes
_FEW = 64  # escapes
_SIGN = b"%"[0]
_DIGITS = numpy.full(256, -1, numpy.int16)  # what a hexadecimal digit stands for
for _digit in b"0123456789abcdefABCDEF":
    _DIGITS[_digit] = int(chr(_digit), 16)
_NESTED = frozenset(b'{["<')


def looks_like_form(data: bytes) -> bool:
    """Whether the text is `application/x-www-form-urlencoded` (WHATWG URL standard, section 5)."""
    if not _FIRST_FIELD.match(data):
        return False
    head = data[:4096]
    if len(data) <= len(head) and head.count(b"&") >= head.count(b"="):
        return False
    return _NO_FORM.search(head.rstrip()) is None


def looks_like_url(data: bytes) -> bool:
    """Whether the text is one URL, or a path with a query."""
    return b"/" in data[:64] and _URL.match(data.rstrip()) is not None


class PlainText:
    """Text of no known structure: one value, in which percent signs and entities may stand."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def spans(self, budget: Budget) -> list[Span]:
        """Everything, where it is escaped for a program or for HTML; else what has `%XX` in it."""
        data = self._data
        if b"\\" in data and _UNICODE.search(data):
            bare = _HEX_ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), data)
            return _all(data, "unicode escapes", unescaped(bare), budget)
        if b"&" in data and _ENTITY.search(data):
            text = html.unescape(data.decode("utf-8", "surrogateescape"))
            plain = text.encode("utf-8", "surrogateescape")
            return _all(data, "html entities", plain, budget)
        return list(_percent_tokens(data, budget))

    def places(self, offsets: Sequence[int]) -> list[Place]:
        """The whole text, however long."""
        return [Place("", 0, len(self._data)) for _ in offsets]


class FieldText:
    """A form, or a URL: names and values between separators."""

    def __init__(self, data: bytes, step: str) -> None:
        """Use `step` ("form", "query") before the name of each field."""
        self._data = data
        self._step = step
        self._separators = (b"&", b"?", b"#", b";") if step == "query" else (b"&",)
        self._ends = _FIELD_ENDS if step == "query" else re.compile(rb"&")
        self._last = (0, -1)  # start and end of the field that was asked for last

    def spans(self, budget: Budget) -> list[Span]:
        """The fields whose names or values are escaped, and values that have a structure."""
        data = self._data
        found: list[Span] = []
        start = 0
        while start <= len(data):
            following = self._ends.search(data, start)
            end = following.start() if following else len(data)
            found += self._field(start, end, budget)
            start = end + 1
        return found

    def _field(self, start: int, end: int, budget: Budget) -> Iterator[Span]:
        data = self._data
        equals = data.find(b"=", start, end)
        first = start if equals < 0 else equals + 1
        if equals > start and _PERCENT.search(data, start, equals):
            key = unquote_to_bytes(data[start:equals])
            if budget.take(len(key)):
                yield Span(start, equals, f"{self._step} key", key)
        if first >= end:
            return
        value = data[first:end]
        escaped = _PERCENT.search(value) is not None
        if escaped or value[0] in _NESTED:
            plain = unpercent(value) if escaped else value
            if budget.take(len(plain)):
                yield Span(first, end, "", plain)
        if b"+" in value:  # a space, or a plus of base64 that nobody escaped
            spaced = unpercent(value.replace(b"+", b" "))
            if budget.take(len(spaced)):
                yield Span(first, end, "plus as space", spaced, replaces=escaped)

    def places(self, offsets: Sequence[int]) -> list[Place]:
        """The names and values of fields; of a URL also its other parts."""
        return [self._place(offset) for offset in offsets]

    def _place(self, offset: int) -> Place:
        data = self._data
        start, end = self._around(offset)
        equals = data.find(b"=", start, end)
        if equals < 0:
            return Place("" if self._step == "query" else "form key", start, end)
        if offset <= equals:
            return Place(f"{self._step} key", start, equals)
        name = readable(unquote_to_bytes(data[start : min(equals, start + 400)]))
        return Place(shorten(f"{self._step} {name}"), equals + 1, end)

    def _around(self, offset: int) -> tuple[int, int]:
        """Start and end of the field at an offset; the borders of a long field are sought once."""
        start, end = self._last
        if start <= offset <= end:
            return start, end
        data = self._data
        first = end if end < offset else 0  # a field ends where `_last` does
        start = max(data.rfind(one, max(0, first), offset) for one in self._separators) + 1
        following = self._ends.search(data, offset)
        self._last = start, following.start() if following else len(data)
        return self._last


def unpercent(data: bytes) -> bytes:
    """RFC 3986 section 2.1; what is no sound escape stays as it is.

    `urllib` goes through the text escape by escape; of a longer one all are undone at once.
    """
    if b"%" not in data:
        return data
    if len(data) < _SHORT or data.count(b"%") < _FEW:
        return unquote_to_bytes(data)
    return b"".join(_unpercent(data[first:last]) for first, last in _blocks(data))


def _unpercent(data: bytes) -> bytes:
    raw = numpy.frombuffer(data, numpy.uint8)
    signs = (raw[:-2] == _SIGN).nonzero()[0]
    high, low = _DIGITS[raw[signs + 1]], _DIGITS[raw[signs + 2]]
    sound = (high >= 0) & (low >= 0)
    signs = signs[sound]
    plain = raw.copy()
    plain[signs] = high[sound] * 16 + low[sound]
    kept = numpy.ones(len(raw), numpy.bool_)
    kept[signs + 1] = False
    kept[signs + 2] = False
    return plain[kept].tobytes()


def _blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Parts of a long text, none of which ends within an escape."""
    first = 0
    while first < len(data):
        last = first + _UNPERCENT_BLOCK
        sign = data.rfind(b"%", last - 2, last)
        last = sign if sign > first else last
        yield first, last
        first = last


def has_entity(data: bytes) -> bool:
    """Whether a character of HTML is written by its number or name."""
    return _ENTITY.search(data) is not None


def undone(data: bytes, separator: bytes = b"") -> list[bytes] | None:
    """A text, and what it is after each round of undoing every escape in it.

    None where that does not end soon, or gives no text: then it must be taken apart. Several texts
    may stand in `data` between separators (a zero each), whose number stays the same.
    """
    levels = [data]
    count = data.count(separator) if separator else 0
    for _ in range(_MOST_ROUNDS):
        text = levels[-1]
        if b"%" in text:
            text = unpercent(text)
        if b"\\" in text:
            bare = _HEX_ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), text)
            text = (
                separator.join(map(unescaped, bare.split(separator)))
                if separator
                else (unescaped(bare))
            )
        if b"&" in text and has_entity(text):
            text = html.unescape(text.decode("utf-8", "surrogateescape")).encode(
                "utf-8", "surrogateescape"
            )
        if text == levels[-1]:
            if b"+" in data:
                levels += [one.replace(b"+", b" ") for one in levels]
            return levels
        if separator and text.count(separator) != count:
            return None
        if not is_whole_text(text, count):
            return None
        levels.append(text)
    return None


def _all(data: bytes, step: str, plain: bytes, budget: Budget) -> list[Span]:
    return [Span(0, len(data), step, plain)] if budget.take(len(plain)) else []


def _percent_tokens(data: bytes, budget: Budget) -> Iterator[Span]:
    position = 0
    while (mark := data.find(b"%", position)) >= 0:
        if _PERCENT.match(data, mark) is None:
            position = mark + 1
            continue
        before = _TOKEN_BEFORE.search(data, max(position, mark - 4096), mark)
        after = _TOKEN.match(data, mark)
        start = before.start() if before else mark
        position = after.end() if after else mark + 1
        plain = unpercent(data[start:position])
        if not budget.take(len(plain)):
            return
        whole = start == 0 and position == len(data)
        yield Span(start, position, "percent" if whole else f"percent at {start}", plain)


def form_fields(data: bytes, step: str) -> Iterator[tuple[str, bytes]]:
    """Yield each field of a query under `step NAME`, plus signs both ways."""
    for field in data.split(b"&"):
        key, _, value = field.partition(b"=")
        name = f"{step} {readable(unquote_to_bytes(key[:400]))}"
        if len(key) >= 6:
            yield f"{step} key", unquote_to_bytes(key)
        yield name, unpercent(value)
        if b"+" in value:
            yield name, unpercent(value.replace(b"+", b" "))


def cookie_pairs(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield each cookie of a `Cookie` header (RFC 6265 section 4.2)."""
    for pair in data.split(b";"):
        key, _, value = pair.strip().partition(b"=")
        yield readable(key), value.strip().strip(b'"')
