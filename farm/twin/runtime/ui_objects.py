"""Views that a uiautomator2 client names by a selector: find, wait for, tap, fill and scroll them.

A selector is UiSelector's object as the client sends it, or a name that was given for one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from farm.twin.runtime.gestures import Gestures
from farm.twin.runtime.selectors import Node, find
from farm.twin.runtime.views import View

_POLL_SECONDS = 0.05
_LONGEST_WAIT_MS = 10 * 60 * 1000
_MAX_NAMED = 1000


class ObjectNotFound(Exception):
    """No view matches the selector."""


class UiObjects:
    """Acts on views; `roots` are the visible windows as (package, placed root), topmost first."""

    def __init__(self, roots: Callable[[], list[Node]], gestures: Gestures) -> None:
        self._roots = roots
        self._gestures = gestures
        self._named: dict[str, dict[str, Any]] = {}  # selectors by the name given to a client

    def find(self, selector: Any) -> list[Node]:
        """Every view that the selector means, in document order."""
        return find(self._roots(), self._selector(selector))

    def one(self, selector: Any) -> Node:
        """The first of them.

        Raises:
            ObjectNotFound: there is none.
        """
        found = self.find(selector)
        if not found:
            raise ObjectNotFound(f"UiSelector{str(selector)[:500]}")
        return found[0]

    async def wait(self, selector: Any, milliseconds: int, *, there: bool) -> bool:
        """Wait until a view is there, or until none is; whether it came so."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(max(int(milliseconds), 0), _LONGEST_WAIT_MS) / 1000
        while bool(self.find(selector)) != there:
            if loop.time() >= deadline:
                return False
            await asyncio.sleep(_POLL_SECONDS)
        return True

    def name(self, selector: Any) -> str:
        """A name by which the client may send the selector from now on (`getObject`)."""
        if len(self._named) > _MAX_NAMED:
            self._named.clear()
        name = f"object-{len(self._named)}"
        self._named[name] = self._selector(selector)
        return name

    def child(self, selector: Any, child: Any, field: str, value: Any) -> str:
        """A name for the view below another one whose `field` has a value."""
        wanted = {k: v for k, v in self._selector(child).items() if k != "mask"} | {field: value}
        wanted = {k: v for k, v in wanted.items() if v or k == "instance"}
        parent = dict(self._selector(selector))
        parent["childOrSibling"] = [*(parent.get("childOrSibling") or []), "child"]
        parent["childOrSiblingSelector"] = [*(parent.get("childOrSiblingSelector") or []), wanted]
        self.one(parent)
        return self.name(parent)

    async def click(self, selector: Any, *rest: Any) -> bool:
        """Tap the middle of what is visible of a view."""
        left, top, right, bottom = self.one(selector)[1].visible
        await self._gestures.tap((left + right) // 2, (top + bottom) // 2)
        return True

    def swipe(self, selector: Any, direction: str, *rest: Any) -> Awaitable[bool]:
        """Swipe from the middle of a view to its edge: up, down, left or right."""
        left, top, right, bottom = self.one(selector)[1].visible
        x, y = (left + right) // 2, (top + bottom) // 2
        ends = {"u": (x, top), "d": (x, bottom - 1), "l": (left, y), "r": (right - 1, y)}
        return self._gestures.swipe(x, y, *ends[direction[:1].lower()], 20)

    def set_text(self, selector: Any, text: str) -> bool:
        """Replace a field's content; whether it is a field."""
        return self._gestures.set_text(self.one(selector)[1], str(text or ""))

    def scroll(self, selector: Any, part: float, vertical: bool) -> bool:
        """Scroll by a part of the view's height, backward if negative; whether it moved."""
        view = self._scrolling(selector)
        return vertical and self._gestures.scroll(view, part)

    def scroll_to_end(self, selector: Any, sign: int) -> bool:
        """Scroll to the end (1) or the beginning (-1); whether it moved."""
        return self._gestures.scroll(self._scrolling(selector), sign * 10_000)

    def scroll_to(self, selector: Any, target: Any) -> bool:
        """Scroll from the beginning until another view shows; whether it does."""
        self.scroll_to_end(selector, -1)
        for _ in range(100):
            if self.find(target):
                return True
            if not self.scroll(selector, 0.8, True):
                return False
        return False

    def _scrolling(self, selector: Any) -> View:
        view = self.one(selector)[1]
        return next((below for below in view.walk() if below.scrolls), view)

    def _selector(self, given: Any) -> dict[str, Any]:
        if isinstance(given, str):
            return self._named[given]
        if not isinstance(given, dict):
            raise ValueError("a selector must be an object")
        return given
