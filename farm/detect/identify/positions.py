"""Positions on the earth in the systems that Chinese apps send: WGS-84, GCJ-02, BD-09.

The formulas are those that map applications have used publicly since about 2010; GCJ-02 itself is
not published. They agree with the providers' own conversions within about a metre.
"""

import math

import msgspec

_SEMI_MAJOR = 6378245.0  # Krasovsky 1940, as the GCJ-02 formulas use it
_ECCENTRICITY = 0.00669342162296594323
_BAIDU = math.pi * 3000.0 / 180.0

TOLERANCE = 2e-5
"""Degrees (about 2 m): how far a converted position may be off by rounding of formulas."""


class Position(msgspec.Struct, frozen=True):
    """A point in degrees: north and east are positive."""

    latitude: float
    longitude: float


def in_china(position: Position) -> bool:
    """Whether the conversions shift the point: the rectangle that the formulas use."""
    return 72.004 <= position.longitude <= 137.8347 and 0.8293 <= position.latitude <= 55.8271


def gcj02(position: Position) -> Position:
    """WGS-84 to GCJ-02 ("Mars coordinates": Amap, Tencent, Google in China)."""
    if not in_china(position):
        return position
    x, y = position.longitude - 105.0, position.latitude - 35.0
    north = _north(x, y)
    east = _east(x, y)
    radians = math.radians(position.latitude)
    magic = 1 - _ECCENTRICITY * math.sin(radians) ** 2
    root = math.sqrt(magic)
    north = math.degrees(north / (_SEMI_MAJOR * (1 - _ECCENTRICITY) / (magic * root)))
    east = math.degrees(east / (_SEMI_MAJOR / root * math.cos(radians)))
    return Position(position.latitude + north, position.longitude + east)


def bd09(position: Position) -> Position:
    """GCJ-02 to BD-09 (Baidu)."""
    x, y = position.longitude, position.latitude
    radius = math.hypot(x, y) + 0.00002 * math.sin(y * _BAIDU)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * _BAIDU)
    return Position(radius * math.sin(angle) + 0.006, radius * math.cos(angle) + 0.0065)


def systems(position: Position) -> list[tuple[str, Position]]:
    """The point in each system, by name, WGS-84 first; one only where nothing is shifted."""
    found = [("WGS-84", position)]
    if in_china(position):
        mars = gcj02(position)
        found += [("GCJ-02", mars), ("BD-09", bd09(mars))]
    return found


def parse(text: str) -> Position | None:
    """A position as the catalogue joins it: "31.230416,121.473701" and whatever may follow."""
    parts = text.strip().strip("()[]").split(",")
    if len(parts) < 2:
        return None
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
    except ValueError:
        return None
    sound = (
        math.isfinite(latitude)
        and math.isfinite(longitude)
        and abs(latitude) <= 90
        and abs(longitude) <= 180
        and (latitude, longitude) != (0.0, 0.0)
        and "." in parts[0]
        and "." in parts[1]
    )
    return Position(latitude, longitude) if sound else None


def _waves(value: float) -> float:
    return 20.0 * math.sin(6.0 * value * math.pi) + 20.0 * math.sin(2.0 * value * math.pi)


def _north(x: float, y: float) -> float:
    shift = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    shift += _waves(x) * 2.0 / 3.0
    shift += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    shift += (
        (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    )
    return shift


def _east(x: float, y: float) -> float:
    shift = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    shift += _waves(x) * 2.0 / 3.0
    shift += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    shift += (
        (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    )
    return shift
