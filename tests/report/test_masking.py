"""Nothing of an identifier but its ends is shown; hidden characters become visible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.report.masking import Masker, mask, visible
from tests.detect.builders import ANDROID_ID, IMEI, MAC


def test_values_keep_their_ends_only() -> None:
    assert mask(IMEI) == "86••••••••••01"
    assert mask("short") == "•••••" and mask("") == "••••"


@given(st.text(min_size=7, max_size=100))
def test_no_value_is_shown_in_full(value: str) -> None:
    assert mask(value) != value or "•" in value
    assert value[2:-2] not in mask(value) or set(value[2:-2]) <= {"•"}


@pytest.mark.parametrize(
    "text",
    [
        f"https://a.example/{IMEI}/x",
        f"https://a.example/?i={IMEI}",
        f"mac={MAC.replace(':', '%3A')}",
        f"mac {MAC.replace(':', '').lower()}",
        f"id {ANDROID_ID}!",
        f"json $.{IMEI}",
    ],
)
def test_known_values_are_masked_in_any_text(text: str) -> None:
    masker = Masker([IMEI, MAC, ANDROID_ID], show=False)
    for shown in (masker.text(text), masker.url(text)):
        for secret in (IMEI, MAC, ANDROID_ID, MAC.replace(":", "").lower()):
            assert secret not in shown
    assert Masker([IMEI], show=True).text(text) == text


def test_what_looks_like_an_identifier_is_masked_without_being_known() -> None:
    masker = Masker([], show=False)
    assert "868030041234567" not in masker.text("imei 868030041234567")
    assert "6f1c9e0a" not in masker.text("uuid=6f1c9e0a-7a52-4b7e-9d2b-1f6a0c9d3e55")
    assert masker.text("json $.device.name") == "json $.device.name"
    assert masker.url("https://a.example/p?k=value&x=1") == "https://a.example/p?k=•••••&x=••••"


def test_hidden_characters_become_visible() -> None:
    assert visible("a\x1b[31m\u202eb\n\ud800") == "a\\x1b[31m\\u202eb\\n\\ud800"
    assert len(visible("x" * 10_000_000)) == 2000
