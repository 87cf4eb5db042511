"""uiautomator2's server on the phone: its JSON-RPC methods over the window tree.

The methods are those that the uiautomator2 client sends; anything else is answered by the error
of jsonrpc4j, as the real server does. What is done to a view is `ui_objects.py`, gestures
are `gestures.py`.
"""

import asyncio
import base64
import inspect
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from farm.twin.runtime.gestures import Gestures
from farm.twin.runtime.http import serve_http
from farm.twin.runtime.selectors import Node, object_info
from farm.twin.runtime.ui_objects import ObjectNotFound, UiObjects

NOT_FOUND = "androidx.test.uiautomator.UiObjectNotFoundException"


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


class UiAutomator:
    """Answers the requests of uiautomator2 clients."""

    def __init__(self, screen: Screen, gestures: Gestures) -> None:
        self._screen = screen
        self._gestures = gestures
        self._touch: list[tuple[int, int]] = []
        self._objects = UiObjects(screen.roots, gestures)
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
        gestures, screen, objects = self._gestures, self._screen, self._objects
        return {
            "ping": lambda: "pong",
            "deviceInfo": screen.device_info,
            "dumpWindowHierarchy": self._dump,
            "takeScreenshot": self._screenshot,
            "click": self._click,
            "longClick": objects.click,
            "clickTopLeft": objects.click,
            "clickBottomRight": objects.click,
            "clickAndWaitForNewWindow": self._click_and_wait,
            "swipe": lambda *a: gestures.swipe(*a) if len(a) == 5 else objects.swipe(*a),
            "swipePoints": gestures.swipe_points,
            "drag": gestures.drag,
            "dragTo": lambda selector, *a: True if objects.one(selector) else False,
            "gesture": lambda selector, *a: bool(objects.one(selector)),
            "pinchIn": lambda selector, *a: bool(objects.one(selector)),
            "pinchOut": lambda selector, *a: bool(objects.one(selector)),
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
            "setText": objects.set_text,
            "clearTextField": lambda selector: objects.set_text(selector, ""),
            "getText": lambda selector: object_info(objects.one(selector))["text"],
            "exist": lambda selector: bool(objects.find(selector)),
            "count": lambda selector: len(objects.find(selector)),
            "objInfo": lambda selector: object_info(objects.one(selector)),
            "objInfoOfAllInstances": lambda s: [object_info(node) for node in objects.find(s)],
            "waitForExists": lambda selector, ms: objects.wait(selector, ms, there=True),
            "waitUntilGone": lambda selector, ms: objects.wait(selector, ms, there=False),
            "waitForIdle": lambda milliseconds=0: None,
            "waitForWindowUpdate": lambda package=None, milliseconds=0: False,
            "childByText": lambda s, c, text, scroll=False: objects.child(s, c, "text", text),
            "childByDescription": lambda s, c, text, scroll=False: objects.child(
                s, c, "description", text
            ),
            "childByInstance": lambda s, c, at: objects.child(s, c, "instance", at),
            "getObject": objects.name,
            "scrollForward": lambda s, vertical=True, steps=0: objects.scroll(s, 0.8, vertical),
            "scrollBackward": lambda s, vertical=True, steps=0: objects.scroll(s, -0.8, vertical),
            "flingForward": lambda s, vertical=True: objects.scroll(s, 1.0, vertical),
            "flingBackward": lambda s, vertical=True: objects.scroll(s, -1.0, vertical),
            "scrollToBeginning": lambda s, vertical=True, *a: objects.scroll_to_end(s, -1),
            "scrollToEnd": lambda s, vertical=True, *a: objects.scroll_to_end(s, 1),
            "flingToBeginning": lambda s, vertical=True, *a: objects.scroll_to_end(s, -1),
            "flingToEnd": lambda s, vertical=True, *a: objects.scroll_to_end(s, 1),
            "scrollTo": lambda s, target, vertical=True: objects.scroll_to(s, target),
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

    def _dump(self, compressed: bool = False, max_depth: int = 50, active: bool = False) -> str:
        return self._screen.hierarchy_xml(all_windows=not active, max_depth=max_depth or 50)

    async def _screenshot(self, scale: float = 1.0, quality: int = 80) -> str:
        return base64.b64encode(await self._screen.jpeg(scale, quality)).decode()

    async def _click(self, *arguments: Any) -> bool:
        if arguments and isinstance(arguments[0], (dict, str)):
            return await self._objects.click(arguments[0])
        x, y = (int(value) for value in arguments[:2])
        if len(arguments) > 2:
            await asyncio.sleep(min(int(arguments[2]), 10_000) / 1000)
        await self._gestures.tap(x, y)
        return True

    async def _click_and_wait(self, selector: Any, milliseconds: int = 0) -> bool:
        return await self._objects.click(selector)

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


def _error(code: int, message: str, kind: str) -> dict[str, Any]:
    data = {"exceptionTypeName": kind, "message": message}
    return {"error": {"code": code, "message": message, "data": msgspec.json.encode(data).decode()}}
