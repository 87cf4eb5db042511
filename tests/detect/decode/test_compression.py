"""Compression: what was packed comes out, also when damaged; what only looks packed does not."""

import gzip
import zlib

import brotli
import pytest
import zstandard

from farm.detect.decode.node import Limits
from tests.detect.decode.help import SECRET, paths, places, reasons, scan

LONG = b"id=" + b",".join(b"%d" % n for n in range(40)) + b"&imei=" + SECRET


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(SECRET, mtime=0)),
        ("x-gzip", gzip.compress(SECRET, mtime=0)),
        ("deflate", zlib.compress(SECRET)),
        ("deflate", raw_deflate(SECRET)),
        ("br", brotli.compress(SECRET)),
        ("zstd", zstandard.compress(SECRET)),
    ],
)
def test_content_encodings(encoding: str, packed: bytes) -> None:
    assert paths(packed, encoding) == [(encoding,)]


def test_content_encodings_are_undone_in_the_order_opposite_to_their_naming() -> None:
    packed = gzip.compress(zlib.compress(SECRET))
    assert paths(packed, "deflate", "gzip") == [("gzip", "deflate")]


@pytest.mark.parametrize(
    ("packed", "step"),
    [
        (gzip.compress(SECRET, mtime=0), "gzip"),
        (gzip.compress(SECRET[:6], mtime=0) + gzip.compress(SECRET[6:], mtime=0), "gzip"),
        (zlib.compress(SECRET, 1), "zlib"),
        (zlib.compress(SECRET, 9), "zlib"),
        (zstandard.compress(SECRET), "zstd"),
        (zstandard.compress(SECRET[:6]) + zstandard.compress(SECRET[6:]), "zstd"),
    ],
)
def test_without_a_header_that_says_so(packed: bytes, step: str) -> None:
    assert paths(packed) == [(step,)]


@pytest.mark.parametrize(
    ("packed", "step"),
    [(raw_deflate(LONG), "deflate"), (brotli.compress(LONG), "br")],
)
def test_formats_without_any_mark_are_known_by_their_end(packed: bytes, step: str) -> None:
    assert paths(packed) == [(step, "form imei")]
    assert places(packed[:-1]) == []


def test_a_stream_that_is_cut_off_gives_what_there_is() -> None:
    packed = gzip.compress(SECRET + bytes(range(256)) * 50)
    assert places(packed[:-40], "gzip") == [("gzip",)]
    assert places(packed[:-40]) == [("gzip",)]


def test_text_that_begins_like_zlib_is_text() -> None:
    data = b"x\x01\x00\x00\xff\xff not packed " + SECRET
    assert places(data) == [()]


def test_an_encoding_that_nobody_knows_is_reported() -> None:
    assert reasons(b"\x01\x02\x03", "x-own") == ["content encoding x-own could not be undone"]
    assert reasons(SECRET, "identity") == []


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", gzip.compress(b"\0" * (64 << 20), mtime=0)),
        ("br", brotli.compress(b"\0" * (64 << 20), quality=1)),
        ("zstd", zstandard.compress(b"\0" * (64 << 20))),
    ],
)
def test_a_bomb_is_cut_and_reported(encoding: str, bomb: bytes) -> None:
    limits = Limits(bytes_out=4 << 20)
    found = scan(bomb, encoding, limits=limits)
    assert "compressed data larger than the decoding bound" in [
        one.reason for one in found.undecoded
    ]
