"""As much of the D-Bus wire format as the relay needs: find a call's member, build a signal.

Source: D-Bus Specification, "Message Protocol". Sizes are bounded by the caller.
"""

import struct

import msgspec

_FIXED_HEADER = 16
_FIELD_MEMBER = 3
_METHOD_CALL = 1
_SIGNAL = 4
HOST_SESSION_PATH = "/re/frida/HostSession"


class Call(msgspec.Struct, frozen=True):
    """A method call: its member, serial, interface and the bytes of its arguments."""

    member: str
    interface: str
    serial: int
    body: bytes
    little_endian: bool

    def first_unsigned(self) -> int:
        """The first argument as `u`."""
        return int(struct.unpack_from("<I" if self.little_endian else ">I", self.body)[0])


def message_size(data: bytes | bytearray) -> int | None:
    """The size of the message that `data` starts with, None if its header is not whole.

    Raises:
        ValueError: not a D-Bus message.
    """
    if len(data) < _FIXED_HEADER:
        return None
    order = _order(data)
    body, _, fields = struct.unpack_from(order + "III", data, 4)
    return _FIXED_HEADER + _aligned(fields, 8) + int(body)


def parse_call(data: bytes) -> Call | None:
    """The method call in a whole message; None for replies and signals.

    Raises:
        ValueError: not a D-Bus message.
    """
    order = _order(data)
    if data[1] != _METHOD_CALL:
        return None
    body_size, serial, fields_size = struct.unpack_from(order + "III", data, 4)
    found: dict[int, str] = {}
    at, end = _FIXED_HEADER, _FIXED_HEADER + fields_size
    while at < end:
        at = _aligned(at, 8)
        code, signature_size = data[at], data[at + 1]
        signature = data[at + 2 : at + 2 + signature_size].decode("ascii", "replace")
        at += 3 + signature_size
        if signature in ("s", "o"):
            at = _aligned(at, 4)
            (size,) = struct.unpack_from(order + "I", data, at)
            found[code] = data[at + 4 : at + 4 + size].decode("utf-8", "replace")
            at += 5 + size
        elif signature == "g":
            at += 2 + data[at]
        elif signature == "u":
            at = _aligned(at, 4) + 4
        else:
            raise ValueError(f"header field of type {signature!r}")
    start = _FIXED_HEADER + _aligned(fields_size, 8)
    return Call(
        found.get(_FIELD_MEMBER, ""),
        found.get(2, ""),
        serial,
        bytes(data[start : start + body_size]),
        order == "<",
    )


def build_signal(interface: str, member: str, signature: str, body: bytes, serial: int) -> bytes:
    """A signal of the host session, little endian."""
    fields = bytearray()
    for code, kind, value in (
        (1, "o", HOST_SESSION_PATH),
        (2, "s", interface),
        (3, "s", member),
        (8, "g", signature),
    ):
        fields += b"\0" * (_aligned(len(fields), 8) - len(fields))
        raw = value.encode()
        fields += bytes((code, 1)) + kind.encode() + b"\0"
        if kind == "g":
            fields += bytes((len(raw),)) + raw + b"\0"
        else:
            fields += struct.pack("<I", len(raw)) + raw + b"\0"
    head = struct.pack("<cBBBIII", b"l", _SIGNAL, 1, 1, len(body), serial, len(fields))
    padding = b"\0" * (_aligned(len(fields), 8) - len(fields))
    return head + bytes(fields) + padding + body


def spawn_info(pid: int, identifier: str) -> bytes:
    """A body of signature `(us)`."""
    raw = identifier.encode()
    return struct.pack("<II", pid, len(raw)) + raw + b"\0"


def _order(data: bytes | bytearray) -> str:
    if data[0] == 0x6C:
        return "<"
    if data[0] == 0x42:
        return ">"
    raise ValueError("not a D-Bus message")


def _aligned(value: int, to: int) -> int:
    return (value + to - 1) // to * to
