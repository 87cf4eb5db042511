"""Undoes base64, base32 and hexadecimal wherever a long enough run of their characters stands.

Words and numbers that happen to fit are decoded as well: that only costs a search, since no
finding comes from the shape of a text.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence

from farm.detect.decode.engine import RUN
from farm.detect.decode.node import Budget, Span

_ALPHABET = rb"A-Za-z0-9+/_\-"
_RUN = re.compile(rb"[" + _ALPHABET + rb"]+")
# RFC 2045 section 6.8 (76 characters a line), RFC 7468 (64); Android's Base64.DEFAULT wraps too.
_WRAPPED = re.compile(rb"[" + _ALPHABET + rb"]{60,}(?:\r?\n[" + _ALPHABET + rb"]+)+")
_HEX = re.compile(rb"(?:0[xX])?((?:[0-9A-Fa-f]{2})+)")
_BASE32 = re.compile(rb"[A-Z2-7]+|[a-z2-7]+")
_CLASSES = (re.compile(rb"[A-Z]"), re.compile(rb"[a-z]"), re.compile(rb"[0-9]"))
_SEPARATORS = re.compile(rb"[/_\-]")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_SHORTEST_OF_DIGITS = 22
_LONGEST_PATH = 256
MOST_OVERLAPPING = _LONGEST_PATH // RUN
"""Readings of one run, and of its parts."""
_MOST_PREFIXES = 3
_LINE_ENDS = b"\r\n"
_MAGIC = frozenset(b"\x1f\x28\x78{[<")


def encoded_runs(data: bytes, starts: Sequence[int], budget: Budget) -> list[Span]:
    """Return what the runs that begin at `starts` (ascending) decode to."""
    spans: list[Span] = []
    done = 0
    token_end = -1  # where the last part of a JSON web token ended
    token_part = 0
    for start in starts:
        if start < done:
            continue
        end, text = _run_at(data, start)
        done = end
        if _is_number(text):
            continue
        if token_part and token_end + 1 == start and data[token_end : token_end + 1] == b".":
            token_part += 1
        else:
            token_part = 1 if text.startswith(b"eyJ") and data[end : end + 1] == b"." else 0
        token_end = end
        while data[end : end + 1] == b"=" and end - done < 6:
            end += 1
        for step, offset, size, plain in _decodings(text):
            if not budget.take(len(plain)):
                return spans
            if token_part and step == "base64" and not offset:
                step = ("jwt header", "jwt payload", "jwt signature")[min(token_part, 3) - 1]
            last = end if size == len(text) else start + offset + size
            spans.append(Span(start + offset, last, step, plain))
    return spans


def believable(data: bytes, span: Span, earlier: Sequence[Span]) -> bool:
    """Whether what a run decodes to was meant, where nothing in it could be read.

    Words, paths and digests also decode to something; it is no secret that they hide.

    Args:
        data: the text in which the run stands.
        span: the run.
        earlier: what is decoded of the same text in front of it, of which the last ones count.
    """
    if any(span.start < before.end for before in earlier[-MOST_OVERLAPPING:]):
        return False  # another way to read the same run, or a part of it
    text = data[span.start : span.end]
    return span.step != "base64" or all(kind.search(text) for kind in _CLASSES)


def _run_at(data: bytes, start: int) -> tuple[int, bytes]:
    """End of the run, and its characters without line ends."""
    found = _RUN.match(data, start)
    end = found.end() if found else start
    if data[end : end + 1] in {b"\r", b"\n"} and end - start >= 60:
        wrapped = _WRAPPED.match(data, start)
        if wrapped is not None:
            return wrapped.end(), wrapped[0].translate(None, _LINE_ENDS)
    return end, data[start:end]


def _decodings(text: bytes) -> Iterator[tuple[str, int, int, bytes]]:
    """Every way to read a run: step, offset and size of the part that was read, what it says."""
    speaks = False
    for step, plain in _readings(text):
        speaks = speaks or (step == "base64" and _speaks(plain))
        yield step, 0, len(text), plain
    if not speaks:
        for offset, part in _parts(text):
            for step, plain in _readings(part):
                yield step, offset, len(part), plain


def _readings(text: bytes) -> Iterator[tuple[str, bytes]]:
    if _is_number(text):
        return
    digits = _HEX.fullmatch(text)
    if digits is not None:
        yield "hex", binascii.unhexlify(digits[1])
    plain = _base64(text)
    if plain is not None:
        yield "base64", plain
    if _BASE32.fullmatch(text) is not None:
        unpacked = _base32(text)
        if unpacked is not None:
            yield "base32", unpacked


def _is_number(text: bytes) -> bool:
    """Whether digits are a number, not letters in hexadecimal that happen to look like one."""
    if len(text) >= _SHORTEST_OF_DIGITS or not text.isdigit():
        return False
    return len(text) % 2 == 1 or not binascii.unhexlify(text).isalnum()


def _parts(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Parts of a run that may be encoded by themselves: "v1/ZGV2aWNl", "prefix_ZGV2aWNl"."""
    separators = [found.start() for found in _SEPARATORS.finditer(text, 0, _LONGEST_PATH)]
    if len(text) > _LONGEST_PATH:  # data with something in front
        for separator in separators[:_MOST_PREFIXES]:
            yield separator + 1, text[separator + 1 :]
        return
    for start, end in zip([-1, *separators], [*separators, len(text)], strict=True):
        if separators and end - start > RUN:
            yield start + 1, text[start + 1 : end]


def _speaks(plain: bytes) -> bool:
    """Whether this is text, or begins like something that is packed: then the reading is right."""
    if plain[0] in _MAGIC:
        return True
    try:
        plain.decode()
    except UnicodeDecodeError:
        return False
    return True


def _base64(text: bytes) -> bytes | None:
    """RFC 4648 sections 4 and 5, with or without padding."""
    if len(text) % 4 == 1:
        return None
    if b"-" in text or b"_" in text:
        text = text.translate(_TO_STANDARD)
    return binascii.a2b_base64(text + b"==")


def _base32(text: bytes) -> bytes | None:
    """RFC 4648 section 6, in either case, with or without padding."""
    if len(text) % 8 in {1, 3, 6}:
        return None
    try:
        return base64.b32decode(text.upper() + b"=" * (-len(text) % 8))
    except binascii.Error:
        return None
