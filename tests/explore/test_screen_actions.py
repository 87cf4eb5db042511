"""Touching by a script: the right view, and never an answer behind the recording's back."""

import pytest

from farm.explore.selectors import NotOnScreen
from farm.model.events import Expectation, Tap
from farm.model.vocabulary import ConsentAnswer, DialogKind
from tests.explore.fake_phone import CONSENT, HOME, PERMISSION, Phone, Stage
from tests.explore.screens import APP, draw, node, page


@pytest.mark.parametrize(
    ("label", "answer"), [("同意", ConsentAnswer.ACCEPT), ("不同意", ConsentAnswer.DECLINE)]
)
async def test_a_tap_on_a_consent_is_an_answer(label: str, answer: ConsentAnswer) -> None:
    stage = Stage(Phone(CONSENT, moves={label: HOME}))
    await stage.run.screen.tap(label)
    assert stage.diary.answers == [(answer, label)]
    assert stage.around == [f"before {answer} 0", f"after {answer} 1"]


async def test_a_point_on_a_consents_button_is_an_answer_too() -> None:
    stage = Stage(Phone(CONSENT, moves={"同意": HOME}))
    state, found = await stage.run.screen.recognise()
    assert found.accept is not None
    await stage.run.screen.tap_point(state, found.accept.x, found.accept.y)
    assert stage.diary.answers == [(ConsentAnswer.ACCEPT, "同意")]


async def test_a_link_in_a_consent_is_no_answer() -> None:
    linked = draw(
        {
            "title": "温馨提示",
            "body": ["请您阅读以下协议"],
            "links": ["《隐私政策》"],
            "buttons": ["不同意", "同意"],
        }
    )
    stage = Stage(Phone(linked, moves={"《隐私政策》": HOME}))
    await stage.run.screen.tap("《隐私政策》")
    assert stage.diary.answers == [] and stage.phone.taps == ["《隐私政策》"]


async def test_a_tap_on_a_request_says_what_it_answers() -> None:
    stage = Stage(Phone(PERMISSION, moves={"允许": HOME}))
    await stage.run.screen.tap("允许")
    (tap,) = stage.diary.taps
    assert tap.dialog is DialogKind.PERMISSION and tap.allowed is True and tap.answer is None


async def test_the_parent_that_reacts_is_tapped() -> None:
    row = node(
        "LinearLayout",
        bounds=(0, 300, 1080, 420),
        clickable=True,
        inside=node(text="设置", bounds=(60, 320, 300, 400)),
    )
    stage = Stage(Phone(page(row)))
    await stage.run.screen.tap("设置")
    (tap,) = stage.diary.taps
    assert (tap.x, tap.y) == (540, 360) and tap.text == "设置"


async def test_what_is_not_there_cannot_be_tapped() -> None:
    stage = Stage(Phone(HOME))
    with pytest.raises(NotOnScreen, match="no view with text '设置'"):
        await stage.run.screen.tap("设置", timeout=0.05)
    assert stage.phone.taps == []


async def test_a_mistake_in_a_script_is_recorded_at_its_line() -> None:
    stage = Stage(Phone(HOME))

    async def script(screen: object) -> None:
        await stage.run.screen.tap("设置", timeout=0.01)

    assert not await stage.run.play(script)
    last = stage.diary.bodies[-1]
    assert isinstance(last, Expectation) and not last.held
    assert last.detail.startswith("test_screen_actions.py:")


async def test_wait_scroll_and_index() -> None:
    screen = page(
        node("Button", "多", bounds=(0, 0, 100, 100), clickable=True),
        node("Button", "多", bounds=(0, 200, 100, 300), clickable=True),
    )
    stage = Stage(Phone(screen))
    assert await stage.run.screen.count("多") == 2
    await stage.run.screen.tap("多", index=1)
    taps = [each for each in stage.diary.bodies if isinstance(each, Tap)]
    assert taps[-1].y == 250
    assert not await stage.run.screen.scroll_to("底部")
    assert any(each.startswith("input swipe") for each in stage.phone.commands)


async def test_the_enter_key_is_recorded_because_it_may_agree() -> None:
    stage = Stage(Phone(CONSENT))
    await stage.run.phone.press("enter")
    await stage.run.phone.press("back")
    await stage.run.screen.press_enter()
    assert [(tap.text, tap.answer) for tap in stage.diary.taps] == [("[enter]", None)] * 2
    assert all(tap.sent <= tap.confirmed for tap in stage.diary.taps)


async def test_what_another_app_asks_is_not_the_apps_question() -> None:
    """A browser's own terms, say, over the policy that the app opened there."""
    browser = "com.android.chrome"
    stage = Stage(Phone(CONSENT.replace(APP, browser), moves={"同意": HOME}))
    await stage.run.screen.tap("同意")
    assert stage.diary.answers == [] and stage.around == []
    assert [tap.dialog for tap in stage.diary.taps] == [DialogKind.OTHER]
    (dialog,) = stage.diary.dialogs
    assert dialog.dialog is DialogKind.OTHER
    assert dialog.reasons[0] == f"asked by another app: {browser}"
