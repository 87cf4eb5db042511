"""Undoes compression with a bound on what comes out, whatever the input claims about itself."""

import zlib

import brotli
import zstandard

from farm.detect.decode.node import Budget, Piece

_CHUNK = 1 << 18
_LARGEST = 160 << 20  # bytes out of one stream
_CUT = "compressed data larger than the decoding bound"


def gzip(data: bytes, budget: Budget) -> list[Piece] | None:
    """RFC 1952, also with several members or cut off at the end."""
    if not data.startswith(b"\x1f\x8b\x08"):
        return None
    return _piece("gzip", _inflate(data, 31, budget), budget)


def zlib_stream(data: bytes, budget: Budget) -> list[Piece] | None:
    """RFC 1950: the header's check (multiple of 31) tells it from chance."""
    if len(data) < 6 or data[0] & 0x0F != 8 or data[0] >> 4 > 7:
        return None
    if (data[0] << 8 | data[1]) % 31:
        return None
    return _piece("zlib", _inflate(data, 15, budget), budget)


def zstd(data: bytes, budget: Budget) -> list[Piece] | None:
    """RFC 8878 frames."""
    if not data.startswith(b"\x28\xb5\x2f\xfd"):
        return None
    return _piece("zstd", _unzstd(data, budget), budget)


def bare(data: bytes, budget: Budget) -> list[Piece] | None:
    """Deflate (RFC 1951) and Brotli (RFC 7932) without any header: both must end where data ends.

    Chance is kept away by a first look: random bytes break either format soon.
    """
    if len(data) < 40:
        return None
    inflater = zlib.decompressobj(-15)
    try:
        head = inflater.decompress(data[:_CHUNK], _CHUNK)
        whole = inflater.eof and not inflater.unused_data
        if head and (whole or len(data) > _CHUNK or inflater.unconsumed_tail):
            plain = _inflate(data, -15, budget)
            if plain is not None and len(plain) * 2 >= len(data):
                return _piece("deflate", plain, budget)
    except zlib.error:
        pass
    decompressor = brotli.Decompressor()
    try:
        decompressor.process(data[:64])
        plain = _unbrotli(data, budget, whole=True)
    except brotli.error:
        return None
    return _piece("br", plain, budget) if plain and len(plain) * 2 >= len(data) else None


def by_content_encoding(name: str, data: bytes, budget: Budget) -> bytes | None:
    """Undo one `Content-Encoding`; None if the data is not of it or the name is unknown."""
    match name:
        case "gzip" | "x-gzip":
            return _inflate(data, 31, budget)
        case "deflate":  # sent both with and without the zlib header
            inflated = _inflate(data, 15, budget)
            return inflated if inflated is not None else _inflate(data, -15, budget)
        case "br":
            return _unbrotli(data, budget)
        case "zstd":
            return _unzstd(data, budget)
        case _:
            return None


def _piece(step: str, plain: bytes | None, budget: Budget) -> list[Piece] | None:
    if plain is None or not budget.take(len(plain)):
        return None
    return [Piece(step, plain)]


class _Output:
    """What came out so far, within the bounds."""

    def __init__(self, budget: Budget) -> None:
        self._pieces: list[bytes] = []
        self._budget = budget
        self.left = min(_LARGEST, budget.bytes_left)

    def add(self, piece: bytes) -> bool:
        """Keep a piece; False once the bound is reached, which is noted."""
        self._pieces.append(piece[: self.left])
        self.left -= len(piece)
        if self.left < 0:
            self._budget.note(_CUT)
        return self.left >= 0

    def all(self) -> bytes:
        """Everything in one."""
        return b"".join(self._pieces)

    def all_or_none(self) -> bytes | None:
        """What came out before the damage, if anything did."""
        return self.all() or None


def _inflate(data: bytes, window_bits: int, budget: Budget) -> bytes | None:
    out = _Output(budget)
    rest = data
    while rest:
        inflater = zlib.decompressobj(window_bits)
        try:
            while True:
                piece = inflater.decompress(rest, min(_CHUNK, out.left + 1))
                rest = inflater.unconsumed_tail
                if not out.add(piece):
                    return out.all()
                if inflater.eof or (not rest and not piece):
                    break
        except zlib.error:
            return out.all_or_none()
        rest = inflater.unused_data if inflater.eof and window_bits == 31 else b""
    return out.all()


def _unbrotli(data: bytes, budget: Budget, *, whole: bool = False) -> bytes | None:
    # Fed in small slices, so that a bomb is noticed long before it is unpacked in full.
    decompressor = brotli.Decompressor()
    out = _Output(budget)
    step = 256 if len(data) < _CHUNK else 4096
    try:
        for start in range(0, len(data), step):
            if not out.add(decompressor.process(data[start : start + step])):
                return out.all()
    except brotli.error:
        return None if whole else out.all_or_none()
    return out.all() if decompressor.is_finished() or not whole else None


def _unzstd(data: bytes, budget: Budget) -> bytes | None:
    reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
        data, read_across_frames=True
    )
    out = _Output(budget)
    try:
        while piece := reader.read(_CHUNK):
            if not out.add(piece):
                break
    except zstandard.ZstdError:
        return out.all_or_none()
    return out.all()
