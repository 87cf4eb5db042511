"""Counts of calls: a minute, in the background, a page; what is not known does not count."""

import pytest

from farm.model.events import Screen
from farm.model.finding import Frequency
from farm.model.vocabulary import ConsentAnswer, Stream
from tests.detect.builders import Scene


def frequency(scene: Scene) -> Frequency:
    (finding,) = scene.end(299_000).judge().findings
    assert finding.frequency is not None
    return finding.frequency


def front(scene: Scene, at: float, package: str, activity: str = "A") -> None:
    scene.add(Stream.UI, at, Screen(package=package, activity=activity, fingerprint="f"))


@pytest.mark.parametrize(
    ("times", "busiest"),
    [
        ([2000], 1),
        ([2000, 61_000], 2),
        ([2000, 63_000], 1),
        ([2000, 3000, 4000, 100_000, 130_000, 159_000, 159_500], 4),
    ],
)
def test_busiest_minute(times: list[float], busiest: int) -> None:
    scene = Scene().begin()
    for at in times:
        scene.call(at)
    found = frequency(scene)
    assert found.busiest_minute == busiest and found.calls == len(times)
    assert found.per_minute == pytest.approx(len(times) / (299 / 60), abs=0.02)


def test_the_clocks_bound_makes_a_minute_shorter() -> None:
    for bound, busiest in ((5, 2), (2000, 1)):
        scene = Scene(clock_bound_ms=bound).begin()
        scene.call(10_000)
        scene.call(69_000)
        assert frequency(scene).busiest_minute == busiest


def test_background_needs_another_app_before_and_after() -> None:
    scene = Scene().begin()
    front(scene, 2000, scene.package, "Main")
    scene.call(3000)
    front(scene, 10_000, "com.android.launcher3")
    scene.call(12_000)
    scene.call(14_000)
    front(scene, 20_000, "com.android.launcher3")
    scene.call(22_000)  # the app may have come back just before
    front(scene, 30_000, scene.package, "Second")
    scene.call(31_000)
    front(scene, 40_000, "com.android.permissioncontroller")  # drawn over the app
    scene.call(41_000)
    front(scene, 50_000, "com.android.permissioncontroller")
    found = frequency(scene)
    assert found.background == 2
    assert found.per_page == {
        "com.android.launcher3": 3,
        "Main": 1,
        "Second": 1,
        "com.android.permissioncontroller": 1,
    }
    assert found.shortest_interval_ms == 2000


def test_calls_of_other_phases_do_not_count() -> None:
    scene = Scene().begin()
    scene.call(2000)
    scene.dialog(3000)
    scene.answer(5000, ConsentAnswer.ACCEPT)
    for at in range(6000, 9000, 100):
        scene.call(at)
    assert frequency(scene).calls == 1
