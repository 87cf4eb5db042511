"""Bytes are shown where they are, and hidden from who may not see them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.report.masking import Masker
from farm.web.session.octets import Layer, Row, layer
from tests.detect.builders import IMEI

SHOWN = Masker((), show=True)
MASKED = Masker([IMEI], show=False)


def hexed(rows: list[Row]) -> str:
    return "".join(one.text for row in rows for one in row.octets).replace(" ", "")


def text(shown: Layer) -> str:
    return "".join(one.text for one in shown.lines)


def everything(shown: Layer) -> str:
    rows = "".join(one.text for row in shown.rows for one in row.letters)
    return text(shown) + rows + hexed(shown.rows)


@given(st.binary(max_size=600))
def test_who_may_see_values_sees_every_byte(data: bytes) -> None:
    assert hexed(layer("raw", [], data, [], SHOWN).rows) == data.hex()


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=30), st.binary(max_size=300))
def test_the_marked_bytes_are_the_found_ones(before: bytes, value: bytes, after: bytes) -> None:
    place = (len(before), len(before) + len(value))
    shown = layer("raw", [], before + value + after, [place], SHOWN)
    marked = [one.text for row in shown.rows for one in row.octets if "found" in one.css]
    assert "".join(marked).replace(" ", "") == value.hex()
    assert shown.first == f"0x{len(before):x}"


@given(st.text(min_size=1, max_size=200), st.booleans())
def test_no_letter_or_digit_outside_a_key_is_shown_masked(words: str, packed: bool) -> None:
    data = words.encode("utf-8", "replace")
    if packed:
        data = b"\x1f\x8b\xff" + data
    shown = layer("raw", [], data, [], MASKED)
    without_keys = re.sub(r'"[^"]*"\s*:|[^=&;?\s]*=|</?[\w:.-]+', "", text(shown))
    assert not re.search(r"[^\W_•]", re.sub(r"\\(?:u|U|x)[0-9a-f]+|\\[nrt]", "", without_keys))
    assert not packed or (shown.withheld and not shown.rows and not shown.lines)


def test_keys_stay_and_values_go() -> None:
    data = b'{"imei": "' + IMEI.encode() + b'", "n": 42, "name": "\xe7\x8e\x8b"}'
    start = data.index(IMEI.encode())
    shown = layer("raw", [], data, [(start, start + len(IMEI))], MASKED)
    assert text(shown) == '{"imei": "86•••••••••••01", "n": ••, "name": "•"}'
    assert IMEI not in everything(shown)
    assert IMEI.encode().hex() not in everything(shown)


def test_a_key_that_is_a_value_is_hidden_like_one() -> None:
    data = b'{"' + IMEI.encode() + b'": true}&' + IMEI.encode() + b"=1"
    shown = layer("raw", [], data, [], MASKED)
    assert "8615" not in everything(shown)
    assert IMEI.encode().hex()[:8] not in everything(shown)


def test_short_values_keep_nothing() -> None:
    shown = layer("raw", [], b"abc123", [(0, 6)], MASKED)
    assert text(shown) == "••••••"


@pytest.mark.parametrize("at", [0, 5000, 99_990])
def test_of_long_pieces_the_part_around_the_value_is_shown(at: int) -> None:
    data = bytearray(b"x" * 100_000)
    data[at : at + 10] = b"ABCDEFGHIJ"
    shown = layer("raw", [], bytes(data), [(at, at + 10)], SHOWN)
    letters = "".join(one.text for row in shown.rows for one in row.letters)
    assert "ABCDEFGHIJ" in letters
    assert len(shown.rows) < 100
    left_out = sum(row.left_out for row in shown.rows)
    assert left_out + len(letters) == len(data)


def test_control_and_bidirectional_characters_are_made_visible() -> None:
    shown = layer("raw", [], "a\u202eb\x1b[2J\nc".encode(), [], SHOWN)
    assert text(shown) == "a\\u202eb\\x1b[2J\nc"
