"""Identifiers as numbers: how binary protocols and programs write digits that people type.

An IMEI may be an integer of eight bytes or packed digits, an Android ID the integer that its
hexadecimal digits write. `forms` lists every other form.
"""

import re
from collections.abc import Iterator

_DIGITS = re.compile(r"[0-9]{11,20}")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{12,16}")
_FILLER = "f"


def as_text(bare: str) -> Iterator[tuple[str, str]]:
    """A value of hexadecimal digits as the integer that it writes, unsigned and as Java's long.

    Args:
        bare: the value without its separators.
    """
    if bare.isdigit() or not _HEXADECIMAL.fullmatch(bare):
        return
    number = int(bare, 16)
    yield "decimal", str(number)
    if number >> 63:
        yield "signed decimal", str(number - (1 << 64))


def as_bytes(bare: str) -> Iterator[tuple[str, bytes]]:
    """The bytes of an integer in both orders, and packed digits in both orders of nibbles.

    Packed digits: two in a byte, the first in the high half (BCD), or as telephony writes them,
    the first in the low half with a filler behind the last (3GPP TS 24.008, clause 10.5.1.4).
    """
    if _DIGITS.fullmatch(bare):
        big = _big_endian(int(bare))
        yield "integer", big
        yield "integer, little-endian", big[::-1]
        padded = bare if len(bare) % 2 == 0 else bare + _FILLER
        yield "packed digits", bytes.fromhex(padded)
        if len(bare) % 2:
            yield "packed digits behind a zero", bytes.fromhex("0" + bare)
        swapped = "".join(padded[at + 1] + padded[at] for at in range(0, len(padded), 2))
        yield "packed digits, low half first", bytes.fromhex(swapped)
    elif _HEXADECIMAL.fullmatch(bare) and len(bare) % 2 == 0:
        yield "little-endian", bytes.fromhex(bare)[::-1]


def _big_endian(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def hash_code(text: str) -> int:
    """`String.hashCode` of Java, by UTF-16 code units, as a signed number of 32 bits."""
    value = 0
    units = text.encode("utf-16-be", "surrogatepass")
    for at in range(0, len(units), 2):
        value = (31 * value + int.from_bytes(units[at : at + 2])) & 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value
