"""Protocol Buffers without their schema, by the wire format alone.

A field's bytes are text, a message or a packed list; which one is told from what they hold.
Numbers come out as they would be printed, whichever type the schema gives them.
"""

import math
import struct

from farm.detect.decode.node import Budget, Piece

_DEEPEST = 40
_SMALLEST_NUMBER = 1 << 20  # smaller ones tell nobody from anybody
_CONTROL = bytes(range(32)) + b"\x7f"
# Formats that say what they are: such bytes may pass for a message as well.
_NAMED = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"bplist0", b"PK\x03\x04", b"\xac\xed\x00\x05")
_LARGEST_FIELD = 1 << 29  # the encoding guide's limit of field numbers


def protobuf(data: bytes, budget: Budget) -> list[Piece] | None:
    """A message that fills the input to its last byte (protobuf.dev, "Encoding")."""
    if len(data) < 2 or data[0] & 7 in {4, 6, 7} or data[0] < 8:
        return None
    pieces: list[Piece] = []
    if not _message(data, "", pieces, budget, 0):
        return None
    return pieces


def fits(data: bytes) -> bool:
    """Whether the outermost fields fill the input; quick, without looking into them."""
    size = len(data)
    if size < 2 or data[0] & 7 in {4, 6, 7} or data[0] < 8:
        return False
    position = 0
    try:
        while position < size:
            tag, position = _varint(data, position)
            wire = tag & 7
            if not 0 < tag >> 3 < _LARGEST_FIELD:
                return False
            if wire == 2:
                length, position = _varint(data, position)
                position += length
            elif wire == 0:
                _, position = _varint(data, position)
            elif wire in {1, 5}:
                position += 8 if wire == 1 else 4
            elif wire > 4:
                return False
    except IndexError:
        return False
    return position == size


def _message(data: bytes, prefix: str, out: list[Piece], budget: Budget, depth: int) -> bool:
    """Add the fields of a message; False, with nothing added, where it is none."""
    size = len(data)
    start = len(out)
    position = 0
    groups: list[int] = []
    try:
        while position < size:
            tag, position = _varint(data, position)
            field, wire = tag >> 3, tag & 7
            if not 0 < field < _LARGEST_FIELD:
                break
            if wire == 2:
                length, position = _varint(data, position)
                end = position + length
                if end > size:
                    break
                content = data[position:end]
                position = end
                if content:
                    _content(content, f"{prefix}{field}", out, budget, depth)
            elif wire == 0:
                number, position = _varint(data, position)
                if number >= _SMALLEST_NUMBER:
                    _number(number, f"{prefix}{field}", out)
            elif wire == 1:
                if position + 8 > size:
                    break
                _fixed64(data[position : position + 8], f"{prefix}{field}", out)
                position += 8
            elif wire == 5:
                if position + 4 > size:
                    break
                _fixed32(data[position : position + 4], f"{prefix}{field}", out)
                position += 4
            elif wire == 3:
                groups.append(field)
            elif wire != 4 or not groups or groups.pop() != field:
                break
        else:
            if not groups:
                return True
    except IndexError:  # a varint that does not end
        pass
    del out[start:]
    return False


def _content(content: bytes, path: str, out: list[Piece], budget: Budget, depth: int) -> None:
    if not content.isascii() or len(content.translate(None, _CONTROL)) != len(content):
        try:
            text = not content.isascii() and content.decode().isprintable()
        except UnicodeDecodeError:
            text = False
        if (
            not text
            and depth < _DEEPEST
            and content[0] >= 8
            and not content.startswith(_NAMED)
            and _message(content, f"{path}.", out, budget, depth + 1)
        ):
            return
    if budget.take(len(content)):
        out.append(Piece(f"protobuf {path}", content))


def _varint(data: bytes, position: int) -> tuple[int, int]:
    byte = data[position]
    if byte < 0x80:
        return byte, position + 1
    value = byte & 0x7F
    shift = 7
    while True:
        position += 1
        byte = data[position]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position + 1
        shift += 7
        if shift > 63:
            raise IndexError


def _number(number: int, path: str, out: list[Piece]) -> None:
    out.append(Piece(f"protobuf {path}", b"%d" % number))
    if not number & 1:  # sint64 of a positive number
        out.append(Piece(f"protobuf {path} zigzag", b"%d" % (number >> 1)))


def _fixed64(raw: bytes, path: str, out: list[Piece]) -> None:
    (number,) = struct.unpack("<Q", raw)
    if number >= _SMALLEST_NUMBER:
        out.append(Piece(f"protobuf {path}", b"%d" % number))
    (real,) = struct.unpack("<d", raw)
    if math.isfinite(real) and 1e-6 < abs(real) < 1e18:
        out.append(Piece(f"protobuf {path} double", repr(real).encode()))


def _fixed32(raw: bytes, path: str, out: list[Piece]) -> None:
    (real,) = struct.unpack("<f", raw)
    if math.isfinite(real) and 1e-6 < abs(real) < 1e12:
        out.append(Piece(f"protobuf {path} float", b"%.9g" % real))
