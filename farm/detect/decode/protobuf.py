"""Protocol Buffers without their schema, by the wire format alone.

A field's bytes are text, a message or a packed list; which one is told from what they hold.
Numbers come out as they would be printed, whichever type the schema gives them.
"""

import math
import struct

from farm.detect.decode.node import Budget, Limits, Parts
from farm.detect.decode.objects import cbor, message_pack

_DEEPEST = 40
_SOME = Limits()
_SMALLEST_NUMBER = 1 << 20  # smaller ones tell nobody from anybody
_CONTROL = bytes(range(32)) + b"\x7f"
# Formats that say what they are: such bytes may pass for a message as well.
_NAMED = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"bplist0", b"PK\x03\x04", b"\xac\xed\x00\x05")
_EXPONENTS = (1023 - 20, 1023 + 60)  # of doubles from 1e-6 to 1e18, as IEEE 754 writes them
_UINT64, _DOUBLE, _FLOAT = struct.Struct("<Q"), struct.Struct("<d"), struct.Struct("<f")
_LARGEST_SHORT = 15  # the largest number of a field that is written in one byte
_SURE = 8.0
"""Bits from which on a message is one: of random bytes of 16, one in a hundred fits, without."""
_TEXT_BITS = 1.4  # a printable character of ASCII among random bytes
_WITHIN_BITS = 5.0  # a message in a message: of `_LEAST_WITHIN` random bytes 3 in 100 are one
_LEAST_WITHIN = 8
_FIELD_BITS = 2.3
_ANY_FIELD_BITS = 0.7
_DOUBLE_BITS = 4.6  # 84 of 2048 exponents
_LARGEST_FIELD = 1 << 29  # the encoding guide's limit of field numbers


def protobuf(data: bytes, budget: Budget) -> Parts | None:
    """A message that fills the input to its last byte (protobuf.dev, "Encoding")."""
    if len(data) < 2 or data[0] & 7 in {4, 6, 7} or data[0] < 8:
        return None
    message = _Message(budget.pieces_left)
    if not message.read(data, "", 0):
        return None
    if message.full:
        budget.note("more fields than the decoding bound")
    doubtful = message.bits < _SURE and message.bits + _structure_bits(data) < _SURE
    if not budget.take(sum(map(len, message.contents)), len(message.contents)):
        return Parts([], message.step, doubtful)
    return Parts(message.contents, message.step, doubtful)


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


def _structure_bits(data: bytes) -> float:
    """How much less likely than a message at all the outermost fields of `data` are by chance.

    Programs number fields from 1 on and write them in that order (the encoding guide's advice);
    of random bytes that fit, a fifth of the fields has a number of one byte not below the last.
    """
    bits = 0.0
    last = position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        bits += _FIELD_BITS if last <= tag >> 3 <= _LARGEST_SHORT else _ANY_FIELD_BITS
        last = tag >> 3
        wire = tag & 7
        if wire == 2:
            length, position = _varint(data, position)
            bits += max(0.0, 8 - math.log2(max(1, len(data) - position)))
            position += length
        elif wire == 0:
            number, position = _varint(data, position)
            bits += 1.0 if number < 0x80 else 0.0
        elif wire == 1:
            (number,) = _UINT64.unpack_from(data, position)
            usual = _EXPONENTS[0] <= number >> 52 & 0x7FF <= _EXPONENTS[1]
            bits += _DOUBLE_BITS if usual else 0.0
            position += 8
        elif wire == 5:
            position += 4
    return bits


class _Message:
    """The fields of a message and of those within it, as they are met."""

    def __init__(self, most: int) -> None:
        """Stop after `most` fields."""
        self.contents: list[bytes] = []
        self.full = False
        self.bits = 0.0  # how much less likely than any message its contents are by chance
        self._names: list[tuple[str, int, str]] = []  # numbers of the fields around, own, reading
        self._most = most

    def step(self, index: int) -> str:
        """The name of a field: "protobuf 3.17", "protobuf 2 double"."""
        around, field, reading = self._names[index]
        return f"protobuf {around}{field}{reading}"

    def read(self, data: bytes, around: str, depth: int) -> bool:
        """Add the fields of a message; False, with nothing added, where it is none."""
        size = len(data)
        before, bits = len(self.contents), self.bits
        position = 0
        groups: list[int] = []
        try:
            while position < size:
                tag = data[position]
                position += 1
                if tag >= 0x80:
                    tag, position = _varint(data, position - 1)
                field, wire = tag >> 3, tag & 7
                if not 0 < field < _LARGEST_FIELD:
                    break
                if wire == 2:
                    length = data[position]
                    position += 1
                    if length >= 0x80:
                        length, position = _varint(data, position - 1)
                    end = position + length
                    if end > size:
                        break
                    if length:
                        content = data[position:end]
                        if content.isascii() and len(content.translate(None, _CONTROL)) == length:
                            self.bits += length * _TEXT_BITS
                            self._add(content, around, field)
                        else:
                            self._bytes(content, around, field, depth)
                    position = end
                elif wire == 0:
                    if data[position] < 0x80:
                        position += 1
                        continue
                    number, position = _varint(data, position)
                    if number >= _SMALLEST_NUMBER:
                        self._number(number, around, field)
                elif wire == 1:
                    if position + 8 > size:
                        break
                    self._fixed64(data, position, around, field)
                    position += 8
                elif wire == 5:
                    if position + 4 > size:
                        break
                    self._fixed32(data, position, around, field)
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
        del self.contents[before:], self._names[before:]
        self.bits = bits
        return False

    def _add(self, content: bytes, around: str, field: int, reading: str = "") -> None:
        if len(self.contents) >= self._most:
            self.full = True
            return
        self.contents.append(content)
        self._names.append((around, field, reading))

    def _bytes(self, content: bytes, around: str, field: int, depth: int) -> None:
        """Add what is no text of ASCII: as the message that it is, or as it stands."""
        try:
            text = not content.isascii() and content.decode().isprintable()
        except UnicodeDecodeError:
            text = False
        if (
            text
            or depth >= _DEEPEST
            or content[0] < 8
            or content.startswith(_NAMED)
            or _is_object(content)
            or not self.read(content, f"{around}{field}.", depth + 1)
        ):
            self.bits += len(content) * _TEXT_BITS if text else 0.0
            self._add(content, around, field)
        elif len(content) >= _LEAST_WITHIN:
            self.bits += _WITHIN_BITS

    def _number(self, number: int, around: str, field: int) -> None:
        self._add(b"%d" % number, around, field)
        if not number & 1:  # sint64 of a positive number
            self._add(b"%d" % (number >> 1), around, field, " zigzag")

    def _fixed64(self, data: bytes, position: int, around: str, field: int) -> None:
        (number,) = _UINT64.unpack_from(data, position)
        if number >= _SMALLEST_NUMBER:
            self._add(b"%d" % number, around, field)
        if _EXPONENTS[0] <= number >> 52 & 0x7FF <= _EXPONENTS[1]:
            (real,) = _DOUBLE.unpack_from(data, position)
            self._add(repr(real).encode(), around, field, " double")

    def _fixed32(self, data: bytes, position: int, around: str, field: int) -> None:
        (real,) = _FLOAT.unpack_from(data, position)
        if math.isfinite(real) and 1e-6 < abs(real) < 1e12:
            self._add(b"%.9g" % real, around, field, " float")


def _is_object(content: bytes) -> bool:
    """Whether all of it is an object of another format: those are less often met by chance."""
    if not 0x80 <= content[0] <= 0xDF:
        return False
    budget = Budget(_SOME, len(content))
    return message_pack(content, budget) is not None or cbor(content, budget) is not None


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
