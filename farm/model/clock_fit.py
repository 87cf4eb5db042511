"""The phone's clock against the host's, from many readings of it. Pure; takes no reading itself.

Every sample bounds the offset (phone minus host) from both sides, whatever the network did: the
phone read its clock between `sent` and `received` on the host. A line that passes through all
these bounds is consistent; the largest distance from it to any other consistent line is the error
bound, so that asymmetric delays are paid for honestly.
"""

import itertools
from collections.abc import Sequence

from farm.model.errors import DeviceError
from farm.model.events import ClockSample
from farm.model.session import ClockFit

LARGEST_DRIFT_PPM = 500.0
"""Crystals of phones stay within about 100 ppm; more than this is taken for a stepped clock."""


class ClockUnstable(DeviceError):
    """The samples fit no clock that runs evenly: the phone's clock was set meanwhile."""


def fit(samples: Sequence[ClockSample]) -> ClockFit:
    """Fit offset and drift with a bound that holds for every clock consistent with the samples.

    Raises:
        DeviceError: there is no sample.
        ClockUnstable: no offset with a drift within LARGEST_DRIFT_PPM passes through all samples.
    """
    if not samples:
        raise DeviceError("no clock sample was taken: the phone's clock is unknown")
    reference = samples[0].phone
    points = [(s.phone - reference, s.phone - s.received, s.phone - s.sent) for s in samples]
    limit = LARGEST_DRIFT_PPM * 1e-6
    # With offset(x) = a + b x between low and high at every x, each slope b leaves an interval of
    # a. Its width is concave in b, so the consistent slopes are one interval around the widest.
    slope = _widest(points, limit)
    low, high = _intercepts(points, slope)
    if low > high:
        raise ClockUnstable(
            f"the phone's clock was set or jumped: {len(samples)} samples are at least "
            f"{(low - high) / 1e6:.1f} ms from any even clock"
        )
    slopes = (_edge(points, slope, -limit), _edge(points, slope, limit))
    # Any slope between is consistent too; the middle one is the farthest from being wrong.
    slope = (slopes[0] + slopes[1]) / 2
    low, high = _intercepts(points, slope)
    # Consistent (a, b) form a convex polygon: at its vertices lie the extremes at every x.
    corners = [(b, a) for b in (*slopes, slope, *_breaks(points, slopes)) for a in _pair(points, b)]
    first, last = min(p[0] for p in points), max(p[0] for p in points)
    middle = (low + high) / 2
    bound = max(abs((a + b * x) - (middle + slope * x)) for b, a in corners for x in (first, last))
    drift_bound = max(slope - slopes[0], slopes[1] - slope)
    return ClockFit(
        reference_ns=reference,
        offset_ns=round(middle),
        drift_ppm=slope * 1e6,
        bound_ns=int(bound) + 2 + int(1e-9 * (last - first)),
        drift_bound_ppm=drift_bound * 1e6 + 1.0,
        first_ns=reference + first,
        last_ns=reference + last,
        samples=len(samples),
    )


_Points = Sequence[tuple[int, int, int]]


def _intercepts(points: _Points, slope: float) -> tuple[float, float]:
    return (
        max(low - slope * x for x, low, _ in points),
        min(high - slope * x for x, _, high in points),
    )


def _pair(points: _Points, slope: float) -> tuple[float, ...]:
    low, high = _intercepts(points, slope)
    return (low, high) if low <= high else ((low + high) / 2,)


def _width(points: _Points, slope: float) -> float:
    low, high = _intercepts(points, slope)
    return high - low


def _widest(points: _Points, limit: float) -> float:
    if len(points) == 1:
        return 0.0
    left, right = -limit, limit
    for _ in range(100):
        third = (right - left) / 3
        if _width(points, left + third) < _width(points, right - third):
            left += third
        else:
            right -= third
    return (left + right) / 2


def _edge(points: _Points, inside: float, outside: float) -> float:
    """The consistent slope farthest towards `outside`."""
    if _width(points, outside) >= 0:
        return outside
    for _ in range(80):
        middle = (inside + outside) / 2
        if _width(points, middle) >= 0:
            inside = middle
        else:
            outside = middle
    return outside  # just outside: the bound errs to the larger side


def _breaks(points: _Points, slopes: tuple[float, float]) -> list[float]:
    """Slopes at which the polygon of consistent lines has its corners.

    A corner is a line through two bounds of one side: an edge of that side's convex hull.
    """
    low, high = slopes
    vertices = []
    for side in (1, 2):
        pairs = [(p[0], p[side]) for p in points]
        hull = _hull(pairs, upper=side == 1)
        for (x1, y1), (x2, y2) in itertools.pairwise(hull):
            slope = (y2 - y1) / (x2 - x1)
            if low <= slope <= high:
                vertices.append(slope)
    return vertices


def _hull(pairs: Sequence[tuple[int, int]], *, upper: bool) -> list[tuple[int, int]]:
    """Upper hull of the lower bounds, or lower hull of the upper ones (Andrew's chain)."""
    best: dict[int, int] = {}
    for x, y in pairs:
        best[x] = y if x not in best else (max if upper else min)(best[x], y)
    hull: list[tuple[int, int]] = []
    sign = 1 if upper else -1
    for point in sorted(best.items()):
        while len(hull) >= 2:
            (ax, ay), (bx, by) = hull[-2], hull[-1]
            if sign * ((bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)) < 0:
                break
            hull.pop()
        hull.append(point)
    return hull
