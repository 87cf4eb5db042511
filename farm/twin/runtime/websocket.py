"""Read the frames of a WebSocket connection that passes by (RFC 6455, section 5.2).

It decodes a copy of the bytes and never changes the stream.
"""

from collections.abc import Iterator

_TEXT_OR_BINARY = (0x0, 0x1, 0x2)
_MAX_HEADERS = 64 * 1024


class FrameReader:
    """Splits one direction of a connection, after its HTTP upgrade, into payloads of data frames.

    `boundary` is true when the bytes fed so far end with a whole frame: another frame may then be
    put into the stream.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._upgraded = False
        self._fragmented = False

    @property
    def boundary(self) -> bool:
        """Whether the stream stands between two messages."""
        return self._upgraded and not self._buffer and not self._fragmented

    @property
    def upgraded(self) -> bool:
        """The HTTP part is over."""
        return self._upgraded

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the payload of each data frame that is whole now.

        Raises:
            ValueError: the HTTP head does not end.
        """
        self._buffer += data
        if not self._upgraded:
            head, mark, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not mark:
                if len(head) > _MAX_HEADERS:
                    raise ValueError("HTTP head too long")
                return
            self._upgraded = True
            self._buffer = bytearray(rest)
        while (frame := self._take()) is not None:
            opcode, payload = frame
            if opcode in _TEXT_OR_BINARY:
                yield payload

    def _take(self) -> tuple[int, bytes] | None:
        data = self._buffer
        if len(data) < 2:
            return None
        at, size = 2, data[1] & 0x7F
        if size == 126:
            at, size = 4, int.from_bytes(data[2:4], "big")
        elif size == 127:
            at, size = 10, int.from_bytes(data[2:10], "big")
        masked = bool(data[1] & 0x80)
        end = at + (4 if masked else 0) + size
        if len(data) < end or len(data) < at:
            return None
        if masked:
            key = bytes(data[at : at + 4])
            payload = _unmask(bytes(data[at + 4 : end]), key)
        else:
            payload = bytes(data[at:end])
        opcode, last = data[0] & 0x0F, bool(data[0] & 0x80)
        if opcode in _TEXT_OR_BINARY:
            self._fragmented = not last
        del data[:end]
        return opcode, payload


def server_frame(payload: bytes) -> bytes:
    """One whole binary message as a server sends it: unmasked."""
    size = len(payload)
    if size < 126:
        return bytes((0x82, size)) + payload
    if size < 65536:
        return bytes((0x82, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x82, 127)) + size.to_bytes(8, "big") + payload


def _unmask(payload: bytes, key: bytes) -> bytes:
    """XOR with the repeated key, as one big number: fast enough for a bundle of a megabyte."""
    size = len(payload)
    repeated = (key * (size // 4 + 1))[:size]
    number = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return number.to_bytes(size, "big")
