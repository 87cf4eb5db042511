"""Whom the judgement must not accuse: after answers that leave it open whether anybody agreed.

Each case stands beside its twin in which the app did it, so that caution hides no guilt.
"""

import pytest

from farm.model.vocabulary import (
    ConsentAnswer,
    DialogKind,
    Phase,
    VerdictKind,
)
from tests.detect.builders import Scene
from tests.detect.phones import collects


@pytest.mark.parametrize(
    ("text", "dialog"),
    [
        ("[enter]", DialogKind.NONE),
        ("Aceptar", DialogKind.NONE),
        ("동의합니다", DialogKind.NONE),
        ("Принять", DialogKind.NONE),
        ("我已阅读", DialogKind.NONE),
        ("立即体验", DialogKind.NONE),
        ("同意并升级", DialogKind.UPDATE),
        ("同意", DialogKind.ADVERTISEMENT),
        ("I agree", DialogKind.RATING),
    ],
)
def test_a_button_that_may_have_agreed_leaves_what_follows_open(
    text: str, dialog: DialogKind
) -> None:
    scene = Scene().begin()
    scene.tap(2000, text, dialog)
    analysis = collects(scene, 3000).end().judge()
    assert analysis.findings == [] and analysis.undetermined != []
    assert analysis.verdict.kind is VerdictKind.UNDETERMINED


@pytest.mark.parametrize(
    ("text", "dialog"),
    [
        ("允许", DialogKind.PERMISSION),
        ("不同意", DialogKind.UPDATE),
        ("立即更新", DialogKind.UPDATE),
        ("跳过", DialogKind.ADVERTISEMENT),
        ("Disagree", DialogKind.ADVERTISEMENT),
        ("首页", DialogKind.NONE),
    ],
)
def test_a_button_about_other_things_gives_no_consent(text: str, dialog: DialogKind) -> None:
    scene = Scene().begin()
    scene.tap(2000, text, dialog)
    assert collects(scene, 3000).end().judge().verdict.kind is VerdictKind.VIOLATION


def test_refusing_something_after_agreeing_takes_nothing_back() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    scene.dialog(8000)
    scene.answer(9000, ConsentAnswer.DECLINE)
    analysis = collects(scene, 12_000).end().judge()
    assert analysis.findings == []
    assert analysis.verdict.kind is VerdictKind.UNDETERMINED


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("同意并继续", VerdictKind.UNDETERMINED),
        ("仅浏览", VerdictKind.VIOLATION),
        ("仍不同意", VerdictKind.VIOLATION),
    ],
)
def test_agreeing_late_on_a_screen_that_nobody_recognised(text: str, kind: VerdictKind) -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.DECLINE)
    scene.tap(8000, text)
    assert collects(scene, 12_000).end().judge().verdict.kind is kind


def test_a_second_question_after_such_a_button_closes_the_doubt() -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.DECLINE)
    scene.tap(8000, "同意并继续")
    scene.dialog(9000)
    (finding, *_) = collects(scene, 12_000).end().judge().findings
    assert finding.phase is Phase.AFTER_DECLINE
