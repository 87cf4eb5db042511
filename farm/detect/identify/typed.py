"""Numbers whose own check says what they are, though this session never saw the value before.

Such a number names somebody, not surely this phone's user: it never makes a finding that counts,
only one that a person should look at.
"""

from collections.abc import Iterator

import msgspec

from farm.detect.identify import checks
from farm.detect.identify.contexts import key_beside
from farm.detect.needles import Occurrence, Shape
from farm.model.vocabulary import DataType

_LETTERS = rb"0-9A-Za-z"
_LONG_NUMBERS = (
    # 15 digits: IMEI, IMSI of China, American Express
    rb"(?:01|3[457]|86|9[189])[0-9]{13}",
    rb"460[0-9]{12}",
    # identity card, with its date of birth
    rb"[1-8][0-9]{5}(?:1[89]|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9Xx]",
    # 16 to 20 digits: cards, SIMs
    rb"4[0-9]{15}(?:[0-9]{3})?",
    rb"(?:2[2-7]|35|5[1-5]|60)[0-9]{14}",
    rb"62[0-9]{14,17}",
    rb"89[0-9]{17,18}",
)
"""How the longer numbers that `checks` knows begin: most numbers in traffic are none of them."""

SHAPES = (
    Shape(rb"1[3-9][0-9]{9}", _LETTERS),
    # Of 13 digits cards alone: nearly every body holds times in milliseconds.
    Shape(rb"4[0-9]{12}", _LETTERS),
    Shape(rb"[0-9]{15,19}[0-9Xx]?", _LETTERS, exact=rb"|".join(_LONG_NUMBERS)),
    Shape(rb"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}", _LETTERS + rb":\-"),
    Shape(
        rb"[A-Za-z0-9._+\-]+@[A-Za-z0-9.\-]+[.][A-Za-z]{2,12}", _LETTERS + rb"._+\-@", holds=b"@"
    ),
    Shape(rb"[A-Fa-f][0-9A-Fa-f]{13}", _LETTERS),
)
"""What to look for; every occurrence is widened to its whole run and then checked."""

_WORD = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_MAIL = _WORD | frozenset(b"._+-@")
_ADDRESS = _WORD | frozenset(b":-")


_OF_ADDRESSES, _OF_MAIL, _OF_MEID = 3, 4, 5
_INSIDE = {_OF_ADDRESSES: _ADDRESS, _OF_MAIL: _MAIL}


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """A value that is what its check says, with the name beside it."""

    data_type: DataType
    value: str
    occurrence: Occurrence
    start: int
    end: int
    key: str
    passes: float  # which share of random text of this shape passes the check


def recognise(occurrence: Occurrence, shape: int) -> Iterator[Typed]:
    """The types that a shape met in a piece really has; none for most.

    Args:
        occurrence: the place.
        shape: which of `SHAPES` it is.
    """
    inside = _INSIDE.get(shape, _WORD)
    data = occurrence.leaf.data
    start, end = occurrence.start, occurrence.end
    if (start and data[start - 1] in inside) or (end < len(data) and data[end] in inside):
        return  # a part of something longer, which is met on its own if it is of any shape
    text = data[start:end].decode("ascii")
    for data_type, passes, needs_key in _types(text, shape):
        key = key_beside(data_type, occurrence.leaf, start)
        if key or not needs_key:
            yield Typed(
                data_type=data_type,
                value=text,
                occurrence=occurrence,
                start=start,
                end=end,
                key=key,
                passes=passes,
            )


def _types(text: str, shape: int) -> Iterator[tuple[DataType, float, bool]]:
    """Types whose check the text passes: how often random text would, and whether a key must
    stand beside it."""
    if shape == _OF_ADDRESSES:
        if checks.is_hardware_address(text):
            yield DataType.WIFI_MAC, 2.0**-1, True
            yield DataType.BLUETOOTH_MAC, 2.0**-1, True
        return
    if shape == _OF_MAIL:
        yield DataType.EMAIL, 2.0**-6, True
        return
    if shape == _OF_MEID:
        if checks.is_meid(text):
            yield DataType.MEID, 6 / 16, True
        return
    if checks.is_resident_id(text):
        yield DataType.NATIONAL_ID, 2e-5, False
    if checks.is_mobile_number(text):
        yield DataType.PHONE_NUMBER, 0.05, True
    if checks.is_imei(text):
        yield DataType.IMEI, 0.006, True
    if checks.is_imsi(text) and text.startswith("460"):
        yield DataType.IMSI, 0.0002, True
    if checks.is_iccid(text):
        yield DataType.ICCID, 0.001, True
    if checks.is_bank_card(text):
        yield DataType.BANK_CARD, 0.02, True
