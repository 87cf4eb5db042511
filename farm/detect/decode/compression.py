"""Undoes compression with a bound on what comes out, whatever the input claims about itself."""

import zlib
from collections.abc import Callable

import brotli
import zstandard

from farm.detect.decode.node import Budget, Decoded, Piece

_CHUNK = 1 << 16


def gzip(data: bytes, budget: Budget) -> Decoded | None:
    """RFC 1952, also with several members or cut off at the end."""
    if not data.startswith(b"\x1f\x8b\x08"):
        return None
    return _wrapped("gzip", _inflate(data, 31, budget), budget)


def zlib_stream(data: bytes, budget: Budget) -> Decoded | None:
    """RFC 1950: the header's check (multiple of 31) tells it from chance."""
    if len(data) < 6 or data[0] & 0x0F != 8 or data[0] >> 4 > 7:
        return None
    if (data[0] << 8 | data[1]) % 31:
        return None
    return _wrapped("zlib", _inflate(data, 15, budget), budget)


def zstd(data: bytes, budget: Budget) -> Decoded | None:
    """RFC 8878 frames."""
    if not data.startswith(b"\x28\xb5\x2f\xfd"):
        return None
    return _wrapped("zstd", _unzstd(data, budget), budget)


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


def _wrapped(step: str, plain: bytes | None, budget: Budget) -> Decoded | None:
    if plain is None or not budget.take(len(plain)):
        return None
    return Decoded([Piece(step, plain)], whole=True)


def _inflate(data: bytes, window_bits: int, budget: Budget) -> bytes | None:
    out: list[bytes] = []
    size = 0
    rest = data
    while rest:
        inflater = zlib.decompressobj(window_bits)
        try:
            while True:
                piece = inflater.decompress(rest, min(_CHUNK, budget.bytes_left - size + 1))
                rest = inflater.unconsumed_tail
                out.append(piece)
                size += len(piece)
                if size > budget.bytes_left:
                    budget.note("compressed data larger than the decoding bound")
                    return b"".join(out)[: budget.bytes_left]
                if inflater.eof or (not rest and not piece):
                    break
        except zlib.error:
            return b"".join(out) if size else None
        rest = inflater.unused_data if inflater.eof and window_bits == 31 else b""
    return b"".join(out)


def _unbrotli(data: bytes, budget: Budget) -> bytes | None:
    return _stream(brotli.Decompressor().process, data, budget, brotli.error)


def _unzstd(data: bytes, budget: Budget) -> bytes | None:
    reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
        data, read_across_frames=True
    )
    out: list[bytes] = []
    size = 0
    try:
        while piece := reader.read(_CHUNK):
            out.append(piece)
            size += len(piece)
            if size > budget.bytes_left:
                budget.note("compressed data larger than the decoding bound")
                return b"".join(out)[: budget.bytes_left]
    except zstandard.ZstdError:
        return b"".join(out) if size else None
    return b"".join(out)


def _stream(
    process: Callable[[bytes], bytes], data: bytes, budget: Budget, failure: type[Exception]
) -> bytes | None:
    # Fed in small slices, so that a bomb is noticed long before it is unpacked in full.
    out: list[bytes] = []
    size = 0
    step = 256 if len(data) < _CHUNK else 4096
    try:
        for start in range(0, len(data), step):
            piece = process(data[start : start + step])
            out.append(piece)
            size += len(piece)
            if size > budget.bytes_left:
                budget.note("compressed data larger than the decoding bound")
                return b"".join(out)[: budget.bytes_left]
    except failure:
        return b"".join(out) if size else None
    return b"".join(out)
