"""A phone with a maze on it, at the driver's seam: what an explorer sees and touches.

Draws each screen as uiautomator prints it, keeps a back stack and a scroll position, and knows
which screens were really shown, which no explorer is told.
"""

import io
import random
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from farm.devices.values import ShellResult
from farm.explore.hierarchy_xml import parse
from farm.twin.mazes.maze import FOREIGN, RESET, Maze, MazeScreen
from farm.twin.runtime.drawing import font_file
from tests.explore.fake_phone import LAUNCHER
from tests.explore.screens import HEIGHT, WIDTH, draw, node

PACKAGE = "com.example.maze"
_BROWSER = "com.android.browser"
_ROWS = 12
_ROW = 150
_TOP = 260
_GRANT = "com.lbe.security.miui:id/permission_"
CONSENT = draw(
    {
        "package": PACKAGE,
        "title": "温馨提示",
        "body": ["欢迎使用，请您阅读并同意《用户协议》和《隐私政策》"],
        "buttons": ["不同意", "同意"],
    }
)
_DIALOGS = {
    "permission": {
        "package": "com.lbe.security.miui",
        "body": ["允许“迷宫”获取此设备的位置信息？"],
        "buttons": [f"拒绝#{_GRANT}deny_button", f"仅在使用中允许#{_GRANT}allow_button"],
    },
    "update": {
        "package": PACKAGE,
        "title": "发现新版本",
        "body": ["修复问题"],
        "buttons": ["以后再说", "立即更新"],
    },
    "advertisement": {"package": PACKAGE, "body": ["年中大促"], "corner": "跳过 5"},
    "rating": {
        "package": PACKAGE,
        "title": "给个好评",
        "body": ["喜欢我们的应用吗"],
        "buttons": ["下次再说", "去好评"],
    },
    "battery": {
        "package": PACKAGE,
        "title": "后台运行",
        "body": ["请允许忽略电池优化"],
        "buttons": ["取消", "去设置"],
    },
}


class MazePhone:
    """One app on one phone. `shown` is the set of screens that were really shown."""

    package = PACKAGE

    def __init__(self, maze: Maze, seed: int = 0) -> None:
        self.maze = maze
        self.shown: set[int] = set()
        self.resets = 0
        self._random = random.Random(seed)
        self._consented = not maze.spec.consent
        self._stack: list[int] = []
        self._running = True
        self._front = PACKAGE
        self._scroll = 0
        self._typed = ""
        self._dialog = ""
        self._asked: set[int] = set()
        self._detail = False
        self._enter(0)

    # what the driver protocol asks for
    async def hierarchy(self) -> str:
        return self._draw()

    async def screenshot(self) -> bytes:
        screen = self._screen
        if self._plain and screen.kind in {"canvas", "web"}:
            return _picture(tuple(item.text for item in screen.items), screen.title)
        return b"\x89PNG\r\n\x1a\n"

    async def current(self) -> tuple[str, str]:
        if self._front != PACKAGE:
            return self._front, ".Main"
        return PACKAGE, f".{self._screen.kind.title()}Activity"

    async def tap(self, x: int, y: int) -> tuple[int, int]:
        sent = time.time_ns()
        self._tap(x, y)
        return sent, time.time_ns()

    async def press(self, key: str) -> None:
        if key == "home":
            self._front = "com.miui.home"
        elif key == "enter" and self._plain and self._screen.kind == "form" and self._typed:
            self._follow(0)
        elif key == "back":
            self._back()

    async def type_text(self, text: str) -> None:
        self._typed = text

    async def shell(self, *argv: str, timeout: float = 20, root: bool = False) -> ShellResult:
        if argv[:2] == ("input", "swipe"):
            down = int(argv[3]) > int(argv[5])
            most = max(len(self._rows()) - _ROWS, 0)
            if self._screen.kind == "feed":
                most = 10_000
            step = _ROWS - 2 if down else 2 - _ROWS
            self._scroll = min(max(self._scroll + step, 0), most)
        return ShellResult(exit_code=0, stdout="")

    async def install(self, apks: Sequence[Path], grant: bool = False) -> None:
        raise AssertionError("no explorer installs anything")

    async def alive(self) -> bool:
        return self._running

    async def restart(self) -> bool:
        self._running, self._front = True, PACKAGE
        self._stack = []
        self._enter(0)
        return True

    async def home(self) -> None:
        self._front = "com.miui.home"

    async def foreground(self) -> None:
        self._front = PACKAGE
        if not self._stack:
            self._enter(0)

    async def stop(self) -> None:
        self._running = False

    # the app
    @property
    def _screen(self) -> MazeScreen:
        return self.maze.screens[self._stack[-1]]

    @property
    def _plain(self) -> bool:
        """Whether the app's own screen shows, and nothing over it."""
        return self._front == PACKAGE and self._consented and not self._dialog and not self._detail

    def _enter(self, number: int) -> None:
        self._stack.append(number)
        self._scroll, self._typed, self._detail = 0, "", False
        if self._consented:
            self._show(number)

    def _show(self, number: int) -> None:
        self.shown.add(number)
        screen = self.maze.screens[number]
        if screen.dialog and number not in self._asked:
            self._asked.add(number)
            self._dialog = screen.dialog

    def _back(self) -> None:
        if self._front != PACKAGE:
            self._front = PACKAGE
        elif self._dialog:
            self._dialog = "" if self._dialog != "permission" else self._dialog
        elif self._detail:
            self._detail = False
        elif len(self._stack) > 1:
            self._stack.pop()
            self._scroll, self._typed = 0, ""
            self.shown.add(self._stack[-1])
        else:
            self._stack = []
            self._running, self._front = False, "com.miui.home"

    def _follow(self, index: int) -> None:
        items = self._screen.items
        if index >= len(items):
            return
        target = items[index].target
        if target == FOREIGN:
            self._front = _BROWSER
        elif target == RESET:
            self.resets += 1
            self._stack = []
            self._enter(0)
        elif target >= 0:
            self._enter(target)

    def _rows(self) -> list[tuple[str, int]]:
        """Rows of the list: text, and the item's index (-1: a post of the feed)."""
        screen = self._screen
        rows = [(item.text, index) for index, item in enumerate(screen.items)]
        if screen.kind == "feed":
            rows += [(_post(screen.id, number), -1) for number in range(60)]
        return rows

    def _visible(self) -> list[tuple[str, int]]:
        rows = self._rows()
        if self._screen.kind == "feed" and self._scroll >= len(rows) - _ROWS:
            return [(_post(self._screen.id, self._scroll + number), -1) for number in range(_ROWS)]
        return rows[self._scroll : self._scroll + _ROWS]

    def _tap(self, x: int, y: int) -> None:
        if self._front != PACKAGE:
            return
        if not self._consented or self._dialog:
            label = _label_at(self._draw(), x, y)
            if self._dialog:
                if label in {"立即更新", "去好评", "去设置"}:
                    self._front = "com.android.market"
                if label:
                    self._dialog = ""
            elif label == "同意":
                self._consented = True
                self._show(self._stack[-1])
            elif label == "不同意":
                self._running, self._front, self._stack = False, "com.miui.home", []
            return
        screen = self._screen
        if self._detail:
            return
        if screen.kind in {"canvas", "web"}:
            for index, box in enumerate(_boxes(len(screen.items))):
                if box[0] <= x < box[2] and box[1] <= y < box[3]:
                    self._follow(index)
                    return
            return
        if screen.kind == "wall":
            return
        if screen.kind == "form":
            if _TOP + 200 <= y < _TOP + 320 and self._typed:
                self._follow(0)
            return
        index = (y - _TOP) // _ROW
        visible = self._visible()
        if y >= _TOP and 0 <= index < len(visible):
            item = visible[index][1]
            if item >= 0:
                self._follow(item)
            else:
                self._detail = True

    def _draw(self) -> str:
        if self._front == _BROWSER:
            return _page("com.android.browser", node(text="网页", package=_BROWSER))
        if self._front != PACKAGE or not self._running:
            return LAUNCHER
        if not self._consented:
            return CONSENT
        if self._dialog:
            return draw(_DIALOGS[self._dialog])
        screen = self._screen
        title = node(
            text=screen.title,
            bounds=(60, 100, 900, 200),
            package=PACKAGE,
            resource=f"{PACKAGE}:id/title",
        )
        if self._detail:
            text = f"{self._random.randrange(10**6)} 楼主说：今天天气不错"
            return _page(
                PACKAGE, node(text="帖子详情", package=PACKAGE), node(text=text, package=PACKAGE)
            )
        if screen.kind in {"canvas", "web"}:
            kind = "android.webkit.WebView" if screen.kind == "web" else "android.view.View"
            return _page(PACKAGE, node(kind, bounds=(0, 90, WIDTH, HEIGHT), package=PACKAGE))
        if screen.kind == "wall":
            return _page(PACKAGE, *_wall())
        if screen.kind == "form":
            field = node(
                "EditText",
                self._typed,
                bounds=(60, _TOP, 1020, _TOP + 120),
                package=PACKAGE,
                clickable=True,
            )
            button = node(
                "Button",
                screen.items[0].text if screen.items else "",
                bounds=(60, _TOP + 200, 1020, _TOP + 320),
                package=PACKAGE,
                clickable=True,
                enabled=bool(self._typed),
            )
            return _page(PACKAGE, title, field, button)
        if not screen.items and screen.kind != "feed":
            return _page(PACKAGE, title, node(text=screen.text, package=PACKAGE))
        rows = [
            node(
                "LinearLayout",
                bounds=(0, _TOP + _ROW * place, WIDTH, _TOP + _ROW * (place + 1)),
                package=PACKAGE,
                resource=f"{PACKAGE}:id/row" if index >= 0 else f"{PACKAGE}:id/post",
                clickable=True,
                inside=node(
                    text=text,
                    bounds=(60, _TOP + _ROW * place + 30, 900, _TOP + _ROW * place + 120),
                    package=PACKAGE,
                ),
            )
            for place, (text, index) in enumerate(self._visible())
        ]
        listed = node(
            "ScrollView",
            bounds=(0, _TOP, WIDTH, HEIGHT),
            package=PACKAGE,
            inside="".join(rows),
            scrollable=len(self._rows()) > _ROWS,
        )
        return _page(PACKAGE, title, listed)


def _post(screen: int, number: int) -> str:
    words = ("晒晒我的早餐", "求推荐好书", "周末去哪玩", "新手报到", "分享一张照片")
    return f"{words[(screen * 7 + number * 13) % 5]} 第{number}期"


def _page(package: str, *views: str) -> str:
    root = node("FrameLayout", bounds=(0, 0, WIDTH, HEIGHT), package=package, inside="".join(views))
    return f"<?xml version='1.0' encoding='UTF-8'?><hierarchy rotation=\"0\">{root}</hierarchy>"


def _wall() -> list[str]:
    return [
        node(text="欢迎登录", bounds=(60, 100, 900, 200), package=PACKAGE),
        node(
            "EditText", "请输入手机号", bounds=(60, 300, 1020, 400), package=PACKAGE, clickable=True
        ),
        node(
            "EditText",
            "请输入密码",
            bounds=(60, 450, 1020, 550),
            package=PACKAGE,
            clickable=True,
            password=True,
        ),
        node("Button", "登录", bounds=(60, 650, 1020, 760), package=PACKAGE, clickable=True),
    ]


def _boxes(count: int) -> list[tuple[int, int, int, int]]:
    """Where a canvas draws its buttons: two columns of small ones, off the middle."""
    return [
        (
            110 + 470 * (index % 2),
            420 + 230 * (index // 2),
            110 + 470 * (index % 2) + 380,
            420 + 230 * (index // 2) + 130,
        )
        for index in range(count)
    ]


@cache
def _picture(words: tuple[str, ...], title: str) -> bytes:
    """The canvas as a picture: its words stand nowhere else."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    name = font_file()
    font = ImageFont.truetype(name, 56) if name else ImageFont.load_default(56)
    pen.text((80, 130), title, fill="black", font=font)
    for word, box in zip(words, _boxes(len(words)), strict=True):
        pen.rectangle(box, fill=(225, 235, 250), outline=(60, 90, 160), width=3)
        pen.text((box[0] + 30, box[1] + 30), word, fill="black", font=font)
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def _label_at(xml: str, x: int, y: int) -> str:
    hits = [
        each.label
        for each in parse(xml).nodes
        if each.label
        and each.bounds.left <= x < each.bounds.right
        and each.bounds.top <= y < each.bounds.bottom
    ]
    return hits[-1] if hits else ""
