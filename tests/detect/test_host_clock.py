"""Whom the judgement must not accuse: where the host's own clock was set.

Each case stands beside its twin in which the app did it, so that caution hides no guilt.
"""

import pytest

from farm.model.events import Heartbeat
from farm.model.vocabulary import (
    ConsentAnswer,
    DataType,
    Stream,
    VerdictKind,
)
from tests.detect.builders import Scene
from tests.detect.phones import MAKER, SERIAL, sent


def beats(scene: Scene, set_at: float, by: float) -> None:
    """The session's heartbeats, in a session in which the host's clock is set by some ms."""
    for at in range(0, 20_000, 1000):
        t = at + (by if at >= set_at else 0)
        scene.add(Stream.DEVICE, t, Heartbeat(counts={"monotonic_ns": at * 1_000_000 + 77}))


@pytest.mark.parametrize(
    ("by", "kind"),
    [
        (0, VerdictKind.VIOLATION),
        (-2, VerdictKind.VIOLATION),  # less than two readings of a clock are apart
        (-400, VerdictKind.UNDETERMINED),
        (-10_000, VerdictKind.UNDETERMINED),
    ],
)
def test_a_flow_seems_to_lie_before_the_tap_where_the_clock_was_set_back(
    by: float, kind: VerdictKind
) -> None:
    scene = Scene().begin()
    beats(scene, set_at=6000, by=by)
    scene.call(1500, value="null")
    scene.identity(DataType.SERIAL, SERIAL, how="read")
    scene.dialog()
    scene.answer(5600, ConsentAnswer.ACCEPT)
    scene.tells_connections = True
    scene.flow(5500, MAKER, path=f"/?sn={SERIAL}")
    analysis = scene.end().judge()
    assert analysis.verdict.kind is kind, analysis.verdict
    assert (sent(analysis.findings) == []) is (kind is VerdictKind.UNDETERMINED)


def test_setting_the_clock_leaves_certain_what_lies_far_from_it() -> None:
    scene = Scene().begin()
    beats(scene, set_at=12_000, by=-400)
    scene.identity(DataType.SERIAL, SERIAL, how="read")
    scene.dialog()
    scene.answer(5600, ConsentAnswer.ACCEPT)
    scene.tells_connections = True
    scene.flow(5500, MAKER, path=f"/?sn={SERIAL}")
    assert sent(scene.end().judge().findings) == [DataType.SERIAL]


@pytest.mark.parametrize("by", [-3000, 3000])
def test_calls_cannot_be_placed_by_a_clock_that_was_set(by: float) -> None:
    scene = Scene().begin()
    beats(scene, set_at=12_000, by=by)
    scene.call(3000)
    scene.dialog()
    scene.answer(5600, ConsentAnswer.ACCEPT)
    analysis = scene.end().judge()
    assert analysis.verdict.kind is VerdictKind.UNDETERMINED
    assert any("host's clock was set" in reason for reason in analysis.verdict.reasons)


def test_an_older_recording_shows_it_by_the_order_of_its_events() -> None:
    scene = Scene().begin()
    for at in (4000, 5000, 2500, 3500):
        scene.add(Stream.DEVICE, at, Heartbeat())
    scene.identity(DataType.SERIAL, SERIAL, how="read")
    scene.tells_connections = True
    scene.answer(4500, ConsentAnswer.ACCEPT)
    scene.flow(3000, MAKER, path=f"/?sn={SERIAL}")
    assert sent(scene.end().judge().findings) == []
