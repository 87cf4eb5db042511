"""uiautomator2's server on the phone: its JSON-RPC methods over the window tree.

The methods are those that the uiautomator2 client sends; anything else is answered by the error
of jsonrpc4j, as the real server does. Selectors are `selectors.py`, gestures `touch.py`.
"""

import asyncio
import base64
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from farm.twin.runtime.gestures import Gestures
from farm.twin.runtime.http import serve_http
from farm.twin.runtime.selectors import Node, find, object_info
from farm.twin.runtime.views import View

NOT_FOUND = "androidx.test.uiautomator.UiObjectNotFoundException"
_POLL_SECONDS = 0.05
_LONGEST_WAIT_MS = 10 * 60 * 1000


class Screen(Protocol):
    """What the server needs of the phone."""

    def roots(self) -> list[Node]:
        """Visible windows as (package, placed root), the topmost first."""

    def device_info(self) -> dict[str, Any]:
        """What `deviceInfo` answers."""

    def hierarchy_xml(self, *, all_windows: bool, max_depth: int) -> str:
        """The screen as XML."""

    async def jpeg(self, scale: float, quality: int) -> bytes:
        """The screen as JPEG."""

    async def key(self, code: str) -> None:
        """A key event."""

    async def text(self, text: str) -> None:
        """Type into the focused field."""

    def clear_focused(self) -> None:
        """Empty the focused field."""

    def set_awake(self, awake: bool) -> bool:
        """Switch the screen; whether anything changed."""

    def clipboard(self) -> str:
        """The clipboard's text."""

    def set_clipboard(self, text: str) -> None:
        """Set the clipboard's text."""

    def toast(self) -> str | None:
        """The last toast."""

    def set_toast(self, text: str | None) -> None:
        """Show or forget a toast."""


class ObjectNotFound(Exception):
    """No view matches the selector."""


class UiAutomator:
    """Answers the requests of uiautomator2 clients."""

    def __init__(self, screen: Screen, gestures: Gestures) -> None:
        self._screen = screen
        self._gestures = gestures
        self._touch: list[tuple[int, int]] = []
        self._named: dict[str, dict[str, Any]] = {}  # selectors by the name given to a client
        self._methods = self._table()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection on port 9008."""
        await serve_http(reader, writer, self._answer)

    async def _answer(self, method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        if path == "/ping":
            return 200, "text/plain", b"pong"
        if path not in ("/jsonrpc/0", "/jsonrpc") or method != "POST":
            return 404, "text/plain", b"Not Found"
        try:
            request = msgspec.json.decode(body)
            name, number = str(request["method"]), request.get("id")
            params = request.get("params") or []
        except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
            answer: dict[str, Any] = {"jsonrpc": "2.0", "id": "null"}
            answer["error"] = {"code": -32700, "message": "Parse error"}
            return 200, "application/json-rpc", msgspec.json.encode(answer)
        answer = {"jsonrpc": "2.0", "id": number} | await self._invoke(name, params)
        return 200, "application/json-rpc", msgspec.json.encode(answer)

    async def _invoke(self, name: str, params: Any) -> dict[str, Any]:
        handler = self._methods.get(name)
        if handler is None:
            return {"error": {"code": -32601, "message": "method not found"}}
        arguments = list(params.values()) if isinstance(params, dict) else list(params)
        try:
            inspect.signature(handler).bind(*arguments)
        except TypeError:
            return {"error": {"code": -32602, "message": "method parameters invalid"}}
        try:
            result = handler(*arguments)
            return {"result": await result if inspect.isawaitable(result) else result}
        except ObjectNotFound as error:
            return _error(-32002, f"{NOT_FOUND}: {error}", NOT_FOUND)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            kind = "java.lang.IllegalArgumentException"
            return _error(-32001, f"{kind}: {error}", kind)

    def _table(self) -> dict[str, Callable[..., Any]]:
        gestures, screen = self._gestures, self._screen
        return {
            "ping": lambda: "pong",
            "deviceInfo": screen.device_info,
            "dumpWindowHierarchy": self._dump,
            "takeScreenshot": self._screenshot,
            "click": self._click,
            "longClick": self._click_object,
            "clickTopLeft": self._click_object,
            "clickBottomRight": self._click_object,
            "clickAndWaitForNewWindow": self._click_and_wait,
            "swipe": lambda *a: gestures.swipe(*a) if len(a) == 5 else self._swipe_object(*a),
            "swipePoints": gestures.swipe_points,
            "drag": gestures.drag,
            "dragTo": lambda selector, *a: True if self._one(selector) else False,
            "gesture": lambda selector, *a: bool(self._one(selector)),
            "pinchIn": lambda selector, *a: bool(self._one(selector)),
            "pinchOut": lambda selector, *a: bool(self._one(selector)),
            "injectInputEvent": self._inject,
            "pressKey": self._key,
            "pressKeyCode": lambda code, meta=0: self._key(str(code)),
            "wakeUp": lambda: screen.set_awake(True),
            "sleep": lambda: screen.set_awake(False),
            "isScreenOn": lambda: bool(screen.device_info()["screenOn"]),
            "setOrientation": lambda orientation: None,
            "freezeRotation": lambda frozen: None,
            "openNotification": lambda: True,
            "openQuickSettings": lambda: True,
            "getLastTraversedText": lambda: None,
            "clearLastTraversedText": lambda: None,
            "getLastToast": screen.toast,
            "clearLastToast": lambda: screen.set_toast(None),
            "makeToast": lambda text, milliseconds=1000: self._make_toast(text),
            "getClipboard": screen.clipboard,
            "setClipboard": lambda label, text: screen.set_clipboard(str(text)),
            "pasteClipboard": self._paste,
            "clearInputText": self._clear_focused,
            "setText": self._set_text,
            "clearTextField": lambda selector: self._set_text(selector, ""),
            "getText": lambda selector: object_info(self._one(selector))["text"],
            "exist": lambda selector: bool(self._find(selector)),
            "count": lambda selector: len(self._find(selector)),
            "objInfo": lambda selector: object_info(self._one(selector)),
            "objInfoOfAllInstances": lambda s: [object_info(node) for node in self._find(s)],
            "waitForExists": lambda selector, ms: self._wait(selector, ms, there=True),
            "waitUntilGone": lambda selector, ms: self._wait(selector, ms, there=False),
            "waitForIdle": lambda milliseconds=0: None,
            "waitForWindowUpdate": lambda package=None, milliseconds=0: False,
            "childByText": lambda s, c, text, scroll=False: self._child(s, c, "text", text),
            "childByDescription": lambda s, c, text, scroll=False: self._child(
                s, c, "description", text
            ),
            "childByInstance": lambda s, c, at: self._child(s, c, "instance", at),
            "getObject": self._name,
            "scrollForward": lambda s, vertical=True, steps=0: self._scroll(s, 0.8, vertical),
            "scrollBackward": lambda s, vertical=True, steps=0: self._scroll(s, -0.8, vertical),
            "flingForward": lambda s, vertical=True: self._scroll(s, 1.0, vertical),
            "flingBackward": lambda s, vertical=True: self._scroll(s, -1.0, vertical),
            "scrollToBeginning": lambda s, vertical=True, *a: self._scroll_end(s, -1),
            "scrollToEnd": lambda s, vertical=True, *a: self._scroll_end(s, 1),
            "flingToBeginning": lambda s, vertical=True, *a: self._scroll_end(s, -1),
            "flingToEnd": lambda s, vertical=True, *a: self._scroll_end(s, 1),
            "scrollTo": lambda s, target, vertical=True: self._scroll_to(s, target),
            "setConfigurator": lambda settings: settings,
            "getConfigurator": lambda: {"waitForIdleTimeout": 0, "waitForSelectorTimeout": 0},
            "registerClickUiObjectWatcher": lambda *a: None,
            "registerPressKeyskWatcher": lambda *a: None,
            "removeWatcher": lambda name: None,
            "resetWatcherTriggers": lambda: None,
            "runWatchers": lambda: None,
            "hasWatcherTriggered": lambda name: False,
            "hasAnyWatcherTriggered": lambda: False,
            "getWatchers": lambda: [],
        }

    def _selector(self, given: Any) -> dict[str, Any]:
        if isinstance(given, str):
            return self._named[given]
        if not isinstance(given, dict):
            raise ValueError("a selector must be an object")
        return given

    def _find(self, selector: Any) -> list[Node]:
        return find(self._screen.roots(), self._selector(selector))

    def _one(self, selector: Any) -> Node:
        found = self._find(selector)
        if not found:
            raise ObjectNotFound(f"UiSelector{str(selector)[:500]}")
        return found[0]

    def _dump(self, compressed: bool = False, max_depth: int = 50, active: bool = False) -> str:
        return self._screen.hierarchy_xml(all_windows=not active, max_depth=max_depth or 50)

    async def _screenshot(self, scale: float = 1.0, quality: int = 80) -> str:
        return base64.b64encode(await self._screen.jpeg(scale, quality)).decode()

    async def _click(self, *arguments: Any) -> bool:
        if arguments and isinstance(arguments[0], (dict, str)):
            return await self._click_object(arguments[0])
        x, y = (int(value) for value in arguments[:2])
        if len(arguments) > 2:
            await asyncio.sleep(min(int(arguments[2]), 10_000) / 1000)
        await self._gestures.tap(x, y)
        return True

    async def _click_object(self, selector: Any, *rest: Any) -> bool:
        left, top, right, bottom = self._one(selector)[1].visible
        await self._gestures.tap((left + right) // 2, (top + bottom) // 2)
        return True

    async def _click_and_wait(self, selector: Any, milliseconds: int = 0) -> bool:
        return await self._click_object(selector)

    def _swipe_object(self, selector: Any, direction: str, *rest: Any) -> Awaitable[bool]:
        left, top, right, bottom = self._one(selector)[1].visible
        x, y = (left + right) // 2, (top + bottom) // 2
        ends = {"u": (x, top), "d": (x, bottom - 1), "l": (left, y), "r": (right - 1, y)}
        return self._gestures.swipe(x, y, *ends[direction[:1].lower()], 20)

    async def _inject(self, action: int, x: float, y: float, meta: int = 0) -> bool:
        point = (int(x), int(y))
        if action == 0:
            self._touch = [point]
        elif action == 2 and self._touch:
            self._touch = [*self._touch[:1], point]
        elif action == 1 and self._touch:
            start, self._touch = self._touch[0], []
            await self._gestures.up(start, point)
        return True

    async def _key(self, code: str) -> bool:
        await self._screen.key(str(code))
        return True

    def _make_toast(self, text: str) -> bool:
        self._screen.set_toast(str(text)[:1000])
        return True

    async def _paste(self) -> bool:
        await self._screen.text(self._screen.clipboard())
        return True

    def _clear_focused(self) -> bool:
        self._screen.clear_focused()
        return True

    def _set_text(self, selector: Any, text: str) -> bool:
        return self._gestures.set_text(self._one(selector)[1], str(text or ""))

    async def _wait(self, selector: Any, milliseconds: int, *, there: bool) -> bool:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(max(int(milliseconds), 0), _LONGEST_WAIT_MS) / 1000
        while bool(self._find(selector)) != there:
            if loop.time() >= deadline:
                return False
            await asyncio.sleep(_POLL_SECONDS)
        return True

    def _child(self, selector: Any, child: Any, field: str, value: Any) -> str:
        wanted = {k: v for k, v in self._selector(child).items() if k != "mask"} | {field: value}
        wanted = {k: v for k, v in wanted.items() if v or k == "instance"}
        parent = dict(self._selector(selector))
        parent["childOrSibling"] = [*(parent.get("childOrSibling") or []), "child"]
        parent["childOrSiblingSelector"] = [*(parent.get("childOrSiblingSelector") or []), wanted]
        self._one(parent)
        return self._name(parent)

    def _name(self, selector: Any) -> str:
        if len(self._named) > 1000:
            self._named.clear()
        name = f"object-{len(self._named)}"
        self._named[name] = self._selector(selector)
        return name

    def _scrolling(self, selector: Any) -> View:
        view = self._one(selector)[1]
        return next((below for below in view.walk() if below.scrolls), view)

    def _scroll(self, selector: Any, part: float, vertical: bool) -> bool:
        view = self._scrolling(selector)
        return vertical and self._gestures.scroll(view, part)

    def _scroll_end(self, selector: Any, sign: int) -> bool:
        return self._gestures.scroll(self._scrolling(selector), sign * 10_000)

    def _scroll_to(self, selector: Any, target: Any) -> bool:
        self._scroll_end(selector, -1)
        for _ in range(100):
            if self._find(target):
                return True
            if not self._scroll(selector, 0.8, True):
                return False
        return False


def _error(code: int, message: str, kind: str) -> dict[str, Any]:
    data = {"exceptionTypeName": kind, "message": message}
    return {"error": {"code": code, "message": message, "data": msgspec.json.encode(data).decode()}}
