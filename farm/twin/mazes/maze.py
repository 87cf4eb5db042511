"""A maze of screens as values, grown from one line of the table. Pure: equal lines, equal mazes.

Knows no Android: a twin app (`apps.py`) or a test draws the screens.
"""

import random
from collections import deque
from importlib import resources

import msgspec
import yaml

_FIRST = [
    "附近", "精选", "热门", "最新", "我的", "全部", "今日", "本周", "专属", "推荐", "城市", "夜间",
    "品牌", "官方", "周末", "海外", "校园", "家庭", "早间", "限时",
]  # fmt: skip
_SECOND = [
    "影院", "美食", "书店", "音乐", "课程", "景点", "球场", "咖啡", "花店", "画廊", "集市", "话题",
    "地图", "菜谱", "电台", "相册", "食堂", "车站", "公园", "专栏",
]  # fmt: skip
_DANGER = ["退出登录", "删除全部记录", "立即购买", "拨打客服电话", "注销账号"]
_TEXTS = [
    "内容每天更新，欢迎常来看看。",
    "这里还没有更多内容。",
    "下拉可以刷新本页。",
    "数据来自公开渠道，仅供参考。",
]
NOWHERE = -1
FOREIGN = -2  # another app comes to the front
RESET = -3  # what must not be touched: all is lost, back at the log-in of the first screen


class Item(msgspec.Struct, frozen=True):
    """Something to tap, and the screen it leads to."""

    text: str
    target: int


class MazeScreen(msgspec.Struct, frozen=True, kw_only=True):
    """One screen. `kind` says how it is drawn and behaves."""

    id: int
    kind: str  # "menu", "leaf", "feed", "form", "canvas", "web", "wall", "detail"
    title: str
    items: tuple[Item, ...] = ()
    text: str = ""
    dialog: str = ""  # on entering: "permission", "update", "advertisement", "rating", "battery"


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the table."""

    name: str
    label: str
    screens: int
    seed: int
    branching: int = 5
    feeds: int = 0
    forms: int = 0
    canvases: int = 0
    webs: int = 0
    walls: int = 0
    dangers: int = 1
    foreign: int = 0
    dialogs: int = 0
    consent: bool = True
    profile: str = "xiaomi-mi8-android9-su"  # which phone's system dialogs it is shown on


class Maze(msgspec.Struct, frozen=True, kw_only=True):
    """All screens; number 0 is the first one after the consent."""

    spec: Spec
    screens: tuple[MazeScreen, ...]

    @property
    def reachable(self) -> frozenset[int]:
        """Screens that can be reached without an account and without touching a danger."""
        seen = {0}
        queue = deque([0])
        while queue:
            screen = self.screens[queue.popleft()]
            if screen.kind == "wall":
                continue
            for item in screen.items:
                if item.target >= 0 and item.target not in seen:
                    seen.add(item.target)
                    queue.append(item.target)
        return frozenset(seen)


def load_specs() -> list[Spec]:
    """The table that ships."""
    text = resources.files("farm.twin.mazes").joinpath("mazes.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), list[Spec])


def grow(spec: Spec) -> Maze:
    """Grow the maze of one line."""
    chance = random.Random(spec.seed)  # noqa: S311 - reproducible on purpose
    names = [first + second for first in _FIRST for second in _SECOND]
    chance.shuffle(names)
    parents = _parents(spec, chance)
    children: list[list[int]] = [[] for _ in range(spec.screens)]
    for number, parent in enumerate(parents):
        if parent >= 0:
            children[parent].append(number)
    kinds = _kinds(spec, children, chance)
    dialogs = _spread(spec.dialogs, range(1, spec.screens), chance)
    words = ["permission", "update", "advertisement", "rating", "battery"]
    items: list[list[Item]] = [[Item(names[child], child) for child in each] for each in children]
    for number, each in enumerate(items):  # ways across, and home
        if kinds[number] in {"menu", "feed"} and number:
            if chance.random() < 0.3:
                each.append(Item("首页", 0))
            if chance.random() < 0.15:
                other = chance.randrange(spec.screens)
                if not other or kinds[parents[other]] != "wall":
                    each.append(Item(names[other] + "入口", other))
        chance.shuffle(each)
    menus = [number for number, kind in enumerate(kinds) if kind == "menu"]
    for danger in range(spec.dangers):
        items[chance.choice(menus)].append(Item(_DANGER[danger % len(_DANGER)], RESET))
    for _ in range(spec.foreign):
        items[chance.choice(menus)].append(Item("在浏览器中打开", FOREIGN))
    screens = [
        MazeScreen(
            id=number,
            kind=kinds[number],
            title="首页" if number == 0 else names[number],
            items=tuple(items[number]),
            text=chance.choice(_TEXTS),
            dialog=words[dialogs.index(number) % len(words)] if number in dialogs else "",
        )
        for number in range(spec.screens)
    ]
    return Maze(spec=spec, screens=tuple(screens))


def _parents(spec: Spec, chance: random.Random) -> list[int]:
    """A tree: each screen's parent, wide near the root and with some long corridors."""
    parents = [NOWHERE]
    counts = [0] * spec.screens
    for number in range(1, spec.screens):
        if number > 3 and chance.random() < 0.35:
            parent = number - 1  # a corridor goes on
        else:
            parent = chance.randrange(number)
        while counts[parent] >= spec.branching:
            parent = chance.randrange(number)
        counts[parent] += 1
        parents.append(parent)
    return parents


def _kinds(spec: Spec, children: list[list[int]], chance: random.Random) -> list[str]:
    kinds = ["menu" if each else "leaf" for each in children]
    inner = [number for number, each in enumerate(children) if each and number]
    single = [number for number in inner if len(children[number]) == 1]
    small = [number for number in inner if _below(number, children) <= spec.screens // 8]
    for kind, count, pool in (
        ("wall", spec.walls, small),
        ("form", spec.forms, single),
        ("canvas", spec.canvases, inner),
        ("web", spec.webs, inner),
        ("feed", spec.feeds, inner),
    ):
        free = [number for number in pool if kinds[number] == "menu"]
        for number in _spread(count, free, chance):
            kinds[number] = kind
    return kinds


def _below(number: int, children: list[list[int]]) -> int:
    """How many screens stand under one."""
    return sum(1 + _below(child, children) for child in children[number])


def _spread(count: int, among: object, chance: random.Random) -> list[int]:
    pool = list(among)  # type: ignore[call-overload]
    return sorted(chance.sample(pool, min(count, len(pool))))
