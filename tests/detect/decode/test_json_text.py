"""JSON as text: every value is told by the path that a parser would give it."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.detect.decode.json_text import JsonText, unescaped
from farm.detect.decode.node import Budget, Limits
from tests.detect.decode.help import NAME, SECRET, paths, places

_KEYS = st.text(max_size=8)
_DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=20,
)


def put(document: Any, secret: str, choose: random.Random) -> tuple[Any, str]:
    """Put the secret somewhere into a document; returns its JSONPath too."""
    path = "$"
    holder: Any = document
    while True:
        if isinstance(holder, list):
            index = choose.randrange(len(holder) + 1)
            path += f"[{index}]"
            if index == len(holder) or not isinstance(holder[index], list | dict):
                holder[index : index + 1] = [secret]
                return document, path
            holder = holder[index]
        elif isinstance(holder, dict):
            key = choose.choice([*sorted(holder), "i d", "imei"])
            name = key.encode("utf-8", "surrogatepass").decode("utf-8", "backslashreplace")
            path += f".{name}" if name.isidentifier() else f"[{name!r}]"
            if not isinstance(holder.get(key), list | dict):
                holder[key] = secret
                return document, path
            holder = holder[key]
        else:
            return secret, path


@given(_DOCUMENTS, st.randoms(use_true_random=False), st.booleans(), st.sampled_from([None, 1]))
def test_a_value_is_found_with_its_path(
    document: Any, choose: random.Random, ascii_only: bool, indent: int | None
) -> None:
    document, path = put(document, SECRET.decode(), choose)
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    assert paths(text.encode("utf-8", "surrogatepass")) == [(f"json {path}",)]


@given(_DOCUMENTS, st.randoms(use_true_random=False))
def test_a_value_of_other_letters_is_found_with_its_path(
    document: Any, choose: random.Random
) -> None:
    document, path = put(document, NAME, choose)
    for ascii_only in (True, False):
        text = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        assert paths(text, needle=NAME.encode()) == [(f"json {path}",)]


@given(st.text())
def test_escapes_are_undone_as_a_parser_does(text: str) -> None:
    quoted = json.dumps(text).encode()
    assert unescaped(quoted[1:-1]) == text.encode("utf-8", "surrogatepass")


@given(st.binary(max_size=300))
def test_no_bytes_break_it(data: bytes) -> None:
    text = JsonText(b'{"a":' + data)
    text.spans(Budget(Limits(), 100))
    text.places(range(len(data)))


def test_numbers_keep_their_digits_and_repeated_keys_stay() -> None:
    assert paths(b'{"i": 861536030196001, "f": 31.230416000, "i": 2}') == [("json $.i",)]
    assert paths(b'{"f": 31.230416000}', needle=b"31.230416000") == [("json $.f",)]
    assert paths(b'{"i": "861536030196001", "i": 2}') == [("json $.i",)]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (b'{"861536030196001": 1}', "json key of $"),
        (b'{"a": [{"861536030196001": {}}]}', "json key of $.a[0]"),
        (b'{"a": "x"}\n{"b": "861536030196001"}', "json 2 $.b"),
        (b'{"a": "x"}\n[]\n861536030196001', "json 3 $"),
        (b'["861536030196001"', "json $[0]"),
        (b'[{"a": {"b": ["x", "861536030196001", {"c": ', "json $[0].a.b[1]"),
        (b'{"\\u0069d": "861536030196001"}', "json $.id"),
        (b'{"u": "8615360301\\u00396001"}', "json $.u"),
        (b'"861536030196001"', "json $"),
    ],
)
def test_texts_as_apps_send_them(text: bytes, path: str) -> None:
    assert paths(text) == [(path,)]


def test_json_in_json_in_json() -> None:
    inner = json.dumps({"b": json.dumps([{"imei": SECRET.decode()}])})
    assert paths(json.dumps({"a": inner}).encode()) == [("json $.a", "json $.b", "json $[0].imei")]


def test_a_digit_hidden_by_an_escape_is_not_overlooked() -> None:
    """The bytes hold the secret, the value holds a longer number: only the value counts."""
    data = b'{"n": "861536030196001\\u0032"}'
    assert paths(data) == []
    assert places(data) == [("json $.n",)]


def test_escaped_slashes_of_android_do_not_cut_base64() -> None:
    data = rb'{"d": "\/\/\/\/ODYxNTM2MDMwMTk2MDAx\/w=="}'
    assert ("json $.d", "base64") in places(data)


def test_very_large_texts_tell_the_offset() -> None:
    data = b'{"a": "' + b" " * (65 << 20) + b'", "b": "' + SECRET + b'"}'
    (path,) = places(data)
    assert path == (f"json at byte {data.index(SECRET)}",)
