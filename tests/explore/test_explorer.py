"""The explorer on mazes behind the driver's protocol: what it finds, avoids, leaves and reports."""

import msgspec
import pytest

from farm.explore.explorer.actions import actions_of, avoided
from farm.explore.explorer.graph import Graph
from farm.explore.explorer.values import Action, ActionKind
from farm.explore.hierarchy_xml import parse
from farm.explore.pictures.words import reader
from farm.explore.run import Run
from farm.model.events import Exploration
from farm.twin.mazes.maze import Item, Maze, MazeScreen, Spec, grow, load_specs
from tests.explore.fake_phone import Diary, quits
from tests.explore.fake_phone import Phone as ScriptedPhone
from tests.explore.maze_phone import PACKAGE, MazePhone
from tests.explore.mazes import QUICK, walk
from tests.explore.screens import draw, node, page

SMALL = Spec(name="t", label="t", screens=36, seed=5, feeds=1, walls=1, dangers=3, dialogs=3)


def _plain(*screens: MazeScreen, consent: bool = False) -> Maze:
    spec = Spec(name="t", label="t", screens=len(screens), seed=0, consent=consent)
    return Maze(spec=spec, screens=screens)


def test_the_table_has_twenty_mazes_of_30_to_300_screens() -> None:
    specs = load_specs()
    assert len(specs) == 20 and len({spec.name for spec in specs}) == 20
    sizes = sorted(spec.screens for spec in specs)
    assert sizes[0] == 30 and sizes[-1] == 300
    assert len({spec.profile for spec in specs}) >= 10
    for spec in specs:
        maze = grow(spec)
        assert maze == grow(spec)
        assert len(maze.reachable) >= 0.75 * spec.screens
        kinds = [screen.kind for screen in maze.screens]
        assert kinds.count("wall") == spec.walls and kinds.count("canvas") == spec.canvases


async def test_finds_more_than_the_baselines() -> None:
    total = {"model": 0, "monkey": 0, "breadth-first": 0}
    for seed in (5, 6):
        maze = grow(msgspec.structs.replace(SMALL, seed=seed))
        for name in total:
            total[name] += (await walk(maze, name, 3 * SMALL.screens, read_pictures=False)).seen
    assert total["model"] >= 1.5 * total["monkey"], total
    assert total["model"] > total["breadth-first"], total


async def test_equal_seeds_make_equal_walks() -> None:
    maze = grow(SMALL)
    one, two = [await walk(maze, "monkey", 60, seed=3, read_pictures=False) for _ in range(2)]
    assert one.report == two.report
    other = await walk(maze, "monkey", 60, seed=4, read_pictures=False)
    assert other.report.script != one.report.script
    model = [await walk(maze, "model", 60, seed=3, read_pictures=False) for _ in range(2)]
    assert model[0].report == model[1].report


async def test_what_costs_or_destroys_is_not_touched() -> None:
    walked = await walk(grow(SMALL), "model", 150, read_pictures=False)
    assert walked.resets == 0
    assert sum(walked.report.avoided.values()) >= 2
    assert set(walked.report.avoided) <= {"pay", "call", "delete", "log_out", "publish"}


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("立即购买", "pay"),
        ("Buy now", "pay"),
        ("拨打客服电话", "call"),
        ("注销账号", "delete"),
        ("Delete account", "delete"),
        ("退出登录", "log_out"),
        ("Sign out", "log_out"),
        ("发布", "publish"),
        ("Calls and messages", ""),  # no whole word of it
        ("我的购物车", ""),
        ("Display", ""),
        ("设置", ""),
    ],
)
def test_labels_to_avoid(label: str, reason: str) -> None:
    assert avoided(label) == reason


async def test_a_log_in_wall_is_reported_and_left() -> None:
    maze = _plain(
        MazeScreen(id=0, kind="menu", title="首页", items=(Item("甲一", 1), Item("乙二", 2))),
        MazeScreen(id=1, kind="wall", title="登录", items=()),
        MazeScreen(id=2, kind="leaf", title="乙二"),
    )
    walked = await walk(maze, "model", 20, read_pictures=False)
    assert walked.seen == 3
    assert [(wall.title, wall.passed) for wall in walked.report.walls] == [("欢迎登录", False)]


async def test_another_app_is_left() -> None:
    maze = _plain(
        MazeScreen(
            id=0, kind="menu", title="首页", items=(Item("在浏览器中打开", -2), Item("乙二", 1))
        ),
        MazeScreen(id=1, kind="leaf", title="乙二"),
    )
    walked = await walk(maze, "model", 20, read_pictures=False)
    assert walked.seen == 2 and walked.report.foreign == ["com.android.browser"]


async def test_an_app_that_cannot_be_started_ends_it() -> None:
    phone = ScriptedPhone(page(node(text="x")), by_itself=[(2, quits)], restartable=False)
    run = Run(driver=phone, journal=Diary(), app=phone, policy=QUICK)
    report = await run.explore(events=200)
    assert report.ended == "app does not start" and report.events < 20


async def test_budgets() -> None:
    maze = _plain(MazeScreen(id=0, kind="leaf", title="空"))
    for limits, ended in (
        ({"events": 7}, "events"),
        ({"seconds": 0.2}, "seconds"),
        ({"until_idle": 9}, "nothing new"),
    ):
        phone = MazePhone(maze)
        diary = Diary()
        run = Run(driver=phone, journal=diary, app=phone, policy=QUICK)
        report = await run.explore(**limits)
        assert report.ended == ended
        noted = [each for each in diary.bodies if isinstance(each, Exploration)]
        assert len(noted) == 1 and noted[0].ended == ended
    with pytest.raises(ValueError, match="expected events="):
        await run.explore()
    with pytest.raises(ValueError, match="strategy"):
        await run.explore(events=1, strategy="best")


async def test_what_recorders_hear_counts_as_new() -> None:
    """Of two rows that look alike, the one whose kind brought a new host is preferred."""
    graph = Graph()
    tap = Action(kind=ActionKind.TAP, key="a", group="loud")
    quiet = Action(kind=ActionKind.TAP, key="b", group="quiet")
    place, _ = graph.see("s", [tap, quiet])
    for _ in range(3):
        graph.done(place, tap, "s", news=True)
        graph.done(place, quiet, "s", news=False)
    assert graph.groups["loud"].rate > 2 * graph.groups["quiet"].rate


async def test_news_from_the_recorders_keeps_it_going() -> None:
    heard: set[str] = set()

    async def novelty() -> set[str]:
        heard.add(f"host:{len(heard)}.example")
        return set(heard)

    maze = _plain(MazeScreen(id=0, kind="leaf", title="空"))
    phone = MazePhone(maze)
    run = Run(driver=phone, journal=Diary(), app=phone, policy=QUICK, novelty=novelty)
    report = await run.explore(events=40, until_idle=9)
    assert report.ended == "events"


async def test_words_that_stand_only_in_the_picture() -> None:
    if reader() is None:
        pytest.skip("RapidOCR is not installed (an extra)")
    maze = _plain(
        MazeScreen(
            id=0,
            kind="canvas",
            title="画布",
            items=(Item("城市景点", 1), Item("品牌咖啡", 2), Item("立即购买", -3)),
        ),
        MazeScreen(id=1, kind="leaf", title="城市景点"),
        MazeScreen(id=2, kind="leaf", title="品牌咖啡"),
    )
    walked = await walk(maze, "model", 14)
    assert walked.seen == 3 and walked.resets == 0
    assert walked.report.avoided == {"pay": 1}


def test_a_canvas_without_words_is_tapped_on_a_grid() -> None:
    xml = page(
        node("android.view.View", bounds=(0, 100, 1080, 2300), package=PACKAGE), package=PACKAGE
    )
    taps = [a for a in actions_of(parse(xml), PACKAGE) if a.kind is ActionKind.TAP]
    assert len(taps) == 15 and len({(a.x, a.y) for a in taps}) == 15
    assert all(0 < a.x < 1080 and 100 < a.y < 2300 for a in taps)


def test_actions_are_bounded_and_told_apart() -> None:
    xml = draw({"title": "列表", "rows": ["同名"] * 3 + [f"第{n}行" for n in range(400)]})
    actions = actions_of(parse(xml), "com.example.reader")
    assert len(actions) <= 205
    assert len({each.key for each in actions}) == len(actions)


async def test_consent_on_the_way_is_answered_as_asked() -> None:
    maze = _plain(MazeScreen(id=0, kind="leaf", title="空"), consent=True)
    for answer, label in (("accept", "同意"), ("decline", "不同意")):
        phone = MazePhone(maze)
        diary = Diary()
        run = Run(driver=phone, journal=diary, app=phone, policy=QUICK)
        await run.explore(events=4, consent=answer)
        assert diary.answers[0] == (answer, label)


async def test_many_interruptions_do_not_end_a_long_walk() -> None:
    """Each screen asks for something once: more in all than one dialog may in a row."""
    count = 30
    rows = tuple(Item(f"甲{chr(0x4E00 + number)}", number) for number in range(1, count))
    asking = [
        MazeScreen(id=n, kind="leaf", title=f"页{chr(0x4E00 + n)}", dialog="permission")
        for n in range(1, count)
    ]
    maze = _plain(MazeScreen(id=0, kind="menu", title="首页", items=rows), *asking)
    walked = await walk(maze, "model", 160, read_pictures=False)
    assert walked.seen == count, walked.report
