"""The scenarios that ship, whole, on a phone of scripted screens."""

import pytest

from farm.detect.clauses.packs import shipped_packs
from farm.explore import loader
from farm.model.events import Expectation, Step
from farm.model.vocabulary import ConsentAnswer, DialogKind
from tests.explore.fake_phone import (
    CONSENT,
    HOME,
    PERMISSION,
    SECOND,
    SPLASH,
    Phone,
    Stage,
    quits,
)


async def _play(name: str, phone: Phone) -> Stage:
    """Run one with its waits shortened."""
    scenario = loader.load(name)
    wanted = {"watched": "0.3", "dialog": "0.5"}
    own = {each.name for each in scenario.signature.parameters}
    scenario = scenario.bound({key: text for key, text in wanted.items() if key in own})
    stage = Stage(phone)
    assert await stage.run.play(scenario.function, scenario.values)
    assert stage.diary.failed_steps == []
    assert any(isinstance(each, Step) for each in stage.diary.bodies)
    return stage


@pytest.mark.parametrize("shown", [CONSENT, PERMISSION, SPLASH, HOME])
async def test_launch_idle_touches_nothing(shown: str) -> None:
    stage = await _play("launch_idle", Phone(shown))
    assert stage.phone.taps == [] and stage.diary.taps == []


async def test_launch_idle_restarts_a_crashed_app_once() -> None:
    phone = Phone(HOME, by_itself=[(2, quits), (9, quits)], after_restart=CONSENT)
    stage = await _play("launch_idle", phone)
    assert phone.restarts == 1 and phone.taps == []
    assert [each.dialog for each in stage.diary.dialogs] == [DialogKind.PRIVACY_CONSENT]


async def test_accept_then_permission() -> None:
    phone = Phone(SPLASH, moves={"跳过 5": CONSENT, "同意": PERMISSION, "拒绝": HOME})
    stage = await _play("accept", phone)
    assert phone.taps == ["跳过 5", "同意", "拒绝"]
    assert stage.diary.answers == [(ConsentAnswer.ACCEPT, "同意")]


async def test_accept_and_crash_later() -> None:
    phone = Phone(CONSENT, moves={"同意": HOME})
    phone.by_itself = [(14, quits)]
    stage = await _play("accept", phone)
    assert phone.restarts == 1
    assert stage.diary.answers == [(ConsentAnswer.ACCEPT, "同意")]


async def test_accept_where_no_dialog_comes() -> None:
    stage = await _play("accept", Phone(HOME))
    assert stage.diary.answers == []
    assert stage.diary.held("consent_dialog_appears") == [False]
    assert isinstance(stage.diary.bodies[-1], Step)


async def test_decline_twice_and_the_app_quits() -> None:
    phone = Phone(CONSENT, moves={"不同意": SECOND, "不同意并退出": quits})
    stage = await _play("decline", phone)
    assert phone.restarts == 0
    assert [answer for answer, _ in stage.diary.answers] == [ConsentAnswer.DECLINE] * 2
    assert stage.diary.held("app_stays_running") == [False]


async def test_decline_and_the_app_goes_on() -> None:
    stage = await _play("decline", Phone(CONSENT, moves={"不同意": HOME}))
    assert stage.diary.answers == [(ConsentAnswer.DECLINE, "不同意")]
    held = [each for each in stage.diary.bodies if isinstance(each, Expectation)]
    assert all(each.held for each in held)


@pytest.mark.parametrize("name", ["accept", "decline"])
async def test_crash_between_dialog_and_answer(name: str) -> None:
    phone = Phone(CONSENT, moves={"同意": HOME, "不同意": HOME}, after_restart=CONSENT)
    phone.by_itself = [(3, quits)]
    stage = await _play(name, phone)
    assert phone.restarts == 1
    assert len(stage.diary.answers) == 1


def test_scenarios_that_rule_packs_name_exist() -> None:
    shipped = {each.name for each in loader.available()}
    for loaded in shipped_packs():
        for clause in loaded.pack.clauses:
            assert set(clause.scenarios) <= shipped, clause.id
