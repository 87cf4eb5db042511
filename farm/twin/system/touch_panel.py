"""The kernel's touch screen device: raw events go in (`sendevent`) and are heard (`getevent`).

Only what fingers do passes here. Touches that programs inject (`input tap`, uiautomator2) do not,
as on a phone. Multi-touch protocol B; one finger.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

PATH = "/dev/input/event2"
RAW = 4095  # raw positions run from 0 to this
_KEPT = 4096
_LONG_NS = 500_000_000
_STILL = 40  # pixels
_CODES = {
    (0, 0): ("EV_SYN", "SYN_REPORT"),
    (3, 0x2F): ("EV_ABS", "ABS_MT_SLOT"),
    (3, 0x35): ("EV_ABS", "ABS_MT_POSITION_X"),
    (3, 0x36): ("EV_ABS", "ABS_MT_POSITION_Y"),
    (3, 0x39): ("EV_ABS", "ABS_MT_TRACKING_ID"),
    (1, 158): ("EV_KEY", "KEY_BACK"),
}
NO_FINGER = 0xFFFFFFFF

Gesture = Callable[[str, tuple[int, ...]], Awaitable[None]]


class TouchPanel:
    """Turns raw events into gestures, and keeps the last lines for whoever listens."""

    def __init__(self, uptime_ns: Callable[[], int]) -> None:
        self._uptime_ns = uptime_ns
        self._lines: deque[tuple[int, str]] = deque(maxlen=_KEPT)
        self._count = 0
        self._news = asyncio.Event()
        self._touching = False
        self._began = 0
        self._start: tuple[int, int] | None = None
        self._at = [0, 0]

    @property
    def last(self) -> int:
        """Number of the last line."""
        return self._count

    def lines(self, after: int) -> list[str]:
        """Lines that came after a number."""
        return [line for number, line in self._lines if number > after]

    async def wait(self) -> None:
        """Until another line comes."""
        self._news.clear()
        await self._news.wait()

    async def write(
        self, kind: int, code: int, value: int, screen: tuple[int, int], gesture: Gesture
    ) -> None:
        """One raw event, as `sendevent` writes it; a lifted finger makes a gesture."""
        names = _CODES.get((kind, code))
        if names is None:
            return
        self._say(*names, value)
        name = names[1]
        if name == "ABS_MT_TRACKING_ID" and value != NO_FINGER:
            self._touching, self._began, self._start = True, self._uptime_ns(), None
        elif name == "ABS_MT_TRACKING_ID":
            await self._lift(gesture)
        elif name == "ABS_MT_POSITION_X":
            self._at[0] = value * (screen[0] - 1) // RAW
        elif name == "ABS_MT_POSITION_Y":
            self._at[1] = value * (screen[1] - 1) // RAW
        elif name == "SYN_REPORT" and self._touching and self._start is None:
            self._start = (self._at[0], self._at[1])
        elif name == "KEY_BACK" and value == 1:
            await gesture("back", ())

    async def _lift(self, gesture: Gesture) -> None:
        if not self._touching:
            return
        self._touching = False
        x, y = self._start or (self._at[0], self._at[1])
        lasted = self._uptime_ns() - self._began
        if max(abs(self._at[0] - x), abs(self._at[1] - y)) > _STILL:
            await gesture("swipe", (x, y, self._at[0], self._at[1], max(lasted // 1_000_000, 50)))
        else:
            await gesture("long" if lasted >= _LONG_NS else "tap", (x, y))

    def _say(self, kind: str, code: str, value: int) -> None:
        shown = f"{value & NO_FINGER:08x}"
        if kind == "EV_KEY":
            shown = "DOWN" if value else "UP"
        seconds = self._uptime_ns() / 1e9
        self._count += 1
        line = f"[{seconds:>15.6f}] {PATH}: {kind:<12} {code:<20} {shown:<20}"
        self._lines.append((self._count, line))
        self._news.set()
