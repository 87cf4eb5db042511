"""How much of an app a session saw, counted from its events."""

import msgspec

from farm.detect.exploration import explored
from farm.model.events import (
    Exploration,
    PermissionAnswered,
    PermissionAsked,
    Screen,
)
from farm.model.vocabulary import CANARY_HOST, DataType, Stream
from tests.detect.builders import Scene


def _screen(scene: Scene, at: float, activity: str, fingerprint: str, package: str = "") -> None:
    body = Screen(
        package=package or scene.package, activity=activity, fingerprint=fingerprint, texts=[]
    )
    scene.add(Stream.UI, at, body)


def _session(scene: Scene):  # type: ignore[no-untyped-def]
    session = scene.session()
    app = msgspec.structs.replace(
        session.app,
        activities=[f"{scene.package}.{name}" for name in ("Main", "Detail", "Never")],
        permissions=["android.permission.CAMERA", "android.permission.READ_CONTACTS"],
    )
    return msgspec.structs.replace(session, app=app)


def test_counts() -> None:
    scene = Scene()
    _screen(scene, 1000, ".Main", "a")
    _screen(scene, 2000, ".Main", "b")
    _screen(scene, 3000, ".Main", "a")  # seen already
    _screen(scene, 4000, f"{scene.package}.Detail", "a")
    _screen(scene, 5000, ".Settings", "x", package="com.android.settings")  # another app's
    scene.call(1500)
    scene.call(1600)
    scene.call(2500, DataType.ANDROID_ID, "3f9c1d2be47a5086")
    scene.call(2600, DataType.CANARY, "token")
    scene.flow(3000, "One.example")
    scene.flow(3100, "one.example")
    scene.flow(3200, CANARY_HOST)
    asked = {"stack": [], "pid": 1, "tid": 1}
    names = ["android.permission.CAMERA", "android.permission.NOT_DECLARED"]
    scene.add(Stream.API, 3300, PermissionAsked(permissions=names, way="request", **asked))  # type: ignore[arg-type]
    checked = ["android.permission.READ_CONTACTS"]
    scene.add(Stream.API, 3400, PermissionAsked(permissions=checked, way="check", **asked))  # type: ignore[arg-type]
    scene.tap(3500, "x")
    seen = explored(_session(scene), scene.streams)
    assert [count for _, count in seen.screens.points] == [1, 2, 3]
    assert seen.screens.points[0][0] == 1.0
    assert seen.activities_seen == [f"{scene.package}.Main", f"{scene.package}.Detail"]
    assert seen.activities_declared == 3
    assert seen.apis.total == 2 and seen.hosts.total == 1 and seen.touches == 1
    assert seen.permissions_exercised == ["android.permission.CAMERA"]
    assert seen.permissions_declared == [
        "android.permission.CAMERA",
        "android.permission.READ_CONTACTS",
    ]


def test_screens_of_one_structure_are_told_apart_by_their_titles() -> None:
    scene = Scene()
    for number, texts in enumerate(
        [
            ["9:41", "85%", "我的"],
            ["9:42", "84%", "设置"],
            ["9:43", "83%", "设置"],
            ["9:44", "第3页"],
        ]
    ):
        body = Screen(package=scene.package, activity=".Main", fingerprint="a", texts=texts)
        scene.add(Stream.UI, 1000 * number, body)
    assert explored(_session(scene), scene.streams).screens.total == 3


def test_an_answer_exercises_a_permission() -> None:
    scene = Scene()
    body = PermissionAnswered(
        permissions=["android.permission.READ_CONTACTS"], granted=[False], pid=1, tid=1
    )
    scene.add(Stream.API, 100, body)
    assert explored(_session(scene), scene.streams).permissions_exercised == body.permissions


def test_saturation_is_quiet_at_the_end() -> None:
    early, late = Scene(), Scene()
    for scene, last in ((early, 30_000), (late, 58_000)):
        _screen(scene, 1000, ".Main", "a")
        _screen(scene, last, ".Main", "b")
        scene.ended = 60_000
    assert explored(_session(early), early.streams).screens.saturated
    assert not explored(_session(late), late.streams).screens.saturated
    nothing = explored(_session(Scene()), Scene().streams)
    assert nothing.screens.total == 0 and not nothing.screens.saturated


def test_curves_are_bounded_and_keep_their_end() -> None:
    scene = Scene()
    for number in range(1000):
        _screen(scene, 10 * number, ".Main", f"{number}")
    points = explored(_session(scene), scene.streams).screens.points
    assert len(points) <= 200 and points[-1][1] == 1000
    assert points == sorted(points)


def test_walls_of_explorations() -> None:
    scene = Scene()
    for number, ended in enumerate(("events", "nothing new")):
        body = Exploration(
            strategy="model",
            seed=1,
            events=10,
            screens=3,
            ended=ended,
            walls=["欢迎登录", f"第{number}页"],
            avoided={"pay": 2 - number},
        )
        scene.add(Stream.UI, 1000 + number, body)
    walls = explored(_session(scene), scene.streams).walls
    assert walls.log_in == ["欢迎登录", "第0页", "第1页"]
    assert walls.avoided == {"pay": 2} and walls.ended == "nothing new"


def test_equal_recordings_give_equal_counts() -> None:
    scene = Scene()
    _screen(scene, 1000, ".Main", "a")
    scene.call(1500)
    one, two = [explored(_session(scene), scene.streams) for _ in range(2)]
    assert msgspec.json.encode(one) == msgspec.json.encode(two)
