"""Phases: borders are as uncertain as the tap that made them; doubt is never a violation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.detect.phases import Phases, find_phases
from farm.detect.timeline import FOREVER, Interval, Placed, Timeline, place
from farm.model.vocabulary import ConsentAnswer, DialogKind, Phase
from tests.detect.builders import Scene, ns


def phases(scene: Scene) -> Phases:
    return find_phases(Timeline(scene.streams, scene.clock))


def at(found: Phases, lo: float, hi: float | None = None) -> Phase:
    return found.of(Interval(ns(lo), ns(lo if hi is None else hi)))


def answered(answer: ConsentAnswer = ConsentAnswer.ACCEPT) -> Scene:
    scene = Scene()
    scene.dialog(1000)
    scene.answer(5000, answer, takes=100)
    return scene


def test_borders() -> None:
    found = phases(answered())
    assert at(found, 4999) is Phase.BEFORE_CONSENT
    assert at(found, 5000) is Phase.UNDETERMINED
    assert at(found, 5100) is Phase.UNDETERMINED
    assert at(found, 5101) is Phase.AFTER_ACCEPT
    assert at(found, 4900, 5200) is Phase.UNDETERMINED
    assert found.of(Interval(-FOREVER, FOREVER)) is Phase.UNDETERMINED
    before, after = found.intervals(Interval(ns(0), ns(9000)))
    assert (before.start, before.end, before.end_bound) == (ns(0), ns(5050), 50_000_001)
    assert (after.start, after.start_bound, after.end) == (ns(5050), before.end_bound, ns(9000))


def call_at(scene: Scene, found: Phases, at: float, pid: int = 100) -> Phase:
    """The phase of a call at a time, without a trace of it in the scene."""
    event = Scene(package=scene.package).call(at, pid=pid)
    return found.of_event(Placed(event, place(event, scene.clock)))


def test_a_call_after_the_finger_reached_the_app_is_after_the_consent() -> None:
    scene = answered()  # 5000 to 5100; the phone's clock is known to 5 ms
    scene.touched(5040)
    found = phases(scene)
    assert [call_at(scene, found, t) for t in (4980, 5000, 5039.9, 5040, 5040.1, 5060)] == [
        Phase.BEFORE_CONSENT,
        *[Phase.UNDETERMINED] * 3,
        *[Phase.AFTER_ACCEPT] * 2,
    ]
    assert call_at(scene, found, 5040.1, pid=101) is Phase.AFTER_ACCEPT  # one clock for all
    # What the host saw has only the clock's bound to go by.
    assert at(found, 5045) is Phase.UNDETERMINED
    assert at(found, 5046) is Phase.AFTER_ACCEPT
    assert at(found, 4999) is Phase.BEFORE_CONSENT


@pytest.mark.parametrize(
    ("touches", "first_after"),
    [
        ([], 5105.1),  # 5 ms of the clock's bound after the confirmation
        ([(5040, 1, 9)], 5105.1),  # another place
        ([(4990, 1, 1)], 5105.1),  # before the tap was sent
        ([(7200, 1, 1)], 5105.1),  # far too late to be of this tap
        ([(5030, 1, 1), (5060, 1, 4)], 5060.1),  # the last one counts
        ([(5060, 1, 1), (5090, 90, 1)], 5060.1),
        ([(5300, 1, 1), (5900, 1, 1)], 5300.1),  # the app was busy: the tap arrived late
    ],
)
def test_the_touch_of_a_tap_is_the_last_one_in_its_place_and_time(
    touches: list[tuple[float, int, int]], first_after: float
) -> None:
    scene = answered()
    for t, x, y in touches:
        scene.touched(t, x=x, y=y)
    found = phases(scene)
    assert call_at(scene, found, first_after) is Phase.AFTER_ACCEPT
    assert call_at(scene, found, first_after - 0.2) is not Phase.AFTER_ACCEPT
    assert call_at(scene, found, 4994) is Phase.BEFORE_CONSENT


def test_a_finger_never_makes_a_refusal_earlier() -> None:
    scene = answered(ConsentAnswer.DECLINE)
    scene.touched(5040)
    assert call_at(scene, phases(scene), 5060) is Phase.UNDETERMINED


def test_a_finger_orders_nothing_without_a_clock() -> None:
    scene = answered()
    scene.touched(5040)
    scene.clock = None
    found = phases(scene)
    assert at(found, 5100) is Phase.UNDETERMINED
    assert at(found, 5101) is Phase.AFTER_ACCEPT


def test_never_answered_is_before_consent_to_the_end() -> None:
    found = phases(Scene())
    assert at(found, 0) is at(found, 99_000) is Phase.BEFORE_CONSENT
    assert not found.dialog_seen
    assert "no consent was given at all" in found.notes[0]


def test_an_answer_on_another_dialog_is_none() -> None:
    scene = Scene()
    scene.tap(5000, "同意", DialogKind.PERMISSION, answer=ConsentAnswer.ACCEPT)
    assert at(phases(scene), 6000) is Phase.BEFORE_CONSENT


def test_decline_then_accept() -> None:
    scene = answered(ConsentAnswer.DECLINE)
    scene.answer(8000, ConsentAnswer.ACCEPT)
    found = phases(scene)
    assert [at(found, t) for t in (4000, 6000, 9000)] == [
        Phase.BEFORE_CONSENT,
        Phase.AFTER_DECLINE,
        Phase.AFTER_ACCEPT,
    ]


def test_answering_twice_leaves_the_time_between_open() -> None:
    scene = answered()
    scene.answer(8000, ConsentAnswer.ACCEPT)
    found = phases(scene)
    assert at(found, 4000) is Phase.BEFORE_CONSENT
    assert at(found, 6000) is Phase.UNDETERMINED
    assert at(found, 9000) is Phase.AFTER_ACCEPT


def test_restart_after_accept_stays_accepted_unless_asked_anew() -> None:
    scene = answered()
    scene.restart(10_000)
    assert at(phases(scene), 11_000) is Phase.AFTER_ACCEPT
    scene.dialog(10_500)
    found = phases(scene)
    assert at(found, 9000) is Phase.AFTER_ACCEPT
    assert at(found, 11_000) is Phase.UNDETERMINED
    scene.answer(12_000, ConsentAnswer.DECLINE)
    assert at(phases(scene), 13_000) is Phase.AFTER_DECLINE


def test_restart_after_decline_stays_declined() -> None:
    scene = answered(ConsentAnswer.DECLINE)
    scene.restart(10_000)
    scene.dialog(10_500)
    assert at(phases(scene), 11_000) is Phase.AFTER_DECLINE


def withdrawn(at_ms: int = 10_000) -> Scene:
    scene = answered()
    scene.tap(at_ms, "撤回同意")
    scene.tap(at_ms + 500, "确定")  # within the withdrawal: no agreement
    scene.withdrawal(at_ms, takes=1000)
    return scene


def test_a_withdrawal_ends_the_agreement() -> None:
    found = phases(withdrawn())
    assert [at(found, t) for t in (9999, 10_000, 11_000, 11_001, 99_000)] == [
        Phase.AFTER_ACCEPT,
        Phase.UNDETERMINED,
        Phase.UNDETERMINED,
        Phase.AFTER_WITHDRAWAL,
        Phase.AFTER_WITHDRAWAL,
    ]
    shown = [interval.phase for interval in found.intervals(Interval(ns(0), ns(20_000)))]
    assert shown == [Phase.BEFORE_CONSENT, Phase.AFTER_ACCEPT, Phase.AFTER_WITHDRAWAL]


def test_after_a_withdrawal_the_app_may_ask_and_be_agreed_to_again() -> None:
    scene = withdrawn()
    scene.restart(12_000)
    scene.dialog(13_000)
    assert at(phases(scene), 14_000) is Phase.AFTER_WITHDRAWAL
    scene.answer(15_000, ConsentAnswer.ACCEPT)
    found = phases(scene)
    assert at(found, 14_000) is Phase.AFTER_WITHDRAWAL
    assert at(found, 16_000) is Phase.AFTER_ACCEPT


def test_a_tap_that_may_have_agreed_again_leaves_the_phase_open() -> None:
    scene = withdrawn()
    scene.tap(20_000, "进入")
    assert at(phases(scene), 15_000) is Phase.AFTER_WITHDRAWAL
    assert at(phases(scene), 21_000) is Phase.UNDETERMINED


def test_nothing_is_withdrawn_that_was_not_given() -> None:
    scene = Scene()
    scene.withdrawal(10_000)
    found = phases(scene)
    assert at(found, 12_000) is Phase.BEFORE_CONSENT
    assert any("without an agreement" in note for note in found.notes)


def test_dialog_after_a_doubtful_tap_shows_that_nothing_was_agreed() -> None:
    scene = Scene()
    scene.tap(1000, "进入")
    assert at(phases(scene), 3000) is Phase.UNDETERMINED
    scene.dialog(2000)
    found = phases(scene)
    assert at(found, 1500) is Phase.UNDETERMINED
    assert at(found, 3000) is Phase.BEFORE_CONSENT


def test_a_policy_screen_that_was_not_recognised_is_told() -> None:
    scene = Scene()
    scene.screen(1000, texts=["欢迎", "请阅读《隐私政策》", "同意"])
    assert any("not recognised" in note for note in phases(scene).notes)


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.sampled_from(list(ConsentAnswer)), st.integers(0, 5)),
        max_size=5,
    ),
    st.integers(0, 60),
    st.integers(0, 20),
)
def test_a_wider_interval_is_never_more_certain(
    taps: list[tuple[int, ConsentAnswer, int]], start: int, width: int
) -> None:
    scene = Scene()
    for time, answer, takes in taps:
        kind = DialogKind.PRIVACY_CONSENT
        scene.tap(time * 100, "同意", kind, answer=answer, takes=takes * 100)
    found = phases(scene)
    edges = [segment.lo for segment in found.segments] + [found.segments[-1].hi]
    assert edges == sorted(edges) and edges[0] == -FOREVER and edges[-1] == FOREVER
    narrow = at(found, start * 100, (start + width) * 100)
    wide = at(found, start * 100 - 50, (start + width) * 100 + 50)
    assert wide in {narrow, Phase.UNDETERMINED}
