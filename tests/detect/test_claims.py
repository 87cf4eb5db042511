"""What a scenario expected and claimed: holds, is broken, or cannot be told."""

import pytest

from farm.detect.claims import Passed, ScenarioResult, judge_scenario
from farm.model.events import Claim, Expectation, Gap, Searched, Step
from farm.model.vocabulary import (
    ConsentAnswer,
    DataType,
    GapCause,
    Level,
    Outcome,
    Phase,
    SearchGoal,
    Stream,
)
from tests.detect.builders import IMEI, Scene, ns

TRACKER = "collect.tracker.example"
BEFORE, ACCEPTED = Phase.BEFORE_CONSENT, Phase.AFTER_ACCEPT


def _claim(
    *, expected: bool = False, level: Level = Level.ACCESSED, phase: Phase | None = BEFORE
) -> Claim:
    return Claim(
        name="claimed",
        data_type=DataType.IMEI,
        level=level,
        expected=expected,
        phase=phase,
        place="check.py:7",
    )


def _judge(scene: Scene, *bodies: Claim | Expectation | Searched | Step) -> ScenarioResult:
    for body in bodies:
        scene.add(Stream.UI, 58_000, body)
    scene.end()
    return judge_scenario(scene.session(), scene.streams, scene.exchanges)


def _answered() -> Scene:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    return scene


def _only(result: ScenarioResult) -> Passed:
    (expected,) = result.expectations
    return expected.held


@pytest.mark.parametrize(
    ("call_at", "phase", "held"),
    [
        (1500, BEFORE, Passed.NO),
        (7000, BEFORE, Passed.YES),
        (7000, ACCEPTED, Passed.NO),
        (1500, ACCEPTED, Passed.YES),
        (1500, None, Passed.NO),
        (7000, None, Passed.NO),
        (5050, BEFORE, Passed.UNDETERMINED),  # while the tap was on its way
        (5050, ACCEPTED, Passed.UNDETERMINED),
        (5050, None, Passed.NO),  # whenever it was, it was
    ],
)
def test_no_access(call_at: float, phase: Phase | None, held: Passed) -> None:
    scene = _answered()
    call = scene.call(call_at)
    result = _judge(scene, _claim(phase=phase))
    (expected,) = result.expectations
    assert expected.held is held and result.passed is held
    assert expected.place == "check.py:7"
    if held is not Passed.YES:
        assert call.reference in expected.events


def test_access_that_is_expected() -> None:
    scene = _answered()
    scene.call(7000)
    assert _only(_judge(scene, _claim(expected=True, phase=ACCEPTED))) is Passed.YES
    scene = _answered()
    scene.call(1500)
    assert _only(_judge(scene, _claim(expected=True, phase=ACCEPTED))) is Passed.NO


def test_a_call_that_threw_read_nothing() -> None:
    scene = _answered()
    scene.call(1500, error="java.lang.SecurityException")
    assert _only(_judge(scene, _claim())) is Passed.YES


def test_other_information_does_not_count() -> None:
    scene = _answered()
    scene.call(1500, DataType.ANDROID_ID, "3f9c1d2be47a5086")
    assert _only(_judge(scene, _claim())) is Passed.YES


@pytest.mark.parametrize("expected", [False, True])
def test_what_could_not_be_seen_proves_nothing(expected: bool) -> None:
    scene = _answered()
    gap = Gap(gap_id="1", cause=GapCause.FRIDA_DETACHED, start=ns(1200), end=ns(3000))
    scene.add(Stream.DEVICE, 3000, gap)
    result = _judge(scene, _claim(expected=expected))
    assert _only(result) is Passed.UNDETERMINED
    assert "frida_detached" in result.expectations[0].detail


def test_a_gap_does_not_undo_what_was_seen() -> None:
    scene = _answered()
    scene.call(1500)
    gap = Gap(gap_id="1", cause=GapCause.FRIDA_DETACHED, start=ns(2000), end=ns(3000))
    scene.add(Stream.DEVICE, 3000, gap)
    assert _only(_judge(scene, _claim())) is Passed.NO


@pytest.mark.parametrize(("sent", "held"), [(True, Passed.NO), (False, Passed.YES)])
def test_no_transmission(sent: bool, held: Passed) -> None:
    scene = _answered()
    scene.call(1500)
    scene.flow(1600, TRACKER, path=f"/?imei={IMEI}" if sent else "/?imei=none")
    result = _judge(scene, _claim(level=Level.TRANSMITTED))
    assert _only(result) is held
    if sent:
        assert result.expectations[0].events[0].startswith("network:")


def test_an_expectation_fails_once_and_for_all() -> None:
    result = _judge(
        _answered(),
        Expectation(name="app_stays_running", held=True),
        Expectation(name="app_stays_running", held=False, detail="it ended"),
        Expectation(name="app_stays_running", held=True),
        Expectation(name="other", held=True),
    )
    assert {each.name: each.held for each in result.expectations} == {
        "app_stays_running": Passed.NO,
        "other": Passed.YES,
    }
    assert result.expectations[0].detail == "it ended"
    assert result.passed is Passed.NO


def test_a_failed_step_fails_the_scenario() -> None:
    result = _judge(_answered(), Step(name="agree", state="failed", detail="not done after 5 s"))
    assert result.passed is Passed.NO
    assert result.failed_steps == ["agree: not done after 5 s"]


def test_an_interrupted_session_passes_nothing() -> None:
    scene = _answered()
    scene.outcome = Outcome.INTERRUPTED
    assert _judge(scene, Expectation(name="fine", held=True)).passed is Passed.UNDETERMINED


def test_without_expectations_a_whole_session_holds() -> None:
    assert _judge(_answered()).passed is Passed.YES


@pytest.mark.parametrize(
    ("found", "asked", "passed"),
    [(False, True, Passed.UNDETERMINED), (True, True, Passed.YES), (False, False, Passed.YES)],
)
def test_a_search_in_vain_for_what_a_standard_asks_for_cannot_be_told(
    found: bool, asked: bool, passed: Passed
) -> None:
    search = Searched(
        goal=SearchGoal.POLICY, found=found, asked=asked, screens=4, followed=["我的", "关于"]
    )
    result = _judge(_answered(), search)
    assert result.passed is passed
    assert ["我的 > 关于" in each.detail for each in result.expectations] == [True] * (
        asked and not found
    )
