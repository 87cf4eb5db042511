"""Gestures in the units of uiautomator: steps of 5 ms, points, parts of a view's height."""

import asyncio
import itertools

from farm.twin.runtime.touch import Touch
from farm.twin.runtime.views import View
from farm.twin.runtime.windows import WindowStack

_STEP_SECONDS = 0.005
_LONGEST_SECONDS = 10.0
_SLOP = 8


class Gestures:
    """Turns gestures into what `Touch` does."""

    def __init__(self, touch: Touch, stack: WindowStack) -> None:
        self._touch = touch
        self._stack = stack

    async def tap(self, x: int, y: int) -> None:
        """A short tap."""
        await self._touch.tap(x, y)

    async def up(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """A finger that went down at `start` leaves the screen at `end`."""
        if max(abs(start[0] - end[0]), abs(start[1] - end[1])) <= _SLOP:
            await self._touch.tap(*end)
        else:
            self._touch.swipe(*start, *end)

    async def swipe(self, x1: float, y1: float, x2: float, y2: float, steps: float) -> bool:
        """A swipe takes its time, as injected events do."""
        await asyncio.sleep(min(max(float(steps), 0) * _STEP_SECONDS, _LONGEST_SECONDS))
        await self.up((int(x1), int(y1)), (int(x2), int(y2)))
        return True

    async def drag(self, x1: float, y1: float, x2: float, y2: float, steps: float = 10) -> bool:
        """A drag is a swipe after a long press."""
        return await self.swipe(x1, y1, x2, y2, steps)

    async def swipe_points(self, points: list[float], steps: int = 10) -> bool:
        """A swipe through points `[x1, y1, x2, y2, ...]`."""
        pairs = [(int(points[at]), int(points[at + 1])) for at in range(0, len(points) - 1, 2)]
        for start, end in itertools.pairwise(pairs):
            await self.swipe(*start, *end, steps)
        return True

    def scroll(self, view: View, part: float) -> bool:
        """Scroll a view by parts of its height; whether there is more to come."""
        window = self._stack.focused()
        if window is None or view.id < 0:
            return False
        height = view.bounds[3] - view.bounds[1]
        return self._touch.scroll(window, view, round(height * part))

    def set_text(self, view: View, text: str) -> bool:
        """Set a field's text as the accessibility action does."""
        window = self._stack.focused()
        if window is None or not view.editable:
            return False
        self._touch.set_text(window, view, text)
        return True
