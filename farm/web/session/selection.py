"""Which rows of a recording are shown: filters, a window of time, and bins where there are many.

Pure functions over the columns; what a row looks like is the business of the pages.
"""

from typing import Any

import msgspec
import numpy as np

from farm.model.vocabulary import Phase, Stream
from farm.web.session.prepared import FOUND, PHASES, PLAIN, STREAMS, Column, Prepared

MOST_SINGLE = 400
"""Events of one lane that are drawn each by itself; more become bins."""
MOST_BINS = 600


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to see; "" and None: everything."""

    stream: str = ""
    kind: str = ""
    phase: str = ""
    data_type: str = ""
    party: str = ""
    only_findings: bool = False
    since: int | None = None  # ns after zero
    until: int | None = None


def rows(prepared: Prepared, wanted: Filters) -> Column:
    """Numbers of the rows that fit, in order. Rows of unknown time fit no window."""
    columns = prepared.columns
    fits = np.ones(prepared.size, dtype=bool)
    if wanted.stream:
        known = wanted.stream in set(Stream)
        fits &= columns["stream"] == (STREAMS.index(Stream(wanted.stream)) if known else -1)
    if wanted.kind:
        fits &= columns["kind"] == prepared.kinds.find(wanted.kind)
    if wanted.phase:
        known = wanted.phase in set(Phase)
        fits &= columns["phase"] == (PHASES.index(Phase(wanted.phase)) if known else -1)
    if wanted.data_type:
        fits &= columns["type"] == prepared.types.find(wanted.data_type)
    if wanted.party:
        fits &= columns["party"] == prepared.parties.find(wanted.party)
    if wanted.only_findings:
        fits &= columns["mark"] > PLAIN
    if wanted.since is not None or wanted.until is not None:
        since = prepared.start if wanted.since is None else wanted.since
        until = prepared.end if wanted.until is None else wanted.until
        fits &= columns["unknown"] == 0
        # An event is in the window where it may lie there: it is never lost at a border.
        fits &= columns["time"] + columns["bound"] >= since
        fits &= columns["time"] - columns["bound"] <= until
    return np.flatnonzero(fits).astype(np.int64)


class Lane(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One stream in a window: its events, or how many there are in each part of the window.

    An event: [row, time, bound, mark, kind]. A bin: [start, end, events, mark, first row].
    Times are microseconds after zero; a mark says what an event is to the findings.
    """

    stream: Stream
    count: int
    events: list[tuple[int, int, int, int, int]] = []
    bins: list[tuple[int, int, int, int, int]] = []


def lanes(prepared: Prepared, chosen: Column, since: int, until: int, bins: int) -> list[Lane]:
    """The chosen rows by stream, for drawing."""
    shown: list[Lane] = []
    columns = prepared.columns
    chosen = chosen[columns["unknown"][chosen] == 0]
    for number, stream in enumerate(STREAMS):
        own = chosen[columns["stream"][chosen] == number]
        if len(own) <= MOST_SINGLE:
            shown.append(Lane(stream=stream, count=len(own), events=_single(prepared, own)))
        else:
            several = _binned(prepared, own, since, until, min(max(bins, 10), MOST_BINS))
            shown.append(Lane(stream=stream, count=len(own), bins=several))
    return shown


def _single(prepared: Prepared, own: Column) -> list[tuple[int, int, int, int, int]]:
    columns = prepared.columns
    taken = zip(
        own.tolist(),
        (columns["time"][own] // 1000).tolist(),
        (-(-columns["bound"][own] // 1000)).tolist(),
        columns["mark"][own].tolist(),
        columns["kind"][own].tolist(),
        strict=True,
    )
    return list(taken)


def _binned(
    prepared: Prepared, own: Column, since: int, until: int, bins: int
) -> list[tuple[int, int, int, int, int]]:
    columns = prepared.columns
    width = max(1, -(-(until - since) // bins))
    place = np.clip((columns["time"][own] - since) // width, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    marks = np.zeros(bins, dtype=np.int64)
    np.maximum.at(marks, place, columns["mark"][own])
    first = np.full(bins, np.iinfo(np.int64).max)
    # The row that a click opens: the first one that belongs to a finding, else the first one.
    rank = own + (columns["mark"][own] < FOUND) * prepared.size
    rank += (columns["mark"][own] == PLAIN) * prepared.size
    np.minimum.at(first, place, rank)
    shown: list[tuple[int, int, int, int, int]] = []
    for number in np.flatnonzero(counts).tolist():
        start = (since + number * width) // 1000
        end = (since + (number + 1) * width) // 1000
        row = int(first[number]) % prepared.size
        shown.append((start, end, int(counts[number]), int(marks[number]), row))
    return shown


def brief(prepared: Prepared, row: int) -> dict[str, Any]:
    """What the page says of one row when it is pointed at; masked."""
    columns = prepared.columns
    return {
        "row": row,
        "event": prepared.reference(row),
        "time": None if columns["unknown"][row] else int(columns["time"][row]),
        "bound": int(columns["bound"][row]),
        "stream": STREAMS[int(columns["stream"][row])],
        "kind": prepared.kinds.texts[int(columns["kind"][row])],
        "data_type": prepared.types.texts[int(columns["type"][row])],
        "party": prepared.masker.text(prepared.parties.texts[int(columns["party"][row])]),
        "phase": PHASES[int(columns["phase"][row])],
        "mark": int(columns["mark"][row]),
        "label": prepared.masker.text(prepared.labels.texts[int(columns["label"][row])]),
        "findings": prepared.finding_of.get(prepared.reference(row), []),
    }
