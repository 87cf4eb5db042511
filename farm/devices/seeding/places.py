"""Places on the earth for planted positions: where a walk begins, how it goes on, what is far off.

Pure. Places lie inland, within the region that map applications shift (GCJ-02), and are random, so
that what an app derives from the network address of the lab is not one of them.
"""

import math
import random

import msgspec

TRACK_POINTS = 60
"""Points of a walk; a longer session walks back and forth on it."""

STEP_METRES = (20.0, 45.0)
_SOUTH, _NORTH, _WEST, _EAST = 30.5, 38.0, 99.5, 109.5
_METRES_PER_DEGREE = 111_320.0
_FAR_DEGREES = 1.5


class Place(msgspec.Struct, frozen=True):
    """A point in degrees (WGS-84), with the six decimals that phones give."""

    latitude: float
    longitude: float

    @property
    def text(self) -> str:
        """As hooks write a position: `34.123456,104.654321`."""
        return f"{self.latitude:.6f},{self.longitude:.6f}"


def start(pick: random.Random) -> Place:
    """Anywhere in the region."""
    return _rounded(pick.uniform(_SOUTH, _NORTH), pick.uniform(_WEST, _EAST))


def far_from(place: Place, pick: random.Random) -> Place:
    """Another place, so far away that no rounding of the two is the same."""
    while True:
        other = start(pick)
        if (
            abs(other.latitude - place.latitude) >= _FAR_DEGREES
            and abs(other.longitude - place.longitude) >= _FAR_DEGREES
        ):
            return other


def walk(begin: Place, points: int, pick: random.Random) -> list[Place]:
    """A way on foot or by bicycle: steps of some metres that turn a little each time."""
    places = [begin]
    heading = pick.uniform(0, 2 * math.pi)
    while len(places) < points:
        heading += pick.uniform(-0.5, 0.5)
        metres = pick.uniform(*STEP_METRES)
        last = places[-1]
        north = metres * math.cos(heading) / _METRES_PER_DEGREE
        scale = _METRES_PER_DEGREE * math.cos(math.radians(last.latitude))
        east = metres * math.sin(heading) / scale
        places.append(_rounded(last.latitude + north, last.longitude + east))
    return places


def back_and_forth(count: int, step: int) -> int:
    """Index of the point that is reached at a step: 0 1 2 1 0 1 ... for three points."""
    if count < 2:
        return 0
    period = 2 * (count - 1)
    at = step % period
    return at if at < count else period - at


def _rounded(latitude: float, longitude: float) -> Place:
    # The last digit is never 0: a written number with fewer digits is not a rounding of ours.
    return Place(_sixth(latitude), _sixth(longitude))


def _sixth(degrees: float) -> float:
    text = f"{degrees:.6f}"
    return float(text if text[-1] != "0" else text[:-1] + "1")
