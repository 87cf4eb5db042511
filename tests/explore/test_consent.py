"""Waiting for and answering a consent dialog, on a phone of scripted screens."""

import asyncio
import time

import msgspec
import pytest

from farm.explore.policy import PermissionPolicy
from farm.model.errors import DeviceGone
from farm.model.events import DeviceNote
from farm.model.vocabulary import ConsentAnswer, DialogKind
from tests.explore.fake_phone import (
    CONSENT,
    FAST,
    HOME,
    LAUNCHER,
    PERMISSION,
    SECOND,
    SPLASH,
    Phone,
    Stage,
    quits,
    screen,
    without_countdown,
)
from tests.explore.screens import draw

ACCEPT, DECLINE = ConsentAnswer.ACCEPT, ConsentAnswer.DECLINE


async def test_accept() -> None:
    stage = Stage(Phone(HOME, moves={"同意": HOME}, by_itself=[(3, CONSENT)]))
    found = await stage.run.consent.wait(2)
    assert found is not None and found.title == "温馨提示"
    answer = await stage.run.consent.accept()
    assert answer.answered and answer.gone and not answer.app_left
    assert stage.phone.taps == ["同意"]
    assert stage.diary.answers == [(ACCEPT, "同意")]
    assert stage.around == ["before accept 0", "after accept 1"]
    assert stage.diary.held("consent_dialog_appears") == [True]
    assert stage.diary.held("consent_dialog_gone") == [True]
    tap = stage.diary.taps[0]
    assert tap.dialog is DialogKind.PRIVACY_CONSENT and 0 < tap.sent <= tap.confirmed
    place = stage.diary.bodies.index(tap)
    files = [each.screenshot_file for each in stage.diary.screens]
    assert all(name in stage.diary.files for name in files)
    assert any(each in stage.diary.bodies[:place] for each in stage.diary.screens)
    assert any(each in stage.diary.bodies[place:] for each in stage.diary.screens)


async def test_decline() -> None:
    stage = Stage(Phone(CONSENT, moves={"不同意": HOME}))
    assert await stage.run.consent.wait(2)
    answer = await stage.run.consent.decline()
    assert answer.gone and stage.diary.answers == [(DECLINE, "不同意")]


async def test_decline_at_every_stage() -> None:
    stage = Stage(Phone(CONSENT, moves={"不同意": SECOND, "不同意并退出": quits}))
    assert await stage.run.consent.wait(2)
    answer = await stage.run.consent.decline()
    assert answer.stages == 2 and answer.app_left and answer.gone
    assert stage.diary.answers == [(DECLINE, "不同意"), (DECLINE, "不同意并退出")]
    assert stage.phone.restarts == 0
    assert [each.dialog for each in stage.diary.dialogs] == [DialogKind.PRIVACY_CONSENT] * 2


async def test_second_stage_without_a_way_out() -> None:
    stage = Stage(Phone(CONSENT, moves={"不同意": screen("zh no way out")}))
    assert await stage.run.consent.wait(2)
    answer = await stage.run.consent.decline()
    assert answer.answered and not answer.gone and "no button" in answer.reason
    assert stage.diary.held("consent_dialog_gone") == [False]


async def test_no_decline_button() -> None:
    stage = Stage(Phone(screen("zh no way out")))
    assert await stage.run.consent.wait(2)
    answer = await stage.run.consent.decline()
    assert not answer.answered and stage.phone.taps == []
    assert stage.diary.held("consent_can_be_declined") == [False]
    assert stage.around == []


async def test_advertisement_and_permission_come_first() -> None:
    phone = Phone(SPLASH, moves={"跳过 5": PERMISSION, "拒绝": CONSENT, "同意": HOME})
    stage = Stage(phone)
    assert await stage.run.consent.wait(2)
    assert (await stage.run.consent.accept()).gone
    assert phone.taps == ["跳过 5", "拒绝", "同意"]
    assert [each.answer for each in stage.diary.taps] == [None, None, ACCEPT]
    assert [each.dialog for each in stage.diary.dialogs] == [
        DialogKind.ADVERTISEMENT,
        DialogKind.PERMISSION,
        DialogKind.PRIVACY_CONSENT,
    ]


@pytest.mark.parametrize(
    ("policy", "taps"),
    [(PermissionPolicy.ALLOW, ["允许"]), (PermissionPolicy.LEAVE, [])],
)
async def test_permission_policies(policy: PermissionPolicy, taps: list[str]) -> None:
    phone = Phone(PERMISSION, moves={"允许": CONSENT})
    stage = Stage(phone, policy=msgspec.structs.replace(FAST, permissions=policy))
    found = await stage.run.consent.wait(0.2)
    assert phone.taps == taps
    assert (found is not None) is bool(taps)


async def test_permission_over_the_answered_dialog() -> None:
    stage = Stage(Phone(CONSENT, moves={"同意": PERMISSION, "拒绝": HOME}))
    assert await stage.run.consent.wait(2)
    assert (await stage.run.consent.accept()).gone
    assert stage.phone.taps == ["同意", "拒绝"]
    assert stage.diary.answers == [(ACCEPT, "同意")]


async def test_dialog_never_comes() -> None:
    stage = Stage(Phone(HOME))
    assert await stage.run.consent.wait(0.1) is None
    assert stage.diary.held("consent_dialog_appears") == [False]
    answer = await stage.run.consent.accept()
    assert not answer.answered and stage.phone.taps == []
    assert stage.diary.held("consent_can_be_accepted") == [False]


async def test_dialog_vanishes_before_the_tap() -> None:
    phone = Phone(CONSENT)
    stage = Stage(phone)
    assert await stage.run.consent.wait(2)
    phone.by_itself = [(phone.looks + 2, SPLASH)]
    answer = await stage.run.consent.accept()
    assert not answer.answered and stage.diary.answers == []
    assert "vanished" in answer.reason
    assert stage.diary.held("consent_dialog_gone") == [False]


async def test_dialog_that_stays_is_tapped_again_and_given_up() -> None:
    stage = Stage(Phone(CONSENT))
    assert await stage.run.consent.wait(2)
    answer = await stage.run.consent.accept()
    assert answer.taps == FAST.max_taps and not answer.gone
    assert stage.diary.held("consent_dialog_gone") == [False]


async def test_tap_that_failed_is_recorded_and_repeated() -> None:
    stage = Stage(Phone(CONSENT, moves={"同意": HOME}, refuse_taps=1))
    assert await stage.run.consent.wait(2)
    assert (await stage.run.consent.accept()).gone
    notes = [each.name for each in stage.diary.bodies if isinstance(each, DeviceNote)]
    assert "tap_uncertain" in notes
    assert len(stage.diary.answers) == 2


async def test_button_enabled_after_its_countdown() -> None:
    ready = without_countdown(screen("zh countdown"))
    assert "同意(" not in ready
    phone = Phone(screen("zh countdown"), moves={"同意": HOME})
    stage = Stage(phone)
    assert await stage.run.consent.wait(2)
    phone.by_itself = [(phone.looks + 1, ready)]
    assert (await stage.run.consent.accept()).gone
    assert phone.taps == ["同意"]


async def test_box_is_ticked_before_accepting_only() -> None:
    entry = {
        "title": "温馨提示",
        "body": ["欢迎使用，请您阅读以下协议"],
        "boxes": [{"text": "我已阅读并同意《隐私政策》"}],
        "buttons": ["不同意", "同意"],
    }
    ticked = draw(entry | {"boxes": [{"text": "我已阅读并同意《隐私政策》", "checked": True}]})
    for answer, taps in ((ACCEPT, 2), (DECLINE, 1)):
        phone = Phone(draw(entry), moves={"(90,560)": ticked, "同意": HOME, "不同意": HOME})
        stage = Stage(phone)
        assert await stage.run.consent.wait(2)
        run = stage.run.consent
        done = await (run.accept() if answer is ACCEPT else run.decline())
        assert done.gone, (answer, phone.taps)
        assert len(phone.taps) == taps
        assert len(stage.diary.answers) == 1


async def test_crash_while_waiting_restarts_once() -> None:
    phone = Phone(HOME, by_itself=[(2, quits)], after_restart=CONSENT)
    stage = Stage(phone)
    assert await stage.run.consent.wait(2)
    assert phone.restarts == 1
    assert stage.diary.held("app_stays_running") == [False]
    assert stage.diary.held("app_starts_again") == [True]


async def test_app_that_cannot_be_restarted() -> None:
    stage = Stage(Phone(LAUNCHER, running=False, restartable=False))
    assert await stage.run.consent.wait(2) is None
    assert stage.phone.restarts == 1
    assert stage.diary.held("app_starts_again") == [False]


async def test_other_apps_dialog_is_not_answered() -> None:
    foreign = CONSENT.replace("com.example.reader", "com.other.app")
    stage = Stage(Phone(foreign))
    assert await stage.run.consent.wait(0.1) is None
    assert not (await stage.run.consent.accept()).answered
    assert stage.phone.taps == []


async def test_lost_phone_ends_the_scenario() -> None:
    phone = Phone(CONSENT)
    stage = Stage(phone)
    assert await stage.run.consent.wait(2)
    phone.gone = True
    with pytest.raises(DeviceGone):
        await stage.run.consent.accept()


async def test_window_that_forbids_screenshots() -> None:
    stage = Stage(Phone(CONSENT, moves={"同意": HOME}, secure=True))
    assert await stage.run.consent.wait(2)
    assert (await stage.run.consent.accept()).gone
    assert all(each.screenshot_file == "" for each in stage.diary.screens)
    notes = [each.name for each in stage.diary.bodies if isinstance(each, DeviceNote)]
    assert notes.count("screenshot_failed") == 1


async def test_hostile_screen() -> None:
    evil = draw(
        {
            "title": "温馨提示\x1b[2J",
            "body": ["《隐私政策》<img src=x onerror=alert(1)>" + "../" * 3_000_000],
            "buttons": ["不同意", "同意"],
        }
    )
    stage = Stage(Phone(evil, moves={"同意": HOME}))
    assert await stage.run.consent.wait(20)
    assert (await stage.run.consent.accept()).gone
    for each in stage.diary.screens:
        assert sum(map(len, each.texts)) < 200_000
        assert not any("\x1b" in text for text in each.texts)
    assert all(len(data) <= 2 * 1024 * 1024 for data in stage.diary.files.values())


async def test_cancelled_tap_is_recorded_as_uncertain() -> None:
    phone = Phone(CONSENT)
    stage = Stage(phone)
    assert await stage.run.consent.wait(2)

    async def slow(x: int, y: int) -> tuple[int, int]:
        await asyncio.sleep(5)
        return 0, 0

    phone.tap = slow  # type: ignore[method-assign]
    async with stage.run.step("accept", deadline=0.1):
        await stage.run.consent.accept()
    assert stage.diary.failed_steps == ["accept"]
    assert stage.diary.answers == [(ACCEPT, "同意")]
    tap = stage.diary.taps[0]
    assert tap.confirmed - tap.sent >= 5_000_000_000
    assert tap.confirmed > time.time_ns()


async def test_app_that_leaves_the_screen_but_stays_in_memory() -> None:
    stage = Stage(Phone(CONSENT, moves={"不同意": LAUNCHER}))
    assert await stage.run.consent.wait(2)
    answer = await stage.run.consent.decline()
    assert answer.gone and answer.app_left and stage.phone.running


async def test_dialog_that_never_stands_still_is_still_reported() -> None:
    phone = Phone(CONSENT)
    moved = [CONSENT.replace("[60,530]", f"[{60 + step},530]") for step in range(1, 400)]
    assert moved[0] != CONSENT
    phone.by_itself = [(number + 2, xml) for number, xml in enumerate(moved)]
    assert await Stage(phone).run.consent.wait(0.1) is not None


async def test_system_notices_are_put_off() -> None:
    notice = screen("zh system update")
    stage = Stage(Phone(notice, moves={"以后再说": CONSENT, "同意": HOME}))
    assert await stage.run.consent.wait(2)
    assert (await stage.run.consent.accept()).gone
    assert stage.phone.taps == ["以后再说", "同意"]
