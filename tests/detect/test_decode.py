"""Decoders: what was put in comes out with its path; nothing crashes, hangs or explodes."""

import base64
import gzip
import json
import time
import zlib
from collections.abc import Callable
from urllib.parse import quote

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from farm.detect.decode.carriers import Carrier, carriers
from farm.detect.decode.node import Limits
from farm.detect.decode.walk import leaves
from farm.model.exchange import Exchange, Message

SECRET = b"861536030196001"


def carrier(data: bytes, *encodings: str) -> Carrier:
    return Carrier(
        location="body", start="body", data=data, time=0, content_encodings=list(encodings)
    )


def paths(data: bytes, *encodings: str) -> dict[tuple[str, ...], bytes]:
    return {leaf.path: leaf.data for leaf in leaves(carrier(data, *encodings))[0]}


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(SECRET)),
        ("deflate", zlib.compress(SECRET)),
        ("deflate", zlib.compress(SECRET)[2:-4]),
        ("br", brotli.compress(SECRET)),
        ("zstd", zstandard.compress(SECRET)),
    ],
)
def test_content_encodings(encoding: str, packed: bytes) -> None:
    assert paths(packed, encoding)["body", encoding] == SECRET


@pytest.mark.parametrize(
    ("packed", "step"),
    [
        (gzip.compress(SECRET), "gzip"),
        (gzip.compress(b"861536") + gzip.compress(b"030196001"), "gzip"),
        (zlib.compress(SECRET), "zlib"),
        (zstandard.compress(SECRET), "zstd"),
        (base64.b64encode(SECRET), "base64"),
        (base64.b64encode(SECRET).rstrip(b"="), "base64"),
        (SECRET.hex().encode(), "hex"),
        (b"".join(b"%%%02X" % byte for byte in SECRET), "percent"),
        (json.dumps({"a": [1, {"b c": SECRET.decode()}]}).encode(), "json $.a[1]['b c']"),
        (b"imei=861536030196001&x=1", "form imei"),
    ],
)
def test_one_layer(packed: bytes, step: str) -> None:
    assert paths(packed)["body", step] == SECRET


def test_url_safe_base64() -> None:
    data = b"\xfb\xff\xfe" + SECRET
    assert paths(base64.urlsafe_b64encode(data))["body", "base64"] == data


def test_layers_are_undone_one_after_the_other() -> None:
    inner = base64.b64encode(json.dumps({"id": SECRET.decode()}).encode()).decode()
    assert inner.endswith("=")
    body = gzip.compress(json.dumps({"d": quote(quote(inner, safe=""), safe="")}).encode())
    found = [path for path, data in paths(body).items() if data == SECRET]
    assert ("body", "gzip", "json $.d", "percent", "percent", "base64", "json $.id") in found


def test_multipart_by_its_boundary() -> None:
    body = (
        b'--X1\r\nContent-Disposition: form-data; name="imei"\r\n\r\n861536030196001\r\n'
        b'--X1\r\nContent-Disposition: form-data; name="b"\r\n\r\n2\r\n--X1--\r\n'
    )
    assert paths(body)["body", "multipart imei"] == SECRET


def test_numbers_keep_their_digits_and_repeated_keys_stay() -> None:
    found = paths(b'{"i": 861536030196001, "f": 31.230416000, "i": 2}')
    assert found["body", "json $.f"] == b"31.230416000"
    both = leaves(carrier(b'{"i": 861536030196001, "i": 2}'))[0]
    assert [leaf.data for leaf in both if leaf.path[-1] == "json $.i"] == [SECRET, b"2"]


def test_truncated_compression_gives_what_there_is() -> None:
    data = gzip.compress(SECRET * 200)[:-12]
    assert paths(data, "gzip")["body", "gzip"].startswith(SECRET)


def test_carriers_of_an_exchange() -> None:
    exchange = Exchange(
        flow_id="1",
        started=7,
        method="POST",
        scheme="https",
        host="a.example",
        port=443,
        path="/p/861?q=a%2Bb&r=c+d",
        request_headers=[(b"Cookie", b"k=v; s=t"), (b"X-Dev", b"9"), (b"Accept", b"*/*")],
        request_body=b"body",
        response_body=b"not a carrier",
        messages=[
            Message(from_app=True, content=b"up", is_text=True, time=9),
            Message(from_app=False, content=b"down", is_text=True, time=10),
        ],
    )
    found = [(one.location, one.data, one.time) for one in carriers(exchange)]
    assert found == [
        ("url host", b"a.example", 7),
        ("url path", b"/p/861", 7),
        ("url query q", b"a+b", 7),
        ("url query r", b"c+d", 7),
        ("url query r", b"c d", 7),
        ("cookie k", b"v", 7),
        ("cookie s", b"t", 7),
        ("header X-Dev", b"9", 7),
        ("body", b"body", 7),
        ("websocket message 0", b"up", 9),
    ]


@pytest.mark.parametrize(
    "bomb",
    [
        gzip.compress(b"\0" * (64 << 20)),
        brotli.compress(b"\0" * (64 << 20), quality=1),
        zstandard.compress(b"\0" * (64 << 20)),
    ],
    ids=["gzip", "br", "zstd"],
)
def test_a_bomb_is_cut_and_reported(bomb: bytes) -> None:
    encoding = {0x1F: "gzip", 0x28: "zstd"}.get(bomb[0], "br")
    limits = Limits(bytes_out=4 << 20, expansion=10)
    found, cut = leaves(carrier(bomb, encoding), limits)
    assert sum(len(leaf.data) for leaf in found) <= 8 << 20
    assert "compressed data larger than the decoding bound" in cut


def test_deep_nesting_ends() -> None:
    data = SECRET
    for _ in range(30):
        data = base64.b64encode(data)
    began = time.monotonic()
    leaves(carrier(data[:100_000]))
    leaves(carrier(b"[" * 200_000 + b"]" * 200_000))
    leaves(carrier(b"%25" * 100_000))
    assert time.monotonic() - began < 10


def test_unknown_content_encoding_is_reported() -> None:
    _, cut = leaves(carrier(b"\x01\x02\x03", "x-own"))
    assert cut == ["content encoding x-own could not be undone"]


@given(st.binary(max_size=2000))
def test_no_input_breaks_a_decoder(data: bytes) -> None:
    found, _ = leaves(carrier(data, "gzip"), Limits(pieces=500, bytes_out=1 << 20))
    assert sum(len(leaf.data) for leaf in found) <= (1 << 20) + len(data) * 2


_LAYERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zstd": zstandard.compress,
    "base64": base64.b64encode,
    "hex": lambda data: data.hex().encode(),
    "json $.v": lambda data: json.dumps({"v": data.decode()}).encode(),
}
_BINARY = {"gzip", "zlib", "zstd"}


@given(st.lists(st.sampled_from(sorted(_LAYERS)), max_size=4))
def test_what_went_in_comes_out_with_its_path(layers: list[str]) -> None:
    data, steps = SECRET, list[str]()
    for layer in layers:
        if layer.startswith("json") and steps and steps[0] in _BINARY:
            layer = "base64"  # bytes do not fit into JSON
        data = _LAYERS[layer](data)
        steps.insert(0, layer)
    assert paths(data).get(("body", *steps)) == SECRET
