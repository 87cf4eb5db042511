"""Coordinates of known positions, at any rounding and in each system that apps send.

One coordinate says little: it counts only with its other half, which `weigh` looks for.
"""

import math
import re
from collections.abc import Iterator, Sequence

import msgspec

from farm.detect.identify.known import POSITIONS, Known
from farm.detect.identify.positions import TOLERANCE, parse, systems

_NUMBER = re.compile(rb"-?[0-9]{1,3}\.[0-9]{1,17}(?![0-9])")
_MICRO = re.compile(rb"-?[0-9]{7,9}(?![0-9])")
_HALF_RANGE = {"latitude": 90.0, "longitude": 180.0}
_BEFORE = frozenset(b"0123456789.-")
_MICRO_DIGITS = 5
_MOST_POSITIONS = 200


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One coordinate of a known position, searched for by its first digits."""

    known: int
    axis: str  # "latitude" or "longitude"
    system: str  # "WGS-84"
    degrees: float
    micro: bool  # written as an integer in millionths of a degree
    pattern: bytes

    @property
    def name(self) -> str:
        """As evidence names the form."""
        return f"{self.axis} in {self.system}{', in 1e-6 degrees' if self.micro else ''}"

    def read(self, data: bytes, start: int) -> tuple[int, int, float] | None:
        """Read the number at `start`: its extent and the bits in it, if it is this coordinate.

        A number of d decimals may be rounded or cut off: it lies within 10^-d.
        """
        if start and data[start - 1] in _BEFORE:
            return None
        found = (_MICRO if self.micro else _NUMBER).match(data, start)
        if found is None:
            return None
        text = found[0]
        value = int(text) / 1e6 if self.micro else float(text)
        decimals = 6 if self.micro else len(text) - text.index(b".") - 1
        step = 10.0**-decimals
        if abs(value - self.degrees) > step + TOLERANCE:
            return None
        width = 2 * (step + TOLERANCE)
        return start, found.end(), math.log2(2 * _HALF_RANGE[self.axis] / width)


def places_of(known: Sequence[Known]) -> Iterator[Place]:
    """The coordinates of every known position in every system."""
    count = 0
    for index, one in enumerate(known):
        if one.data_type not in POSITIONS or count >= _MOST_POSITIONS:
            continue
        position = parse(one.value)
        if position is None:
            continue
        count += 1
        for system, converted in systems(position):
            for axis, degrees in (
                ("latitude", converted.latitude),
                ("longitude", converted.longitude),
            ):
                for micro, pattern in _prefixes(degrees):
                    yield Place(
                        known=index,
                        axis=axis,
                        system=system,
                        degrees=degrees,
                        micro=micro,
                        pattern=pattern,
                    )


def _prefixes(degrees: float) -> list[tuple[bool, bytes]]:
    near = (degrees - TOLERANCE, degrees, degrees + TOLERANCE)
    tenths = {f"{value:.1f}" for value in near}
    tenths |= {f"{value:.12f}"[:-11] for value in near}  # cut off instead of rounded
    micro = {str(round(value * 1e6))[: _MICRO_DIGITS + (degrees < 0)] for value in near}
    return [
        *((False, text.encode()) for text in sorted(tenths)),
        *((True, text.encode()) for text in sorted(micro) if abs(degrees) >= 1),
    ]
