"""Values in every chain of encodings in every carrier: what was put in is found with its path.

Hypothesis composes value, chain and carrier. What stands beside them is made of look-alikes: they
must never be taken for the value.
"""

import base64
import binascii
import gzip
import hashlib
import json
import plistlib
import string
import uuid
import zlib
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

import brotli
import cbor2
import msgpack
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.detect.decode.carriers import carriers
from farm.detect.matching import Scanner
from farm.detect.needles import Needle
from farm.model.exchange import Exchange, Message
from tests.detect.decode.test_carriers import exchange

IMEI, OTHER_IMEI = "861536030196001", "861536030196019"
ANDROID_ID, MAC, NAME = "9f8e7d6c5b4a3921", "A4:83:E7:12:5C:0B", "张伟的手机"
VALUES = (IMEI, ANDROID_ID, MAC, "13800138000", NAME, "31.230416,121.473701")


class Layer(NamedTuple):
    """One encoding: what it does to bytes, and the step by which it is undone."""

    step: str
    encode: Callable[[bytes], bytes]
    text_in: bool = False  # takes text only
    text_out: bool = True


def _deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def _percent(data: bytes) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in data)


def _varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + _varint(number >> 7)


def _protobuf(data: bytes) -> bytes:
    return b"\x08\x07\x1a" + _varint(len(data)) + data + b"\x20\xac\x02"


def _json(data: bytes) -> bytes:
    return json.dumps({"t": 1700000000000, "v": [{"id": data.decode()}]}).encode()


def _raw_json(data: bytes) -> bytes:
    document = {"n": str(uuid.UUID(int=7 << 70)), "v": data.decode(), "w": "1.2.3"}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _xml(data: bytes) -> bytes:
    text = data.decode().replace("&", "&amp;").replace("<", "&lt;")
    return f"<r><v>1</v><v>{text}</v></r>".encode()


def _escapes(data: bytes) -> bytes:
    return "".join(
        f"\\u{ord(one):04x}" if ord(one) < 65536 else one for one in data.decode()
    ).encode()


def _multipart(data: bytes) -> bytes:
    border = b"--%08x" % zlib.crc32(data)
    head = border + b'\r\nContent-Disposition: form-data; name="v"\r\n\r\n'
    return head + data + b"\r\n" + border + b"--\r\n"


LAYERS = (
    Layer("json $.v[0].id", _json, text_in=True),
    Layer("json $.v", _raw_json, text_in=True),
    Layer("form v", lambda data: b"ts=1700000000&v=" + quote(data, safe="").encode() + b"&z=1"),
    Layer("percent", _percent),
    Layer("base64", base64.b64encode),
    Layer("base64", lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")),
    Layer("base32", base64.b32encode),
    Layer("hex", binascii.hexlify),
    Layer("xml /r/v[2]", _xml, text_in=True),
    Layer("unicode escapes", _escapes, text_in=True),
    Layer("multipart v", _multipart, text_out=False),
    Layer("gzip", gzip.compress, text_out=False),
    Layer("zlib", zlib.compress, text_out=False),
    Layer("zstd", zstandard.compress, text_out=False),
    Layer("protobuf 3", _protobuf, text_out=False),
    Layer("msgpack $.v", lambda data: msgpack.packb({"v": data, "n": 1}), text_out=False),
    Layer("cbor $.v", lambda data: cbor2.dumps({"n": [1], "v": data}), text_out=False),
    Layer(
        "plist $.v",
        lambda data: plistlib.dumps({"v": data}, fmt=plistlib.FMT_BINARY),
        text_out=False,
    ),
    Layer("grpc message 0", lambda data: b"\0" + len(data).to_bytes(4) + data, text_out=False),
)
_BY_TEXT = tuple(layer for layer in LAYERS if not layer.text_in)
_TO_TEXT = tuple(layer for layer in LAYERS if layer.text_out and not layer.text_in)


def is_text(data: bytes) -> bool:
    try:
        return data.decode().isprintable()
    except UnicodeDecodeError:
        return False


def wrapped(draw: st.DrawFn, data: bytes, most: int = 4) -> tuple[bytes, list[str]]:
    """Bytes in a chain of encodings, and the path to them."""
    steps = list[str]()
    for _ in range(draw(st.integers(0, most))):
        layer = draw(st.sampled_from(LAYERS if is_text(data) else _BY_TEXT))
        if layer.step in {"base32", "hex"} and steps[:1] == ["percent"]:
            continue
        data = layer.encode(data)
        if layer.step == "protobuf 3" and steps and steps[0].startswith("protobuf"):
            steps[0] = "protobuf 3" + steps[0].removeprefix("protobuf").replace(" ", ".")
        else:
            steps.insert(0, layer.step)
    return data, steps


@st.composite
def chains(draw: st.DrawFn) -> tuple[bytes, list[str], list[str]]:
    """A value in a chain of encodings: the bytes, the path to it, and the value itself."""
    value = draw(st.sampled_from(VALUES))
    data, steps = wrapped(draw, value.encode())
    return data, steps, [value]


@st.composite
def look_alikes(draw: st.DrawFn) -> list[bytes]:
    """What is near to the values and none of them."""
    choose = draw(st.randoms(use_true_random=False))
    digits = [choose.choice(string.digits) for _ in range(15)]
    return [
        str(uuid.UUID(int=choose.getrandbits(128))).encode(),
        OTHER_IMEI.encode(),
        b"%d" % choose.randrange(1_600_000_000_000, 1_800_000_000_000),
        b"%d.%d.%d.%d" % (31, choose.randrange(99), 121, choose.randrange(99)),
        "".join(digits).encode(),
        hashlib.md5(b"%d" % choose.randrange(10**9), usedforsecurity=False).hexdigest().encode(),
        MAC.encode()[:-1] + b"C",
        ANDROID_ID.encode()[:-1] + b"2",
    ]


def _in_body(data: bytes, beside: list[bytes]) -> tuple[Exchange, tuple[str, ...]]:
    return exchange(request_body=data, request_headers=_headers(beside)), ("body",)


def _in_packed_body(data: bytes, beside: list[bytes]) -> tuple[Exchange, tuple[str, ...]]:
    headers = [*_headers(beside), (b"Content-Encoding", b"br")]
    return exchange(request_body=brotli.compress(data), request_headers=headers), ("body", "br")


def _in_query(data: bytes, beside: list[bytes]) -> tuple[Exchange, tuple[str, ...]]:
    others = "&".join(f"k{n}={quote(one)}" for n, one in enumerate(beside))
    return exchange(path=f"/p?{others}&d={quote(data, safe='')}"), ("query d",)


def _in_header(data: bytes, beside: list[bytes]) -> tuple[Exchange, tuple[str, ...]]:
    return exchange(request_headers=[*_headers(beside), (b"X-Dev", data)]), ("header X-Dev",)


def _in_message(data: bytes, beside: list[bytes]) -> tuple[Exchange, tuple[str, ...]]:
    contents = [*beside, data]
    messages = [Message(from_app=True, content=one, is_text=False, time=1) for one in contents]
    return exchange(messages=messages), ("websocket",)


def _headers(beside: list[bytes]) -> list[tuple[bytes, bytes]]:
    return [(b"X-H%d" % n, one) for n, one in enumerate(beside)]


CARRIERS = (_in_body, _in_packed_body, _in_query, _in_header, _in_message)


@settings(max_examples=400)
@given(chains(), look_alikes(), st.sampled_from(CARRIERS))
def test_what_was_put_in_is_found_with_its_path(
    chain: tuple[bytes, list[str], list[str]],
    beside: list[bytes],
    carry: Callable[[bytes, list[bytes]], tuple[Exchange, tuple[str, ...]]],
) -> None:
    data, steps, (value,) = chain
    one, start = carry(data, beside)
    scanner = Scanner([Needle(each.encode()) for each in VALUES])
    found = [each for scan in scanner.scan(carriers(one)) for each in scan.occurrences]
    expected = (*start, *steps)
    assert expected in {each.leaf.path for each in found}, sorted(
        {each.leaf.path for each in found}
    )
    assert {VALUES[each.needle] for each in found} == {value}
    for each in found:
        if each.leaf.path == expected:
            assert each.leaf.data[each.start : each.end] == value.encode()


@settings(max_examples=300)
@given(look_alikes(), st.lists(st.sampled_from(LAYERS), max_size=3), st.sampled_from(CARRIERS))
def test_look_alikes_are_not_found(
    beside: list[bytes],
    layers: list[Layer],
    carry: Callable[[bytes, list[bytes]], tuple[Exchange, tuple[str, ...]]],
) -> None:
    data = json.dumps([each.decode() for each in beside]).encode()
    for layer in layers:
        if is_text(data) or not layer.text_in:
            data = layer.encode(data)
    one, _ = carry(data, beside)
    scanner = Scanner([Needle(each.encode()) for each in VALUES])
    found = [each for scan in scanner.scan(carriers(one)) for each in scan.occurrences]
    assert found == [] or {VALUES[each.needle] for each in found} == set()
