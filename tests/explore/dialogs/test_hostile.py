"""Recognition and exploration on screens that an app made to hurt: no error, always bounded."""

import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from farm.explore.dialogs import ScreenState, classify
from farm.explore.explorer.abstraction import Abstraction
from farm.explore.explorer.actions import actions_of
from farm.explore.hierarchy_xml import MAX_NODES, parse
from farm.explore.script_writer import Made, write_script
from farm.explore.touches import Kind, Touch
from farm.model.vocabulary import DialogKind
from tests.explore.cases import cases
from tests.explore.screens import APP, draw, node, page

_WORDS = st.sampled_from(
    [
        "同意",
        "不同意",
        "《隐私政策》",
        "跳过 5",
        "Allow",
        "Don’t allow",
        "登录",
        "",
        "\u202e",
        "😀" * 9,
    ]
)
_ENTRY = st.fixed_dictionaries(
    {
        "title": st.one_of(_WORDS, st.text(max_size=40)),
        "body": st.lists(st.one_of(_WORDS, st.text(max_size=200)), max_size=4),
        "buttons": st.lists(st.text(max_size=20).map(lambda t: t.replace("#", "")), max_size=4),
        "fields": st.lists(_WORDS, max_size=2),
        "rows": st.lists(_WORDS, max_size=3),
    }
)


@settings(max_examples=60, deadline=None)
@given(_ENTRY, st.sampled_from([APP, "com.lbe.security.miui", "android", "com.android.settings"]))
def test_any_screen_has_one_answer(entry: dict[str, Any], package: str) -> None:
    state = ScreenState(hierarchy=parse(draw({**entry, "package": package})), package=package)
    found = classify(state)
    assert found.kind in set(DialogKind)
    if found.kind is DialogKind.PRIVACY_CONSENT:
        # Callers compare the package with the app under test before they answer.
        assert found.package == package and found.accept is not None
        assert package not in {"com.lbe.security.miui", "android"}
    actions = actions_of(state.hierarchy, package)
    assert len({each.key for each in actions}) == len(actions)
    name, merged = Abstraction().name(state, package, actions)
    assert len(name) == 16 and merged == []


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(cases()), st.data())
def test_damaged_dialogs_never_become_a_consent_of_another_app(
    case: Any, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(case.xml)))
    cut = data.draw(st.integers(0, 400))
    broken = case.xml[:at] + data.draw(st.text(max_size=20)) + case.xml[at + cut :]
    found = classify(ScreenState(hierarchy=parse(broken), package=case.package))
    if found.kind is DialogKind.PRIVACY_CONSENT and case.kind == "permission":
        # The system's package is stamped by the system: damage may hide it, not forge another.
        assert found.package not in {APP}


@settings(max_examples=40, deadline=None)
@example({"title": "a\0\udc00", "body": [], "buttons": [], "fields": [], "rows": []}, 0, 0)
@given(_ENTRY, st.integers(-5, 2000), st.integers(-5, 3000))
def test_any_touch_becomes_a_script_that_compiles(entry: dict[str, Any], x: int, y: int) -> None:
    state = ScreenState(hierarchy=parse(draw(entry)), package=APP)
    touch = Touch(kind=Kind.TAP, began=0, ended=0.1, x=x, y=y, to_x=x, to_y=y)
    source = write_script("any", entry["title"], [Made(touch=touch, state=state)], {0: "\x00'\""})
    compile(source.encode(), "any.py", "exec")


@pytest.mark.parametrize(
    "views",
    [
        [node(text="《隐私政策》" * 200)] * 500,
        [node("Button", "同意" * 7, clickable=True)] * 3000,
        [node(text="不" * 5000 + "同意")] * 50,
    ],
    ids=["many agreements", "many buttons", "long negations"],
)
def test_large_screens_take_little_time(views: list[str]) -> None:
    xml = page(*views)
    began = time.process_time()
    hierarchy = parse(xml)
    classify(ScreenState(hierarchy=hierarchy, package=APP))
    actions = actions_of(hierarchy, APP)
    assert len(hierarchy.nodes) <= MAX_NODES and len(actions) <= 205
    assert time.process_time() - began < 30, "far from linear"


def test_deep_nesting_does_not_recurse() -> None:
    xml = page("<node>" * 5000 + "</node>" * 5000)
    assert classify(ScreenState(hierarchy=parse(xml), package=APP)).kind is DialogKind.NONE
