"""Bytes as rows of hex and text, with found values marked and hidden.

Nothing is hidden from somebody who may see values. What is hidden leaves its length and its
punctuation: of text every letter and digit that is no key of a document, of anything else every
byte, since packed bytes give away what is packed in them.
"""

import re

import msgspec

from farm.report.masking import Masker, visible

ROW = 16
_WHOLE = 4096  # bytes that are shown without leaving any out
_HEAD = 256  # of a longer piece: its beginning
_AROUND = 160  # and what stands on each side of a found value
_MOST_WINDOWS = 20
_LONGEST_TEXT = 16_384
_LONGEST_DOTS = 24
_DOT = "•"
_KEYS = (
    re.compile(rb'"([^"\\\x00-\x1f]{1,60})"\s*:'),  # JSON
    re.compile(rb"(?:^|[&?;])([^=&;\s\"<>{}]{1,60})="),  # forms and queries
    re.compile(rb"</?([A-Za-z][A-Za-z0-9:._-]{0,60})"),  # XML
)
_LETTERS = bytes(int(code >= 0x80 or chr(code).isalnum()) for code in range(256))

Place = tuple[int, int]
"""Bytes [start, end) of a piece."""


class Segment(msgspec.Struct, frozen=True):
    """Neighbouring bytes that look alike."""

    css: str  # "", "found", "hidden", "found hidden"
    text: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Sixteen bytes, or how many bytes are left out here."""

    offset: str = ""
    octets: list[Segment] = []
    letters: list[Segment] = []
    left_out: int = 0


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of data, as it is shown."""

    name: str  # "raw", "without", "between", "value"
    path: list[str]
    size: int
    rows: list[Row]
    lines: list[Segment]  # the same as text, empty where it is none
    found: int  # marked places
    first: str = ""  # offset of the first marked place, in hex
    packed: bool = False  # the marked places hold the value, but not as it reads
    withheld: bool = False  # not one byte of it may be shown


def layer(
    name: str,
    path: list[str],
    data: bytes,
    found: list[Place],
    masker: Masker,
    *,
    packed: bool = False,
) -> Layer:
    """Lay a piece out.

    Args:
        name: which layer it is.
        path: how it was reached, masked.
        data: the piece.
        found: where values stand in it.
        masker: hides bytes unless it lets values through.
        packed: what stands there is the value packed: not even its ends are shown masked.
    """
    found = sorted({(lo, hi) for lo, hi in found if 0 <= lo < hi <= len(data)})
    style = _style(data, found, masker, edges=not packed)
    withheld = bool(data) and not found and all(one & _HIDDEN for one in style)
    return Layer(
        name=name,
        path=path,
        size=len(data),
        withheld=withheld,
        packed=packed and bool(found),
        rows=[] if withheld else _rows(data, style, found),
        lines=[] if withheld else _lines(data, style),
        found=len(found),
        first=f"0x{found[0][0]:x}" if found else "",
    )


_FOUND, _HIDDEN = 1, 2
_CSS = {0: "", _FOUND: "found", _HIDDEN: "hidden-value", _FOUND | _HIDDEN: "found hidden-value"}


def _style(data: bytes, found: list[Place], masker: Masker, *, edges: bool) -> bytearray:
    style = bytearray(len(data)) if masker.show else hidden(data, masker)
    for lo, hi in found:
        for index in range(lo, hi):
            style[index] |= _FOUND
        if not masker.show:
            edge = 2 if edges and hi - lo > 6 and _is_text(data[lo:hi]) else 0
            for index in (*range(lo, lo + edge), *range(hi - edge, hi)):
                style[index] &= ~_HIDDEN
    return style


def hidden(data: bytes, masker: Masker) -> bytearray:
    """Which bytes are hidden from somebody who may not see values: 2 where they are."""
    if not _is_text(data):
        return bytearray(b"\x02" * len(data))
    style = bytearray(data.translate(_LETTERS).replace(b"\x01", b"\x02"))
    for pattern in _KEYS:
        for match in pattern.finditer(data):
            key = match[1].decode("utf-8", "backslashreplace")
            if masker.text(key) == visible(key):  # a key that is a value itself stays hidden
                style[match.start(1) : match.end(1)] = bytes(len(match[1]))
    return style


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\0" not in text


def _rows(data: bytes, style: bytearray, found: list[Place]) -> list[Row]:
    rows: list[Row] = []
    last = 0
    for lo, hi in _windows(len(data), found):
        if lo > last:
            rows.append(Row(left_out=lo - last))
        rows += [_row(data, style, start) for start in range(lo, hi, ROW)]
        last = min(hi, len(data))
    if last < len(data):
        rows.append(Row(left_out=len(data) - last))
    return rows


def _windows(size: int, found: list[Place]) -> list[Place]:
    """Which parts are shown, at whole rows and without overlap."""
    if size <= _WHOLE:
        return [(0, size)] if size else []
    wanted = [(0, _HEAD)]
    wanted += [(lo - _AROUND, min(hi, lo + _HEAD) + _AROUND) for lo, hi in found[:_MOST_WINDOWS]]
    windows: list[Place] = []
    for lo, hi in sorted(wanted):
        lo = max(0, lo) // ROW * ROW
        hi = min(size, -(-hi // ROW) * ROW)
        if windows and lo <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(hi, windows[-1][1]))
        else:
            windows.append((lo, hi))
    return windows


def _row(data: bytes, style: bytearray, start: int) -> Row:
    end = min(start + ROW, len(data))
    octets: list[Segment] = []
    letters: list[Segment] = []
    for lo, hi in _runs(style, start, end):
        hide = bool(style[lo] & _HIDDEN)
        part = data[lo:hi]
        octets.append(Segment(_CSS[style[lo]], " ".join(_DOT * 2 if hide else f"{one:02x}"
                                                        for one in part)))  # fmt: skip
        letters.append(Segment(_CSS[style[lo]], _DOT * len(part) if hide else _letters(part)))
    return Row(offset=f"{start:08x}", octets=octets, letters=letters)


def _letters(part: bytes) -> str:
    return "".join(chr(one) if 0x20 <= one < 0x7F else "·" for one in part)


def _runs(style: bytearray, start: int, end: int) -> list[Place]:
    runs: list[Place] = []
    while start < end:
        stop = start + 1
        while stop < end and style[stop] == style[start]:
            stop += 1
        runs.append((start, stop))
        start = stop
    return runs


def _lines(data: bytes, style: bytearray) -> list[Segment]:
    if not data or not _is_text(data):
        return []
    shown: list[Segment] = []
    end = _whole_characters(data, min(len(data), _LONGEST_TEXT))
    for lo, hi in _runs(style, 0, end):
        text = data[lo:hi].decode("utf-8", "replace")
        if style[lo] & _HIDDEN:
            text = _DOT * min(len(text), _LONGEST_DOTS)
        else:
            text = "\n".join(visible(line, _LONGEST_TEXT) for line in text.split("\n"))
        shown.append(Segment(_CSS[style[lo]], text))
    if end < len(data):
        shown.append(Segment("", "…"))
    return shown


def _whole_characters(data: bytes, end: int) -> int:
    while 0 < end < len(data) and data[end] & 0xC0 == 0x80:
        end -= 1
    return end
