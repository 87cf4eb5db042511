"""Plots as shapes with numbers, drawn by templates as SVG. A table says the same in words."""

import datetime
from collections.abc import Mapping, Sequence

import msgspec

from farm.register.values import VersionLine

_WIDE = 720.0
_HIGH = 200.0
_LEFT = 44.0
_BOTTOM = 26.0
_TOP = 10.0


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One rectangle of a plot; `css` says what it stands for."""

    x: float
    y: float
    w: float
    h: float
    css: str
    title: str


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A text at an axis."""

    x: float
    y: float
    text: str


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """A plot; sizes in the units of its view box."""

    wide: float
    high: float
    bars: list[Bar]
    labels: list[Label]
    grid: list[Label]  # horizontal lines with what they stand for


def stacked(columns: Sequence[tuple[str, Mapping[str, int]]], order: Sequence[str]) -> Plot:
    """Columns of counts, stacked by kind in a fixed order."""
    most = max((sum(counts.values()) for _, counts in columns), default=0)
    step = _nice_step(most)
    top = max(step, -(-most // step) * step) if most else 1
    inner = _HIGH - _TOP - _BOTTOM
    slot = (_WIDE - _LEFT) / max(len(columns), 1)
    bars: list[Bar] = []
    labels: list[Label] = []
    every = max(1, -(-len(columns) // 12))
    for number, (name, counts) in enumerate(columns):
        x, y = _LEFT + number * slot, _HIGH - _BOTTOM
        for kind in order:
            count = counts.get(kind, 0)
            if not count:
                continue
            tall = inner * count / top
            y -= tall
            bars.append(
                Bar(
                    x=round(x + slot * 0.15, 2),
                    y=round(y, 2),
                    w=round(min(slot * 0.7, 60), 2),
                    h=round(tall, 2),
                    css=kind,
                    title=f"{name}: {kind} {count}",
                )
            )
        if number % every == 0:
            labels.append(Label(x=round(x + slot * 0.15, 2), y=_HIGH - 8, text=name))
    grid = [
        Label(x=_LEFT - 6, y=round(_HIGH - _BOTTOM - inner * value / top, 2), text=f"{value:,}")
        for value in range(0, top + 1, step)
    ]
    return Plot(wide=_WIDE, high=_HIGH, bars=bars, labels=labels, grid=grid)


def months(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """The first days of all months from one to another."""
    found = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        found.append(datetime.date(year, month, 1))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One version on the line of time."""

    x: float
    y: float
    css: str
    version: VersionLine


def version_marks(versions: Sequence[VersionLine]) -> list[Mark]:
    """Versions on a line of time 700 units wide, the oldest at the left; close ones stand apart."""
    ordered = sorted(versions, key=lambda one: (one.first_seen, one.version_code))[-60:]
    if not ordered:
        return []
    first, last = ordered[0].first_seen, ordered[-1].first_seen
    span = (last - first).total_seconds() or 1.0
    marks: list[Mark] = []
    before = -100.0
    for one in ordered:
        x = 20 + 660 * (one.first_seen - first).total_seconds() / span
        x = max(x, before + 11)
        before = x
        marks.append(Mark(x=round(x, 1), y=30.0, css=one.verdict or "none", version=one))
    wide = max(mark.x for mark in marks)
    if wide > 680:  # pushed out to the right: shrink everything alike
        shrink = 660 / (wide - 20)
        marks = [msgspec.structs.replace(m, x=round(20 + (m.x - 20) * shrink, 1)) for m in marks]
    return marks


def _nice_step(most: int) -> int:
    step = 1
    for factor in (1, 2, 5):
        step = factor
        while step * 5 < most and step < 10**9:
            step *= 10
        if step * 5 >= most and step * 5 <= most * 10:
            return step
    return max(1, step)
