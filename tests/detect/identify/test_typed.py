"""Every number that a check proves is met by the shapes that are searched for."""

import datetime
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.detect.decode.carriers import Carrier
from farm.detect.identify import checks
from farm.detect.identify.typed import SHAPES
from farm.detect.matching import Scanner

SCANNER = Scanner([], SHAPES)
DIGITS = st.text("0123456789", min_size=19, max_size=19)


def met(text: bytes) -> set[bytes]:
    """What the shapes show of a body."""
    (scan,) = SCANNER.scan([Carrier(location="body", start="body", data=text, time=0)])
    return {one.leaf.data[one.start : one.end] for one in scan.occurrences}


def checked(length: int) -> Callable[[str], str]:
    return lambda digits: digits[: length - 1] + checks.luhn_digit(digits[: length - 1])


@given(
    digits=DIGITS,
    length=st.integers(13, 19),
    begin=st.sampled_from(
        ["62", "4", "51", "55", "2221", "2720", "34", "37", "3528", "3589", "6000", "6099"]
    ),
)
def test_cards(digits: str, length: int, begin: str) -> None:
    number = checked(length)(begin + digits)
    if checks.is_bank_card(number):
        assert met(f'{{"card": "{number}"}}'.encode()) == {number.encode()}


@given(
    digits=DIGITS,
    begin=st.sampled_from(["01", "35", "86", "91", "98", "99", "460", "89860", "8944"]),
    length=st.sampled_from([15, 19, 20]),
)
def test_numbers_of_phones_and_of_their_cards(digits: str, begin: str, length: int) -> None:
    number = checked(length)(begin + digits)
    if checks.is_imei(number) or checks.is_imsi(number) or checks.is_iccid(number):
        assert met(f"i={number}&v=1".encode()) == {number.encode()}


@given(digits=DIGITS)
def test_mobile_numbers(digits: str) -> None:
    number = "1" + digits[:10]
    assert (number.encode() in met(f"<p>{number}</p>".encode())) >= checks.is_mobile_number(number)


@given(
    place=st.integers(110000, 839999),
    born=st.dates(min_value=datetime.date(1900, 1, 1), max_value=datetime.date(2060, 12, 31)),
    order=st.integers(0, 999),
    small=st.booleans(),
)
def test_identity_cards(place: int, born: datetime.date, order: int, small: bool) -> None:
    digits = f"{place}{str(born).replace('-', '')}{order:03}"
    number = digits + checks.resident_check(digits)
    number = number.lower() if small else number
    if checks.is_resident_id(number):
        assert met(f"card:{number}".encode()) == {number.encode()}


@pytest.mark.parametrize(
    "text",
    ["1700000000000", "17000000000000000", "3550000000000000000001", "x13800138000", "4" * 12],
)
def test_other_numbers_are_not_looked_at(text: str) -> None:
    assert met(f"t={text};".encode()) == set()
