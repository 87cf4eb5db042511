"""Names the value of a text in which something was found, and cuts it out.

What stands over the borders of values keeps the whole text.
"""

from typing import NamedTuple

from farm.detect.decode.formats import structure
from farm.detect.decode.node import Place
from farm.detect.decode.text import FieldText


class Found(NamedTuple):
    """A needle in a leaf, or a leaf that could not be read."""

    steps: tuple[str, ...]  # from the searched buffer to the leaf
    leaf: bytes
    number: int  # of the needle or shape, or `UNREADABLE`
    start: int  # in the leaf
    end: int
    reason: str = ""  # why it could not be read


class Leaves:
    """The values of one text: each is cut out and taken apart once, however much stands in it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._leaves: dict[tuple[int, int], bytes] = {}
        self._fields: dict[tuple[int, int], FieldText | None] = {}

    def leaf(self, place: Place) -> bytes:
        """The value at a place."""
        if place.end - place.start >= len(self.data):
            return self.data
        key = (place.start, place.end)
        if key not in self._leaves:
            self._leaves[key] = self.data[place.start : place.end]
        return self._leaves[key]

    def fields(self, place: Place) -> FieldText | None:
        """The value at a place as a form or a URL, None where it is neither."""
        key = (place.start, place.end)
        if key not in self._fields:
            leaf = self.leaf(place)
            inner = structure(leaf) if b"=" in leaf else None
            self._fields[key] = inner if isinstance(inner, FieldText) else None
        return self._fields[key]


def placed(leaves: Leaves, place: Place, start: int, end: int, one: Found) -> Found:
    """Name the value in which something was found at [`start`, `end`) of a text."""
    data = leaves.data
    if end > place.end or start < place.start:  # over the borders of values
        steps = tuple(step for step in one.steps if step)
        return one._replace(steps=steps) if steps else Found((), data, one.number, start, end)
    named, place = _fields(leaves, place, start, end)
    if not one.steps:
        return Found(named, leaves.leaf(place), one.number, start - place.start, end - place.start)
    step = one.steps[0]
    if step and " at " not in step and step[:3] != "jwt" and not _alone(data, place, start, end):
        step = f"{step} at {start - place.start}"
    return one._replace(steps=named + ((step,) if step else ()) + one.steps[1:])


def _fields(leaves: Leaves, place: Place, start: int, end: int) -> tuple[tuple[str, ...], Place]:
    """The steps to a place, also where its value is a form or a URL without any escape."""
    if not place.step:
        return (), place
    inner = leaves.fields(place) if end - start < place.end - place.start else None
    if inner is not None:
        (field,) = inner.places([start - place.start])
        if end - place.start <= field.end and field.step:
            within = Place(field.step, place.start + field.start, place.start + field.end)
            return (place.step, field.step), within
    return (place.step,), place


def _alone(data: bytes, place: Place, start: int, end: int) -> bool:
    """Whether [`start`, `end`) is the whole value, but for white space around it."""
    around = data[place.start : min(start, place.start + 4)], data[end : min(place.end, end + 4)]
    return start - place.start <= 4 and place.end - end <= 4 and not any(map(bytes.strip, around))
