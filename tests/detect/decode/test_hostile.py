"""Hostile input: no decoder crashes, hangs or grows beyond its bounds, whatever it is given."""

import base64
import gzip
import io
import json
import plistlib
import random
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable

import brotli
import cbor2
import msgpack
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.detect.decode import compression, framing, java, markup, objects, protobuf
from farm.detect.decode.node import Budget, Decoder, Limits
from farm.detect.decode.text import undone, unpercent
from tests.detect.decode.help import SECRET, reasons, scan
from tests.detect.decode.test_java import STREAMS
from tests.detect.decode.test_objects import field

DOCUMENT = {"a": [1, {"imei": SECRET.decode()}], "b": {"c": 3.5, "d": "x" * 30}}


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", SECRET * 9)
    return file.getvalue()


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


TEXT = json.dumps(DOCUMENT).encode()
SAMPLES: dict[str, tuple[Decoder, bytes]] = {
    "gzip": (compression.gzip, gzip.compress(TEXT)),
    "zlib": (compression.zlib_stream, zlib.compress(TEXT)),
    "zstd": (compression.zstd, zstandard.compress(TEXT)),
    "deflate": (compression.bare, _deflated(TEXT)),
    "br": (compression.bare, brotli.compress(TEXT)),
    "multipart": (framing.multipart, b"--X\r\nContent-Disposition: x\r\n\r\nabc\r\n--X--\r\n"),
    "chunked": (framing.chunked, b"5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n"),
    "grpc": (framing.grpc, b"\0\0\0\0\x03abc\x01\0\0\0\x02de"),
    "zip": (framing.archive, _zip()),
    "xml": (markup.xml, b'<a b="c"><!--d--><e>f</e><?g h?><![CDATA[i]]></a>'),
    "protobuf": (protobuf.protobuf, field(1, field(2, SECRET) + field(3, 2**40)) + field(4, 1)),
    "msgpack": (objects.message_pack, msgpack.packb(DOCUMENT)),
    "cbor": (objects.cbor, cbor2.dumps(DOCUMENT)),
    "bplist": (objects.property_list, plistlib.dumps(DOCUMENT, fmt=plistlib.FMT_BINARY)),
    "plist": (objects.property_list, plistlib.dumps(DOCUMENT)),
    "java": (java.java_stream, STREAMS["object"]),
}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_sound_sample_is_taken(name: str) -> None:
    """Else the tests of damage below would test nothing."""
    decode, sample = SAMPLES[name]
    assert decode(sample, Budget(Limits(), len(sample)))


@settings(max_examples=60)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_damage_breaks_no_decoder(name: str, draw: st.DataObject) -> None:
    decode, sample = SAMPLES[name]
    data = bytearray(sample)
    for _ in range(draw.draw(st.integers(1, 6))):
        place = draw.draw(st.integers(0, len(data)))
        match draw.draw(st.sampled_from("set cut repeat insert".split())):
            case "set" if place < len(data):
                data[place] = draw.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFE, 0xFF]))
            case "cut":
                del data[place : place + draw.draw(st.integers(1, 9))]
            case "repeat":
                data[place:place] = data[place : place + draw.draw(st.integers(1, 20))]
            case _:
                data[place:place] = draw.draw(st.binary(max_size=9))
        if not data:
            return
    budget = Budget(Limits(), len(data))
    decode(bytes(data), budget)
    scan(bytes(data))


@settings(max_examples=300)
@given(st.binary(max_size=600))
def test_no_bytes_break_the_walk(data: bytes) -> None:
    scan(data, "gzip", limits=Limits(pieces=500, bytes_out=1 << 20))
    scan(data)


_PARTS = [
    b"%",
    b"%2",
    b"%25",
    b"\\",
    b"\\u",
    b"\\u00",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b"&amp;",
    b"=",
]
_PARTS += [
    b"&",
    b"<",
    b"<a>",
    b"</a>",
    b":",
    b",",
    b"--x\r\n",
    b"eyJ",
    b".",
    b"\xff",
    b"\0",
    b"a" * 20,
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(_PARTS), max_size=40))
def test_no_broken_text_breaks_the_walk(parts: list[bytes]) -> None:
    data = b"".join(parts)
    scan(data)
    if data:
        undone(data)
        unpercent(data)


def _nested(wrap: Callable[[bytes], bytes], times: int) -> bytes:
    data = SECRET
    for _ in range(times):
        data = wrap(data)
    return data


@pytest.mark.parametrize(
    "data",
    [
        _nested(base64.b64encode, 20),
        _nested(gzip.compress, 40),
        _nested(lambda data: msgpack.packb([data]), 60),
        _nested(lambda data: field(1, data), 60),
        _nested(lambda data: json.dumps([data.decode()]).encode(), 14),
    ],
    ids=["base64", "gzip", "msgpack", "protobuf", "json"],
)
def test_nesting_beyond_the_bound_is_reported(data: bytes) -> None:
    found = scan(data)
    assert found.occurrences or "nested deeper than the decoding bound" in [
        one.reason for one in found.undecoded
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 300_000,
        b'{"a":' * 100_000,
        b'"' * 200_000,
        b"\\" * 200_000,
        b'{"a":"' + b"\\\\" * 200_000,
        b"%25" * 100_000,
        b"%" * 300_000,
        b"a=%41&" * 50_000,
        b"<a>" * 60_000,
        b"<a b='" * 60_000,
        b"<!DOCTYPE a [" + b'"' * 50_001,
        b"&#" * 150_000,
        b"--x\r\n" * 60_000,
        b"1\r\na\r\n" * 60_000,
        b"\x0a\x00" * 150_000,
        b"\x91" * 300_000,
        b"\x81" * 300_000,
        b"\0\0\0\0\0" * 60_000,
        b"eyJ." * 70_000,
        b"A" * 300_000,
        (b"A" * 76 + b"\n") * 4_000,
        b"a/" * 150_000,
        b"1,2;" * 70_000 + b"\xff\xfe",
        b"x@" * 150_000,
        b"1" * 300_000,
        bytes(300_000),
        b"\xac\xed\x00\x05" + b"ur\x00\x01[" * 40_000,
    ],
    ids=lambda data: ascii(data[:8]),
)
@pytest.mark.timeout(60)
def test_patterns_that_invite_quadratic_work_end(data: bytes) -> None:
    """300 kB each: linear work takes well under a second, quadratic work minutes."""
    scan(data, shapes=[rb"[0-9]{15,20}", rb"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+[.][A-Za-z]{2,12}"])


def test_more_hits_than_anybody_reads_are_cut_and_reported() -> None:
    found = scan(b",".join([SECRET] * 30_000))
    assert len(found.occurrences) == Limits().occurrences
    assert [one.reason for one in found.undecoded] == [
        "one value stands there more often than is reported"
    ]


_CHILD = """
import pathlib, sys
from tests.detect.decode.help import scan, SECRET
exec(sys.stdin.read())
# Not ru_maxrss: that begins with what the parent had.
status = dict(line.split(":", 1) for line in pathlib.Path("/proc/self/status").open())
print(len(found.occurrences), len(found.undecoded), int(status["VmHWM"].split()[0]) // 1024)
"""


@pytest.mark.parametrize(
    ("code", "met", "cut"),
    [
        ("import gzip; found = scan(gzip.compress(bytes(400 << 20), 1), 'gzip')", 0, True),
        (
            "import gzip; found = scan(gzip.compress(gzip.compress(bytes(400 << 20), 9), 9))",
            0,
            True,
        ),
        ("found = scan(b'{\"a\":\"' + b' ' * (100 << 20) + SECRET + b'\"}')", 1, False),
        ("found = scan(b'id=1&x=' + b'%41%20' * (8 << 20) + b'&i=' + SECRET)", 1, False),
        ("import os; found = scan(os.urandom(100 << 20))", 0, True),
        ("found = scan((b'[\"' + SECRET + b'\",1],') * (4 << 20))", 10_000, True),
    ],
    ids=["bomb", "bomb in bomb", "json", "form", "random", "hits"],
)
def test_memory_stays_bounded_with_bombs_and_bodies_of_100_mb(
    code: str, met: int, cut: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], input=code, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr[-2000:]
    occurrences, undecoded, megabytes = map(int, done.stdout.split())
    assert occurrences == met
    assert bool(undecoded) is cut
    assert megabytes < 1000


def test_what_nobody_can_read_is_named_with_its_size() -> None:
    noise = random.Random(1).randbytes(5000)
    (one,) = scan(noise).undecoded
    assert (one.path, one.size, one.opaque) == (("body",), 5000, True)
    assert one.reason == "encrypted, or packed in an unknown way"
    (one,) = scan(json.dumps({"d": base64.b64encode(noise).decode()}).encode()).undecoded
    assert (one.path, one.size) == (("body", "json $.d", "base64"), 5000)
    assert reasons(b"\x89PNG\r\n\x1a\n" + noise) == [], "a picture is no secret"
    assert reasons(TEXT) == []


@pytest.mark.parametrize("size", [16, 40, 63, 200, 5000])
def test_no_cipher_text_passes_for_something_readable(size: int) -> None:
    """Random bytes often begin like an object; then they must not be taken for one."""
    noise = random.Random(size)
    missed = [data for data in (noise.randbytes(size) for _ in range(400)) if not reasons(data)]
    assert len(missed) <= 400 * (0.02 if size < 64 else 0)


def test_objects_with_something_behind_them_are_no_objects() -> None:
    noise = random.Random(2).randbytes(300)
    for beginning in (b"\x80", b"\xa0", cbor2.dumps({"a": 1}), msgpack.packb([1, 2])):
        assert reasons(beginning + noise), beginning
