"""What fingers did on a phone, read from the kernel's own events (`getevent -lt`, `-lp`).

A pure reader: lines in, touches out. Multi-touch protocol B of the kernel
(Documentation/input/multi-touch-protocol.rst); only the first finger counts.
"""

import re
from enum import StrEnum

import msgspec

_LINE = re.compile(
    r"\[\s*(\d{1,12}\.\d{1,9})\]\s+(/dev/input/\S{1,60}):\s+(\S{1,40})\s+(\S{1,40})\s+([0-9a-fA-F]{1,8}|\w{1,20})\s*\Z"
)
_DEVICE = re.compile(r"add device \d{1,3}: (/dev/input/\S{1,60})")
_AXIS = re.compile(r"(ABS_MT_POSITION_[XY])\s*: value -?\d+, min (-?\d{1,9}), max (-?\d{1,9})")
_NO_FINGER = 0xFFFFFFFF
_STILL = 0.03  # of the screen: a touch that moved less is a tap
_LONG = 0.5  # seconds, as ViewConfiguration.getLongPressTimeout
_KEYS = {"KEY_BACK": "back", "KEY_HOMEPAGE": "home", "KEY_HOME": "home", "KEY_ENTER": "enter"}


class Kind(StrEnum):
    """What a finger did."""

    TAP = "tap"
    LONG = "long"
    SWIPE = "swipe"
    KEY = "key"


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """One touch in pixels of the screen, or one key. Times are the phone's, seconds since boot."""

    kind: Kind
    began: float
    ended: float
    x: int = 0
    y: int = 0
    to_x: int = 0
    to_y: int = 0
    key: str = ""


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """A touch screen and the range of its raw positions."""

    path: str
    x: tuple[int, int]
    y: tuple[int, int]


def read_panels(text: str) -> list[Panel]:
    """Read `getevent -lp`: the devices that tell positions of fingers."""
    panels: list[Panel] = []
    for block in re.split(r"(?=add device )", text):
        device = _DEVICE.search(block)
        axes = {name: (int(low), int(high)) for name, low, high in _AXIS.findall(block)}
        x, y = axes.get("ABS_MT_POSITION_X"), axes.get("ABS_MT_POSITION_Y")
        if device and x and y and x[1] > x[0] and y[1] > y[0]:
            panels.append(Panel(path=device[1], x=x, y=y))
    return panels


class Fingers:
    """Turns lines of `getevent -lt` into touches as they end."""

    def __init__(self, panels: list[Panel], screen: tuple[int, int]) -> None:
        self._panels = {panel.path: panel for panel in panels}
        self._screen = screen
        self._down = 0.0
        self._touching = False
        self._slot = 0
        self._start: tuple[int, int] | None = None
        self._now = [0, 0]
        self._positions = 0

    def feed(self, line: str) -> Touch | None:
        """Take one line; returns a touch once it has ended, or a key once it was pressed."""
        match = _LINE.search(line)
        if match is None:
            return None
        at, path, _, code, value = match.groups()
        when = float(at)
        if code in _KEYS and value == "DOWN":
            return Touch(kind=Kind.KEY, began=when, ended=when, key=_KEYS[code])
        panel = self._panels.get(path)
        if panel is None:
            return None
        return self._touch(panel, code, value, when)

    def _touch(self, panel: Panel, code: str, value: str, when: float) -> Touch | None:
        try:
            number = int(value, 16)
        except ValueError:
            return None
        if code == "ABS_MT_SLOT":
            self._slot = number
        elif self._slot != 0:
            return None
        elif code == "ABS_MT_TRACKING_ID":
            if number == _NO_FINGER:
                return self._lift(when)
            self._touching, self._down, self._start, self._positions = True, when, None, 0
        elif code == "ABS_MT_POSITION_X":
            self._now[0] = _scaled(number, panel.x, self._screen[0])
        elif code == "ABS_MT_POSITION_Y":
            self._now[1] = _scaled(number, panel.y, self._screen[1])
        elif code == "SYN_REPORT" and self._touching and self._start is None:
            self._start = (self._now[0], self._now[1])
        return None

    def _lift(self, when: float) -> Touch | None:
        if not self._touching:
            return None
        self._touching = False
        x, y = self._start or (self._now[0], self._now[1])
        to_x, to_y = self._now
        moved = max(abs(to_x - x) / self._screen[0], abs(to_y - y) / self._screen[1])
        kind = Kind.TAP
        if moved >= _STILL:
            kind = Kind.SWIPE
        elif when - self._down >= _LONG:
            kind = Kind.LONG
        return Touch(kind=kind, began=self._down, ended=when, x=x, y=y, to_x=to_x, to_y=to_y)


def _scaled(raw: int, axis: tuple[int, int], pixels: int) -> int:
    low, high = axis
    share = (raw - low) / (high - low)
    return min(max(round(share * (pixels - 1)), 0), pixels - 1)
