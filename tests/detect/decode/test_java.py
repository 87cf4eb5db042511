"""Java serialisation: streams written by a JVM's own ObjectOutputStream."""

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.detect.decode.java import java_stream
from farm.detect.decode.node import Budget, Limits
from tests.detect.decode.help import NAME, SECRET, paths, places

# Written by OpenJDK 17. "object" is of a class Dev with a base class, and refers to itself.
STREAMS = {
    "object": base64.b64decode(
        "rO0ABXNyAAVHJERldgAAAAAAAAACAgAJRAADbGF0SgAGbnVtYmVySQAHdmVyc2lvbkwABGltZWl0ABJMamF2"
        "YS9sYW5nL1N0cmluZztbAARsaXN0dAATW0xqYXZhL2xhbmcvU3RyaW5nO0wABG1vZGV0AAhMRyRNb2RlO0wA"
        "BG5leHR0AAdMRyREZXY7WwAEbm9uZXQAE1tMamF2YS9sYW5nL09iamVjdDtbAANyYXd0AAJbQnhyAAZHJEJh"
        "c2UAAAAAAAAAAQIAAUwABW1vZGVscQB+AAF4cHQAD+W8oOS8n+eahOaJi+acukA/OvyLAHmjAAMPj/0KgSEA"
        "AAADdAAPODYxNTM2MDMwMTk2MDAxdXIAE1tMamF2YS5sYW5nLlN0cmluZzut0lbn6R17RwIAAHhwAAAAAnQA"
        "AWFxAH4ACn5yAAZHJE1vZGUAAAAAAAAAABIAAHhyAA5qYXZhLmxhbmcuRW51bQAAAAAAAAAAEgAAeHB0AARG"
        "QVNUcQB+AAhwdXIAAltCrPMX+AYIVOACAAB4cAAAAAYBAgMEBQY="
    ),
    "map": base64.b64decode(
        "rO0ABXNyABdqYXZhLnV0aWwuTGlua2VkSGFzaE1hcDTATlwQbMD7AgABWgALYWNjZXNzT3JkZXJ4cgARamF2"
        "YS51dGlsLkhhc2hNYXAFB9rBwxZg0QMAAkYACmxvYWRGYWN0b3JJAAl0aHJlc2hvbGR4cD9AAAAAAAAMdwgA"
        "AAAQAAAAA3QABGltZWl0AA84NjE1MzYwMzAxOTYwMDF0AAFuc3IADmphdmEubGFuZy5Mb25nO4vkkMyPI98C"
        "AAFKAAV2YWx1ZXhyABBqYXZhLmxhbmcuTnVtYmVyhqyVHQuU4IsCAAB4cAADD4/9CoEhdAACaW5zcQB+AAE/"
        "QAAAAAAAAXcIAAAAAgAAAAF0AAFrcQB+AAR4eAA="
    ),
    "list": base64.b64decode(
        "rO0ABXNyABNqYXZhLnV0aWwuQXJyYXlMaXN0eIHSHZnHYZ0DAAFJAARzaXpleHAAAAADdwQAAAADdAABeHQA"
        "Dzg2MTUzNjAzMDE5NjAwMXNyABFqYXZhLmxhbmcuSW50ZWdlchLioKT3gYc4AgABSQAFdmFsdWV4cgAQamF2"
        "YS5sYW5nLk51bWJlcoaslR0LlOCLAgAAeHAAAAAFeA=="
    ),
    "externalizable": base64.b64decode(
        "rO0ABXNyAAVHJEV4dE12FhdBR5sJDAAAeHB3EQAPODYxNTM2MDMwMTk2MDAxdAAPODYxNTM2MDMwMTk2MDAxeA=="
    ),
    "string": base64.b64decode("rO0ABXQADzg2MTUzNjAzMDE5NjAwMQ=="),
}


def pieces(data: bytes) -> dict[str, bytes]:
    found = java_stream(data, Budget(Limits(), len(data)))
    return {piece.step: piece.data for piece in found or []}


def test_fields_of_an_object_and_of_what_it_extends() -> None:
    found = pieces(STREAMS["object"])
    assert found["java $.model"] == NAME.encode()
    assert found["java $.number"] == SECRET
    assert found["java $.lat"] == b"31.230416"
    assert found["java $.raw"] == bytes([1, 2, 3, 4, 5, 6])
    assert found["java $.mode"] == b"FAST"
    assert paths(STREAMS["object"]) == [("java $.number",), ("java $.imei",), ("java $.list[1]",)]


def test_entries_of_a_map_have_their_keys_names() -> None:
    found = pieces(STREAMS["map"])
    assert found["java $.imei"] == SECRET
    assert found["java $.n.value"] == SECRET
    assert found["java $.in.k"] == SECRET, "the same string again is a reference in the stream"


@pytest.mark.parametrize(("name", "step"), [("list", "java $[1]"), ("string", "java $")])
def test_other_objects(name: str, step: str) -> None:
    assert paths(STREAMS[name]) == [(step,)]


def test_what_only_its_class_can_read_is_searched_as_it_stands() -> None:
    assert ("java $",) in places(STREAMS["externalizable"])


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_a_stream_that_ends_anywhere_gives_what_came_before(name: str) -> None:
    data = STREAMS[name]
    whole = pieces(data)
    for end in range(4, len(data)):
        found = pieces(data[:end])
        assert set(found) <= set(whole) | {"java $"}


@given(st.sampled_from(sorted(STREAMS)), st.data())
def test_no_damage_breaks_the_reader(name: str, draw: st.DataObject) -> None:
    data = bytearray(STREAMS[name])
    for _ in range(draw.draw(st.integers(1, 4))):
        place = draw.draw(st.integers(4, len(data) - 1))
        data[place] = draw.draw(st.integers(0, 255))
    java_stream(bytes(data), Budget(Limits(), len(data)))


def test_claimed_sizes_are_not_believed() -> None:
    array = b"\xac\xed\x00\x05ur\x00\x02[J" + bytes(8) + b"\x02\x00\x00xp"
    assert java_stream(array + struct.pack(">i", 2**31 - 1), Budget(Limits(), 10)) is None
    assert java_stream(b"\xac\xed\x00\x05\x7c" + b"\xff" * 8, Budget(Limits(), 10)) is None
    assert java_stream(b"\xac\xed\x00\x05" + b"s" * 5000, Budget(Limits(), 10)) is None
