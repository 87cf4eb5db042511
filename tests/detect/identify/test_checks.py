"""Check digits against published examples, and numbers that only look like one."""

import pytest

from farm.detect.identify.checks import (
    is_bank_card,
    is_global_address,
    is_hardware_address,
    is_iccid,
    is_imei,
    is_imsi,
    is_meid,
    is_mobile_number,
    is_resident_id,
    luhn,
    luhn_digit,
)


@pytest.mark.parametrize("number", ["79927398713", "490154203237518", "4111111111111111"])
def test_luhn_of_published_examples(number: str) -> None:
    assert luhn(number)
    assert luhn_digit(number[:-1]) == number[-1]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert not luhn(wrong)


def test_luhn_sees_swapped_neighbours() -> None:
    assert not luhn("97927398713")


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("11010519491231002X", True),  # the example in GB 11643-1999
        ("440524188001010014", True),  # the second example there
        ("11010519491231002x", True),
        ("110105194912310021", False),  # check character
        ("11010519491331002X", False),  # month 13
        ("99010519491231002X", False),  # no such place
        ("7123456789012345678", False),
        ("20261125130000123", False),
    ],
)
def test_resident_identity_numbers(text: str, sound: bool) -> None:
    assert is_resident_id(text) is sound


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("490154203237518", False),  # sound check digit, but no reporting body of today
        ("352099001761481", True),  # the example of many manuals
        ("352099001761482", False),
        ("35209900176148", False),
        ("000000000000000", False),
        ("1700000000123", False),
    ],
)
def test_imei(text: str, sound: bool) -> None:
    assert is_imei(text) is sound


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("13812345678", True),
        ("19912345678", True),
        ("12012345678", False),
        ("14012345678", False),  # machines
        ("1381234567", False),
        ("15412345678", False),
    ],
)
def test_mobile_numbers(text: str, sound: bool) -> None:
    assert is_mobile_number(text) is sound


def test_cards() -> None:
    assert is_bank_card("6222021234567890" + luhn_digit("6222021234567890"))
    assert not is_bank_card(
        "6222021234567890" + str((int(luhn_digit("6222021234567890")) + 5) % 10)
    )
    assert not is_bank_card("9999021234567893")
    iccid = "8986001234567890123"
    assert is_iccid(iccid + luhn_digit(iccid)) and not is_iccid(iccid[:-1])
    assert is_imsi("460001234567890") and not is_imsi("460991234567890")
    assert not is_imsi("860001234567890")


def test_hardware_addresses_and_others() -> None:
    assert is_hardware_address("A4:50:46:1F:7C:E9")
    assert not is_hardware_address("ff:ff:ff:ff:ff:ff")
    assert not is_hardware_address("01:00:5e:00:00:fb")  # group
    assert is_meid("A1000049E9A3B4") and not is_meid("10000049E9A3B4")
    assert is_global_address("114.114.114.114") and not is_global_address("10.0.0.1")
    assert not is_global_address("1.2.3")
