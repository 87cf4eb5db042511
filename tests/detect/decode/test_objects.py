"""Binary formats of objects: numbers as they are printed, bytes as they are, all with paths."""

import plistlib
import random
import struct
from typing import Any

import cbor2
import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.detect.decode.node import Budget, Limits
from farm.detect.decode.protobuf import protobuf
from tests.detect.decode.help import NAME, SECRET, paths, places, scan

NUMBER = int(SECRET)
DIGEST = bytes(range(0x90, 0xB0))


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, content: bytes | int) -> bytes:
    """One field of a protobuf message."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


@pytest.mark.parametrize(
    ("message", "path"),
    [
        (field(1, SECRET), "protobuf 1"),
        (field(2, 5) + field(3, field(1, 1) + field(17, SECRET)), "protobuf 3.17"),
        (field(1, NUMBER), "protobuf 1"),
        (field(1, NUMBER * 2), "protobuf 1 zigzag"),
        (field(1, b"abc") + b"\x11" + struct.pack("<Q", NUMBER), "protobuf 2"),
        (b"\x0b" + field(2, SECRET) + b"\x0c", "protobuf 2"),
        (field(1, field(1, field(1, SECRET) + field(2, 9)) + field(2, 9)), "protobuf 1.1.1"),
    ],
)
def test_protobuf_without_its_schema(message: bytes, path: str) -> None:
    assert (path,) in paths(message)


def test_an_object_in_a_message_is_not_taken_for_a_message() -> None:
    """A CBOR map of two entries begins like field 1556 with as many bytes as its key says."""
    inner = cbor2.dumps({"n": [1], "v": SECRET + b"," + b"x" * 88})
    assert inner[0] == 0xA2 and len(inner) == 3 + inner[2]
    assert places(field(3, inner)) == [("protobuf 3", "cbor $.v")]


def test_random_bytes_that_fit_a_message_stay_unread() -> None:
    """One random body of 16 bytes in a hundred is a message by the wire format alone."""
    dice = random.Random(4)
    bodies = [dice.randbytes(dice.choice([16, 24, 32, 48, 64, 100])) for _ in range(20_000)]
    fitting = [body for body in bodies if protobuf(body, Budget(Limits(), len(body))) is not None]
    told = [body for body in fitting if scan(body).undecoded]
    assert len(fitting) > 40
    assert len(told) >= 0.85 * len(fitting)


def test_what_fits_by_chance_is_searched_all_the_same() -> None:
    """A number alone may be anything; found, it is understood."""
    message = field(9, NUMBER) + field(3, NUMBER + 10**14)
    assert places(message) == [("protobuf 9",)]
    assert scan(message).undecoded == []
    assert [one.reason for one in scan(message, needles=[b"absent"]).undecoded] != []


@pytest.mark.parametrize(
    "message",
    [
        field(1, b"app_start") + field(2, 1 << 40),
        field(1, "首页打开".encode()) + b"\x21" + bytes(range(0x80, 0x88)),
        b"\x09" + struct.pack("<d", 31.23) + b"\x11" + struct.pack("<d", 121.47),
        field(1, 3) + field(2, 1 << 60) + field(3, 1) + field(4, 1 << 50),
        field(4, field(1, b"zh-CN") + field(2, b"wifi")) + field(2, 1 << 60),
    ],
)
def test_messages_of_programs_are_no_chance(message: bytes) -> None:
    assert len(message) >= 16
    assert scan(message).undecoded == []


def test_protobuf_holds_digests_and_positions() -> None:
    data = field(1, 7) + field(5, DIGEST) + b"\x31" + struct.pack("<d", 31.230416)
    assert paths(data, needle=DIGEST) == [("protobuf 5",)]
    assert paths(data, needle=b"31.230416") == [("protobuf 6 double",)]
    assert paths(field(1, NAME.encode()), needle=NAME.encode()) == [("protobuf 1",)]
    short = field(1, 7) + b"\x3d" + struct.pack("<f", 31.25)
    assert paths(short + field(8, SECRET), needle=b"31.25") == [("protobuf 7 float",)]


@pytest.mark.parametrize(
    "data",
    [
        field(1, SECRET) + b"\x0a",  # cut off
        b"\x0f" + SECRET,  # no such wire type
        b"\x00\x00" + field(1, SECRET),  # field 0
        b"\x0c" + field(1, SECRET),  # the end of a group that never began
    ],
)
def test_what_is_no_message_is_searched_as_it_stands(data: bytes) -> None:
    assert not any("protobuf" in step for path in places(data) for step in path)
    assert places(data) != []


def test_grpc_frames() -> None:
    one, two = field(1, b"x"), field(2, SECRET)
    data = b"".join(b"\0" + len(part).to_bytes(4) + part for part in (one, two))
    assert paths(data) == [("grpc message 1", "protobuf 2")]


_DOCUMENTS: list[tuple[Any, str]] = [
    ({"a": {"i": SECRET.decode()}}, "$.a.i"),
    ({"a": [0, {"i d": SECRET.decode()}]}, "$.a[1]['i d']"),
    ({"n": NUMBER}, "$.n"),
    ({"b": SECRET}, "$.b"),
    ([1, {"x": [SECRET.decode()]}], "$[1].x[0]"),
]


@pytest.mark.parametrize(("document", "path"), _DOCUMENTS)
def test_message_pack(document: Any, path: str) -> None:
    assert paths(msgpack.packb(document)) == [(f"msgpack {path}",)]


@pytest.mark.parametrize(("document", "path"), _DOCUMENTS)
def test_cbor(document: Any, path: str) -> None:
    assert paths(cbor2.dumps(document)) == [(f"cbor {path}",)]
    assert paths(cbor2.dumps(cbor2.CBORTag(55799, document))) == [(f"cbor {path}",)]


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_property_lists(form: plistlib.PlistFormat) -> None:
    for document, path in _DOCUMENTS:
        assert paths(plistlib.dumps(document, fmt=form)) == [(f"plist {path}",)]
    chinese = plistlib.dumps({"n": NAME}, fmt=form)
    assert paths(chinese, needle=NAME.encode()) == [("plist $.n",)]


def test_a_value_behind_a_repeated_key_is_not_lost() -> None:
    pair = b"\xa1i\xaf" + SECRET
    assert paths(b"\x82" + pair + b"\xa1i\xa1x") == [("msgpack $.i",)]
    hidden = b"\xa2\x61i\x6f" + SECRET + b"\x61i\x61x"
    assert places(hidden) == [()]


def test_containers_that_refer_to_each_other_end() -> None:
    """A binary property list in which each of 30 arrays names the next one twice."""
    objects = [b"\xa2" + bytes([n + 1, n + 1]) for n in range(30)] + [b"\x5f\x10\x0f" + SECRET]
    data = b"bplist00"
    offsets = []
    for one in objects:
        offsets.append(len(data))
        data += one
    table = b"".join(struct.pack(">H", offset) for offset in offsets)
    trailer = bytes(6) + bytes([2, 1]) + struct.pack(">QQQ", len(objects), 0, len(data))
    found = scan(data + table + trailer)
    assert 1 <= len(found.occurrences) <= 2


@given(
    st.recursive(
        st.integers(0, 2**60)
        | st.text(max_size=9)
        | st.binary(max_size=9)
        | st.floats(allow_nan=False),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text("ab", min_size=1), inner, max_size=3)
        ),
        max_leaves=10,
    )
)
def test_beside_anything_else(document: Any) -> None:
    whole = {"x": document, "imei": SECRET.decode()}
    assert ("msgpack $.imei",) in paths(msgpack.packb(whole))
    assert ("cbor $.imei",) in paths(cbor2.dumps(whole))
