"""Undoes text encodings of bytes: percent, base64 in its alphabets, hexadecimal."""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from farm.detect.decode.node import Budget, Decoded, Piece

_LONGEST = 4 << 20
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_HEX = re.compile(rb"(?:0[xX])?((?:[0-9A-Fa-f]{2}){6,})")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{11,}={0,2}")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


def percent(data: bytes, budget: Budget) -> Decoded | None:
    """RFC 3986 section 2.1; encoded twice, it is met again one level deeper."""
    if len(data) > _LONGEST or not _PERCENT.search(data):
        return None
    plain = unquote_to_bytes(data)
    if plain == data or not budget.take(len(plain)):
        return None
    return Decoded([Piece("percent", plain)], whole=False)


def hexadecimal(data: bytes, budget: Budget) -> Decoded | None:
    """The whole input in hexadecimal digits, at least six bytes."""
    text = data.strip()
    found = _HEX.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or not budget.take(len(found[1]) // 2):
        return None
    return Decoded([Piece("hex", binascii.unhexlify(found[1]))], whole=False)


def base64_text(data: bytes, budget: Budget) -> Decoded | None:
    """RFC 4648 in the standard and URL-safe alphabets, with or without padding or line ends.

    Digits and words that happen to fit are decoded as well: that only costs a search, since no
    match comes from the shape.
    """
    if not 8 <= len(data) <= _LONGEST:
        return None
    text = data.strip().replace(b"\r", b"").replace(b"\n", b"")
    text = text.translate(_TO_STANDARD).rstrip(b"=")
    if len(text) < 8 or len(text) % 4 == 1:
        return None
    try:
        plain = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not budget.take(len(plain)):
        return None
    return Decoded([Piece("base64", plain)], whole=False)


def base64_inside(data: bytes, budget: Budget) -> Decoded | None:
    """Runs of base64 inside longer text, such as `Basic dXNlcg==` or `sig.payload.data`."""
    if not 12 <= len(data) <= 1 << 16:
        return None
    pieces: list[Piece] = []
    for found in _BASE64.finditer(data):
        if len(found[0]) == len(data):  # `base64_text` takes it
            return None
        inner = base64_text(found[0], budget)
        if inner is not None:
            pieces += [Piece(f"base64 at {found.start()}", piece.data) for piece in inner.pieces]
        if len(pieces) >= 256:
            budget.note("more base64 runs than the decoding bound")
            break
    return Decoded(pieces, whole=False) if pieces else None
