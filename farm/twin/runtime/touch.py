"""Input: taps, swipes, keys and text go to the window on top, as the input dispatcher does."""

from collections.abc import Awaitable, Callable

from farm.twin.runtime.activities import Activities
from farm.twin.runtime.layout import contains
from farm.twin.runtime.views import View
from farm.twin.runtime.windows import Window

_TOUCH_SLOP_DP = 8  # ViewConfiguration: a shorter movement is a tap
_MAX_TYPED = 100_000

# android.view.KeyEvent
KEY_CODES = {
    3: "HOME",
    4: "BACK",
    19: "DPAD_UP",
    20: "DPAD_DOWN",
    21: "DPAD_LEFT",
    22: "DPAD_RIGHT",
    23: "DPAD_CENTER",
    24: "VOLUME_UP",
    25: "VOLUME_DOWN",
    26: "POWER",
    61: "TAB",
    62: "SPACE",
    66: "ENTER",
    67: "DEL",
    82: "MENU",
    111: "ESCAPE",
    123: "MOVE_END",
    187: "APP_SWITCH",
    223: "SLEEP",
    224: "WAKEUP",
}
# The names of uiautomator2's pressKey.
KEY_NAMES = {
    "left": "DPAD_LEFT",
    "right": "DPAD_RIGHT",
    "up": "DPAD_UP",
    "down": "DPAD_DOWN",
    "center": "DPAD_CENTER",
    "delete": "DEL",
    "recent": "APP_SWITCH",
}


def key_name(code: str) -> str:
    """`KEYCODE_BACK`, `4` and `back` are all `BACK`."""
    text = code.strip()
    if text.isdigit():
        return KEY_CODES.get(int(text), text)
    return KEY_NAMES.get(text.lower(), text.upper().removeprefix("KEYCODE_"))


class Touch:
    """Sends input to the focused window."""

    def __init__(self, activities: Activities, launch: Callable[[str], Awaitable[None]]) -> None:
        self._activities = activities
        self._stack = activities.stack
        self._launch = launch

    async def tap(self, x: int, y: int) -> None:
        """A finger down and up."""
        window = self._window()
        if window is None:
            return
        view = self._hit(window, x, y)
        if view is not None:
            await self.click(window, view, (x, y))

    async def click(self, window: Window, view: View, point: tuple[int, int]) -> None:
        """A clickable view was tapped at a point of the screen."""
        if not view.enabled:
            return
        if view.editable:
            window.focused_view = view.id
            self._stack.relayout(window)
        if window.kind == "permission":
            self._activities.permissions.tapped(window, view)
        elif window.kind == "launcher":
            if view.hint:
                await self._launch(view.hint)
        elif window.kind == "system":
            self._system_button(window, view)
        else:
            message = {"op": "click", "window": window.id, "view": view.id}
            self._send(window, {**message, "x": point[0], "y": point[1]})

    def swipe(self, x1: int, y1: int, x2: int, y2: int) -> bool:
        """Move the content under the finger; whether anything moved."""
        window = self._window()
        if window is None:
            return False
        target = self._scrollable_at(window, x1, y1)
        return target is not None and self.scroll(window, target, y1 - y2)

    def scroll(self, window: Window, view: View, pixels: int) -> bool:
        """Scroll a view forward by pixels (backward if negative); whether it moved."""
        room = max(0, view.content_height - (view.bounds[3] - view.bounds[1]))
        before = window.scrolls.get(view.id, 0)
        after = min(max(before + pixels, 0), room)
        window.scrolls[view.id] = after
        if after != before:
            self._stack.relayout(window)
        return after != before

    async def key(self, code: str) -> None:
        """A key event by name or number."""
        name = key_name(code)
        if name in ("POWER", "SLEEP", "WAKEUP"):
            self._stack.awake = name == "WAKEUP" or (name == "POWER" and not self._stack.awake)
            self._stack.changed()
            return
        if not self._stack.awake:
            return
        if name == "HOME":
            for alert in [w for w in self._stack.system if w.id not in ("crash", "anr")]:
                self._stack.remove_window(alert)
            self._activities.home()
            return
        window = self._window()
        if window is None:
            return
        if name == "BACK":
            self._back(window)
        elif name == "DEL":
            self._edit(window, lambda text: text[:-1])
        elif name == "SPACE":
            self._edit(window, lambda text: text + " ")
        elif name in ("ENTER", "TAB", "DPAD_CENTER", "MENU", "ESCAPE"):
            self._send(window, {"op": "key", "key": name.lower()})

    def text(self, text: str) -> bool:
        """Type into the focused field; whether there was one."""
        window = self._window()
        return window is not None and self._edit(window, lambda before: before + text)

    def set_text(self, window: Window, view: View, text: str) -> None:
        """Replace a field's content."""
        window.focused_view = view.id
        window.typed[view.id] = text[:_MAX_TYPED]
        view.text = window.typed[view.id]
        self._stack.relayout(window)
        self._send(window, {"op": "text", "window": window.id, "view": view.id, "text": view.text})

    def _edit(self, window: Window, change: Callable[[str], str]) -> bool:
        view = window.find(window.focused_view) if window.focused_view >= 0 else None
        if view is None or not view.editable:
            return False
        self.set_text(window, view, change(view.text))
        return True

    def _window(self) -> Window | None:
        return self._stack.focused() if self._stack.awake else None

    def _back(self, window: Window) -> None:
        if window.kind == "permission":
            self._activities.permissions.back(window)
        elif window.kind == "system":
            if window.id not in ("crash", "anr"):
                self._stack.remove_window(window)
        elif window.kind == "page":
            self._activities.close_page(window)
        elif window.kind != "launcher":
            self._send(window, {"op": "key", "key": "back", "window": window.id})

    def _send(self, window: Window, message: dict[str, object]) -> None:
        process = self._activities.processes.by_pid(window.pid)
        if process is not None:
            process.send(message)

    def _hit(self, window: Window, x: int, y: int) -> View | None:
        """The deepest clickable view at the point; later siblings lie above earlier ones."""
        if not contains(window.bounds, x, y):
            return None
        found = None
        for view in window.root.walk():
            if view.clickable and contains(view.visible, x, y):
                found = view
        return found

    def _scrollable_at(self, window: Window, x: int, y: int) -> View | None:
        found = None
        for view in window.root.walk():
            if view.scrolls and contains(view.visible, x, y):
                found = view
        return found

    def _system_button(self, window: Window, view: View) -> None:
        title = window.title
        process = self._activities.endings.not_responding.get(title)
        self._stack.remove_window(window)
        if process is not None and view.resource.endswith("aerr_close"):
            process.kill("anr")
