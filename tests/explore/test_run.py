"""Steps, settling and looking."""

import asyncio

import msgspec
import pytest

from farm.model.errors import DeviceGone
from farm.model.events import Step
from tests.explore.fake_phone import CONSENT, FAST, HOME, PERMISSION, SPLASH, Phone, Stage, quits


async def test_step_that_ends() -> None:
    stage = Stage(Phone(HOME))
    async with stage.run.step("look"):
        await stage.run.screen.observe()
    states = [each.state for each in stage.diary.bodies if isinstance(each, Step)]
    assert states == ["begin", "end"]


async def test_step_out_of_time_goes_on() -> None:
    stage = Stage(Phone(HOME))
    async with stage.run.step("sleep", deadline=0.01):
        await asyncio.sleep(5)
    assert stage.diary.failed_steps == ["sleep"]


async def test_error_in_a_step_is_recorded_and_raised() -> None:
    stage = Stage(Phone(HOME, gone=True))
    with pytest.raises(DeviceGone):
        async with stage.run.step("look"):
            await stage.run.screen.observe()
    assert stage.diary.failed_steps == ["look"]
    with pytest.raises(TimeoutError):
        async with stage.run.step("own timeout", deadline=5):
            async with asyncio.timeout(0):
                await asyncio.sleep(1)


async def test_settle_touches_nothing() -> None:
    for shown in (CONSENT, PERMISSION, SPLASH):
        stage = Stage(Phone(shown))
        await stage.run.settle(0.05)
        assert stage.phone.taps == []
        assert len(stage.diary.dialogs) == 1


async def test_settle_without_revival_notes_the_end_once() -> None:
    stage = Stage(Phone(HOME, by_itself=[(2, quits)]))
    await stage.run.settle(1.0)
    assert stage.phone.restarts == 0
    assert stage.diary.held("app_stays_running") == [False]


async def test_settle_with_revival_restarts_once() -> None:
    stage = Stage(Phone(HOME, by_itself=[(2, quits), (8, quits)]))
    await stage.run.settle(1.5, revive=True)
    assert stage.phone.restarts == 1
    assert stage.diary.held("app_stays_running") == [False, False]


async def test_unchanged_screen_is_kept_at_intervals_only() -> None:
    stage = Stage(Phone(HOME), policy=msgspec.structs.replace(FAST, keep_interval=60))
    for _ in range(10):
        await stage.run.screen.observe()
    assert len(stage.diary.screens) == 1
    await stage.run.screen.observe(keep=True)
    assert len(stage.diary.screens) == 2


async def test_number_of_files_is_bounded() -> None:
    stage = Stage(Phone(HOME), policy=msgspec.structs.replace(FAST, max_screens=3))
    for number in range(10):
        stage.phone.shown = HOME.replace("[0,0]", f"[{number},0]")
        await stage.run.screen.observe()
    assert len(stage.diary.screens) == 10
    assert len(stage.diary.files) == 6


async def test_looks_are_bounded_in_rate() -> None:
    stage = Stage(Phone(HOME), policy=msgspec.structs.replace(FAST, observe_interval=0.05))
    await stage.run.settle(0.3)
    assert stage.phone.looks <= 8
