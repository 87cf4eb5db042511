"""Base64, base32, hexadecimal: in every alphabet, alone or inside longer text."""

import base64
import binascii
import json
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detect.decode.help import SECRET, paths, places, scan

PADDED = b"id:" + SECRET + b"!"  # 19 bytes: one "=" in base64


@pytest.mark.parametrize(
    ("text", "step"),
    [
        (base64.b64encode(SECRET), "base64"),
        (base64.b64encode(SECRET) + b"\n", "base64"),
        (SECRET.hex().encode(), "hex"),
        (SECRET.hex().upper().encode(), "hex"),
        (base64.b32encode(SECRET), "base32"),
        (base64.b32encode(SECRET).rstrip(b"="), "base32"),
        (base64.b32encode(SECRET).lower(), "base32"),
    ],
)
def test_a_whole_value(text: bytes, step: str) -> None:
    assert (step,) in paths(text.strip())
    assert paths(json.dumps({"d": text.strip().decode()}).encode())[0] == ("json $.d", step)


@pytest.mark.parametrize("size", range(12))
def test_base64_at_every_alignment_and_with_every_padding(size: int) -> None:
    data = bytes(range(0xF0, 0xF0 + size)) + SECRET + b"?" * (size % 3)
    for text in (base64.b64encode(data), base64.urlsafe_b64encode(data)):
        assert ("base64",) in places(text)
        assert ("base64",) in places(text.rstrip(b"="))
        assert ("json $.a", "base64") in places(json.dumps({"a": text.decode()}).encode())


def test_url_safe_digits() -> None:
    data = b"\xfb\xff\xfe" + SECRET
    text = base64.urlsafe_b64encode(data)
    assert b"-" in text or b"_" in text
    assert ("base64",) in places(text)


@pytest.mark.parametrize("width", [64, 76])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_wrapped_lines(width: int, end: bytes) -> None:
    text = base64.b64encode(bytes(100) + SECRET + bytes(100))
    lines = end.join(text[start : start + width] for start in range(0, len(text), width))
    assert ("base64",) in places(lines)
    assert ("base64",) in places(lines + end)
    pem = b"-----BEGIN X-----" + end + lines + end + b"-----END X-----" + end
    assert any(path[0].startswith("base64 at ") for path in places(pem))
    assert ("json $.d", "base64") in places(json.dumps({"d": lines.decode()}).encode())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Basic ", b""),
        (b"data:application/json;base64,", b""),
        (b"v1/", b"/x"),
        (b"token=", b";x=1"),
        (b"prefix_", b""),
        (b"sig.", b".tail"),
    ],
)
def test_inside_other_text(before: bytes, after: bytes) -> None:
    found = places(b"x " + before + base64.b64encode(PADDED).rstrip(b"=") + after)
    assert any(path[-1].startswith("base64") for path in found), found


def test_a_web_token() -> None:
    """RFC 7519: header and claims in base64url, joined by dots."""

    def part(document: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=")

    token = part({"alg": "HS256", "typ": "JWT"}) + b"." + part({"sub": SECRET.decode()})
    signed = token + b"." + base64.urlsafe_b64encode(b"\x8a" * 32).rstrip(b"=")
    assert places(signed) == [("jwt payload", "json $.sub")]
    assert places(b'{"t": "%s"}' % signed) == [("json $.t", "jwt payload", "json $.sub")]
    assert places(b"Bearer " + signed) == [("jwt payload", "json $.sub")]


@pytest.mark.parametrize("value", [b"\xa4\x83\xe7\x01\x02\x03", b"13800138000", "张伟".encode()])
def test_values_too_short_to_be_noticed_as_a_run(value: bytes) -> None:
    for text in (base64.b64encode(value), base64.b64encode(value).rstrip(b"=")):
        assert len(text) <= 16
        data = b'{"p": "%s", "q": "abc"}' % text
        assert ("json $.p", "base64") in paths(data, needle=value)
        assert ("base64",) in paths(text, needle=value), "also at the very end"
    hexadecimal = binascii.hexlify(value)
    assert ("json $.p", "hex") in paths(b'{"p": "%s"}' % hexadecimal, needle=value)


@pytest.mark.parametrize("value", [b"\xa4\x83\xe7\x01\x02\x03", b"1380013", b"13800138"])
@pytest.mark.parametrize("layers", [2, 3])
def test_short_values_in_several_layers(value: bytes, layers: int) -> None:
    """Six bytes in base64 without padding are 8 characters, the second time 11, the third 15."""
    text = value
    for _ in range(layers):
        text = base64.b64encode(text).rstrip(b"=")
    assert layers == 3 or len(text) < 16
    assert ("json $.p", *["base64"] * layers) in paths(b'{"p": "%s"}' % text, needle=value)
    mixed = base64.b64encode(base64.b32encode(value).rstrip(b"=")).rstrip(b"=")
    assert ("base64", "base32") in paths(mixed, needle=value)


def test_a_uuid_is_no_encoding() -> None:
    text = str(uuid.UUID("861536030196001f861536030196001f"))
    assert scan(text.encode(), needles=[b"\x86\x15\x36"]).occurrences == []


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "url": base64.urlsafe_b64encode,
    "hex": binascii.hexlify,
    "base32": base64.b32encode,
}


@given(st.binary(min_size=12, max_size=200), st.sampled_from(sorted(_ENCODERS)))
def test_any_bytes_come_back(data: bytes, way: str) -> None:
    found = scan(_ENCODERS[way](data), needles=[data]).occurrences
    step = {"url": "base64"}.get(way, way)
    assert ("body", step) in [one.leaf.path[:2] for one in found]
