"""Whom the judgement must not accuse: where the scenario's taps may be lost.

Each case stands beside its twin in which the app did it, so that caution hides no guilt.
"""

import pytest

from farm.model.events import Gap, StateChange
from farm.model.vocabulary import (
    ConsentAnswer,
    GapCause,
    Outcome,
    Phase,
    SessionState,
    Stream,
    VerdictKind,
)
from tests.detect.builders import Scene, ns
from tests.detect.phones import collects


def states(scene: Scene, *reached: SessionState) -> None:
    for number, state in enumerate(reached):
        scene.add(Stream.DEVICE, 100 + number, StateChange(state=state))


WORKING = (SessionState.PREPARING, SessionState.LAUNCHING, SessionState.DRIVING)


@pytest.mark.parametrize("over", [True, False])
def test_a_controller_that_died_may_have_tapped_before(over: bool) -> None:
    scene = Scene().begin()
    states(scene, *WORKING, *((SessionState.STOPPING,) if over else ()))
    scene.outcome = Outcome.INTERRUPTED
    scene.dialog(2000)  # the last that the scenario told; it taps, and is killed
    analysis = collects(scene, 3000).end().judge()
    assert (analysis.findings == []) is not over
    kind = VerdictKind.VIOLATION if over else VerdictKind.UNDETERMINED
    assert analysis.verdict.kind is kind


def test_what_came_before_the_controller_died_is_certain() -> None:
    scene = Scene().begin()
    states(scene, *WORKING)
    scene.outcome = None
    collects(scene, 1500)
    scene.dialog(2000)
    assert scene.end().judge().verdict.kind is VerdictKind.VIOLATION


@pytest.mark.parametrize(
    ("cause", "scope", "kind"),
    [
        (GapCause.DISK_FULL, "", VerdictKind.UNDETERMINED),
        (GapCause.TORN_STREAM, "", VerdictKind.UNDETERMINED),
        (GapCause.EVENTS_DROPPED, "tap", VerdictKind.UNDETERMINED),
        (GapCause.EVENTS_DROPPED, "screen", VerdictKind.VIOLATION),
    ],
)
def test_a_tap_may_be_among_what_the_stream_lost(
    cause: GapCause, scope: str, kind: VerdictKind
) -> None:
    scene = Scene().begin()
    scene.dialog()
    scene.add(Stream.UI, 2500, Gap(gap_id="g", cause=cause, start=ns(2400), scope=scope))
    assert collects(scene, 3000).end().judge().verdict.kind is kind


def test_a_gap_before_the_answer_leaves_what_follows_it_certain() -> None:
    scene = Scene().begin()
    scene.add(Stream.UI, 1500, Gap(gap_id="g", cause=GapCause.TORN_STREAM, start=ns(1400)))
    scene.dialog()
    scene.answer(5000, ConsentAnswer.DECLINE)
    (finding, *_) = collects(scene, 8000).end().judge().findings
    assert finding.phase is Phase.AFTER_DECLINE
