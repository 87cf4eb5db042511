"""The corpus: every labelled screen, its buttons, and what must never be taken for consent."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from farm.explore.dialogs import Recognised, ScreenState, classify
from farm.explore.hierarchy_xml import parse
from farm.model.vocabulary import DialogKind
from tests.explore.cases import cases, measure
from tests.explore.screens import APP, LAYOUTS, corpus, draw, node, page

_CASES = [
    pytest.param(entry, layout, id=f"{entry['name']}-{layout}")
    for entry in corpus()
    for layout in (LAYOUTS if entry.get("layouts") == "all" else LAYOUTS[:1])
]


def test_precision_and_recall_of_each_kind(record_property: Callable[[str, object], None]) -> None:
    chosen = cases()
    assert len(chosen) >= 400 and len({case.name for case in chosen}) == len(chosen)
    measured = measure(chosen)
    sys.stdout.write(f"\n{measured.table()}\n")  # shown with `pytest -s`
    for kind, score in measured.scores.items():
        record_property(kind, f"precision {score.precision:.3f}, recall {score.recall:.3f}")
        assert score.precision >= 0.9 and score.recall >= 0.9, measured.table()
    consent = measured.scores["privacy_consent"]
    assert consent.precision >= 0.97 and consent.recall >= 0.97, measured.table()
    taken = [
        case.name
        for case, found in measured.wrong
        if case.kind == "permission" and found.kind is DialogKind.PRIVACY_CONSENT
    ]
    assert taken == []
    # A wrong button is worse than a missed dialog: it would answer the opposite.
    assert [
        (case.name, found.accept, found.decline) for case, found in measured.wrong_buttons
    ] == []


def _classify(xml: str, package: str = APP, activity: str = ".Main") -> Recognised:
    return classify(ScreenState(hierarchy=parse(xml), package=package, activity=activity))


def test_corpus_is_large_and_has_every_kind() -> None:
    assert len(_CASES) >= 120
    kinds = {entry["kind"] for entry in corpus()}
    assert kinds == {str(kind) for kind in DialogKind}
    names = [entry["name"] for entry in corpus()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("entry", "layout"), _CASES)
def test_screen_is_taken_for_what_it_is(entry: dict[str, Any], layout: str) -> None:
    found = _classify(
        draw(entry, layout), entry.get("package", APP), entry.get("activity", ".Main")
    )
    assert found.kind == entry["kind"], found
    for side in ("accept", "decline"):
        if side in entry:
            button = getattr(found, side)
            assert (button.text if button else "") == entry[side], found
    if "second_stage" in entry:
        assert found.second_stage is entry["second_stage"]
    if "preticked" in entry:
        assert found.checkbox is not None
        assert found.preticked is entry["preticked"]
    if found.kind is DialogKind.PRIVACY_CONSENT:
        assert found.accept is not None
        assert found.accept.clear is entry.get("clear", True)
        assert found.package == APP
        assert found.reasons


@pytest.mark.parametrize(
    "entry", [each for each in corpus() if each["kind"] == "permission"], ids=lambda e: e["name"]
)
def test_request_over_a_consent_dialog_is_still_a_request(entry: dict[str, Any]) -> None:
    below = draw(next(each for each in corpus() if each["name"] == "zh plain"))
    above = draw(entry)
    both = below.replace("</hierarchy>", "") + above.partition('rotation="0">')[2]
    found = _classify(both, APP, entry.get("activity", ".Main"))
    assert found.kind is DialogKind.PERMISSION


def test_ids_of_a_permission_dialog_in_an_app_prove_nothing() -> None:
    fake = page(
        node(text="请您阅读《隐私政策》"),
        node(
            "Button",
            "同意",
            bounds=(60, 900, 500, 1000),
            resource="com.android.permissioncontroller:id/permission_allow_button",
            clickable=True,
        ),
    )
    assert _classify(fake).kind is DialogKind.PRIVACY_CONSENT


def test_label_of_a_box_is_no_button() -> None:
    entry = {
        "body": ["阅读《隐私政策》"],
        "boxes": [{"text": "我已阅读并同意"}],
    }
    assert _classify(draw(entry)).kind is not DialogKind.PRIVACY_CONSENT


def test_invisible_dialog_is_not_there() -> None:
    entry = next(each for each in corpus() if each["name"] == "zh plain")
    hidden = draw(entry).replace("<node ", '<node visible-to-user="false" ')
    assert _classify(hidden).kind is DialogKind.NONE


def test_countdown_does_not_make_another_dialog() -> None:
    entry = next(each for each in corpus() if each["name"] == "zh countdown")
    later = entry | {"buttons": ["暂不使用", "同意(2s)"]}
    assert _classify(draw(entry)).key == _classify(draw(later)).key


def test_classifying_is_a_pure_function() -> None:
    for entry in corpus():
        xml = draw(entry)
        assert _classify(xml) == _classify(xml)


def test_hostile_texts_are_bounded() -> None:
    entry = {
        "title": "温馨提示" + "\u202e" * 50,
        "body": ["《隐私政策》<script>alert(1)</script>\x1b[31m" + "长" * 200_000],
        "buttons": ["不同意", "同意"],
    }
    found = _classify(draw(entry))
    assert found.kind is DialogKind.PRIVACY_CONSENT
    assert len(found.text) <= 4000
    assert "\x1b" not in found.text
    assert "\u202e" not in found.title
