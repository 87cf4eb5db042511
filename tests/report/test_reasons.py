"""Reasons in Chinese: what detection really says is translated, all else stays as it is."""

import re

import pytest

from farm.devices.seeding import planting
from farm.model.events import NotSeeded
from farm.model.vocabulary import ConsentAnswer, DataType
from farm.report.reasons import in_chinese
from tests.detect.builders import ANDROID_ID, Scene
from tests.report.test_html import page, violation

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def refused() -> Scene:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.DECLINE)
    scene.call(9000, DataType.ANDROID_ID, ANDROID_ID)
    return scene.end()


def unanswered() -> Scene:
    scene = Scene().begin()
    scene.call(1500)
    scene.dialog()
    return scene.end()


@pytest.mark.parametrize("build", [violation, refused, unanswered])
def test_what_detection_says_of_a_phase_is_translated(build: object) -> None:
    assert callable(build)
    findings = build().judge().findings
    assert findings
    for finding in findings:
        assert finding.reasons
        assert _CHINESE.search(in_chinese(finding.reasons[0])), finding.reasons[0]


def planted() -> Scene:
    scene = Scene().begin()
    scene.identity(DataType.CONTACTS, "司徒翊辰-5GDTWE7", name="contact 1 name")
    scene.call(1400, DataType.CONTACTS, values=[], result="android.database.MatrixCursor@1")
    scene.flow(1500, "collect.tracker.example", body="司徒翊辰-5GDTWE7".encode())
    return scene.end()


def seen_by_nobody() -> Scene:
    scene = Scene().begin()
    scene.identity(DataType.SERIAL, "8a3f19c2d7", how="read", name="serial number")
    scene.flow(1500, "collect.tracker.example", body=b"8a3f19c2d7")
    return scene.end()


@pytest.mark.parametrize("build", [planted, seen_by_nobody])
def test_how_a_value_is_known_is_translated(build: object) -> None:
    assert callable(build)
    finding = build().judge().findings[0]
    (reason,) = (one for one in finding.reasons if "known as this phone's" in one)
    assert _CHINESE.search(in_chinese(reason))


def test_why_something_was_not_planted_is_translated() -> None:
    for fact in (*planting.nothing("the profile pixel leaves it out"), planting.wifi()):
        assert isinstance(fact, NotSeeded)
        assert _CHINESE.search(in_chinese(fact.reason)), fact.reason


def test_events_and_names_are_kept() -> None:
    assert "ui:9" in in_chinese("certainly before the answering tap ui:9")
    assert "a.example" in in_chinese("operator's list (domain a.example)")


@pytest.mark.parametrize(
    "reason", ["", "something new", "certainly before the answering tap ui:9 and more"]
)
def test_what_has_no_translation_stays(reason: str) -> None:
    assert in_chinese(reason) == reason


def test_both_languages_stand_in_the_page() -> None:
    text = page(violation())
    assert "确定发生在作答点击" in text and "certainly before the answering tap" in text
