"""How much of an app a session saw: a pure function of the recording.

Screens and activities of those declared, permissions exercised of those declared, information and
hosts as they came over time, and whether anything new was still coming at the end. It counts what
was seen; what could not be seen is `coverage`'s business.
"""

from collections.abc import Mapping, Sequence

import msgspec

from farm.detect.timeline import Placed, Timeline
from farm.model.events import (
    Call,
    Dialog,
    Event,
    Exploration,
    PermissionAnswered,
    PermissionAsked,
    Request,
    Screen,
    Tap,
)
from farm.model.session import Session
from farm.model.vocabulary import CANARY_HOST, DataType, DialogKind, Stream

_MOST_POINTS = 200
_LONGEST_TITLE = 30
_QUIET_SHARE = 0.25  # of the session, at its end


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """One count as it grew: seconds since the first event, and how many were known by then."""

    points: list[tuple[float, int]]
    total: int
    saturated: bool  # nothing new in the last quarter of the session


class Walls(msgspec.Struct, frozen=True, kw_only=True):
    """Where exploration ended before the app did."""

    log_in: list[str]  # titles of log-in pages that were not passed
    avoided: dict[str, int]  # reason -> buttons left alone
    ended: str  # why the last exploration ended; empty where none ran


class Explored(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the app was seen."""

    seconds: float
    screens: Growth  # of the app, told apart by structure and title
    activities_seen: list[str]
    activities_declared: int
    permissions_declared: list[str]
    permissions_exercised: list[str]  # asked of the user, or answered
    apis: Growth  # catalogue ids
    hosts: Growth
    touches: int
    dialogs: dict[str, int]
    walls: Walls


def explored(session: Session, streams: Mapping[Stream, Sequence[Event]]) -> Explored:
    """Count what a session saw; arguments as for `farm.detect.judge`."""
    timeline = Timeline(streams, session.clock)
    span = timeline.span(session.created, session.ended)
    seconds = (span.hi - span.lo) / 1e9
    package = session.app.package
    screens: list[tuple[Placed, str]] = []
    seen: dict[str, None] = {}
    for placed in timeline.of(Stream.UI, Screen):
        body = placed.event.body
        if isinstance(body, Screen) and body.package == package:
            screens.append((placed, f"{body.activity} {body.fingerprint} {_title(body)}"))
            seen.setdefault(_full_name(package, body.activity), None)
    calls = [
        (placed, body.api)
        for placed in timeline.of(Stream.API, Call)
        if isinstance(body := placed.event.body, Call) and body.data_type is not DataType.CANARY
    ]
    hosts = [
        (placed, body.host.lower())
        for placed in timeline.of(Stream.NETWORK, Request)
        if isinstance(body := placed.event.body, Request) and body.host != CANARY_HOST
    ]
    return Explored(
        seconds=round(seconds, 1),
        screens=_growth(screens, span.lo, seconds),
        activities_seen=[name for name in seen if name in set(session.app.activities)],
        activities_declared=len(set(session.app.activities)),
        permissions_declared=sorted(set(session.app.permissions)),
        permissions_exercised=_exercised(session, timeline),
        apis=_growth(calls, span.lo, seconds),
        hosts=_growth(hosts, span.lo, seconds),
        touches=len(timeline.of(Stream.UI, Tap)),
        dialogs=_dialogs(timeline),
        walls=_walls(timeline),
    )


def _title(screen: Screen) -> str:
    """The first words without digits: the clock and the battery stand above an app's title."""
    for text in screen.texts[:12]:
        letters = [character for character in text if character.isalpha()]
        if len(letters) >= 2 and not any(map(str.isdigit, text)):
            return text[:_LONGEST_TITLE]
    return ""


def _full_name(package: str, activity: str) -> str:
    return package + activity if activity.startswith(".") else activity


def _growth(found: Sequence[tuple[Placed, str]], start: int, seconds: float) -> Growth:
    """Each name at its first sight; every point is later than the one before."""
    points: list[tuple[float, int]] = []
    known: set[str] = set()
    for placed, name in sorted(found, key=lambda one: one[0].interval.middle):
        if name not in known:
            known.add(name)
            at = min(max((placed.interval.middle - start) / 1e9, 0.0), seconds)
            points.append((round(at, 1), len(known)))
    last = points[-1][0] if points else 0.0
    return Growth(
        points=_thinned(points),
        total=len(known),
        saturated=bool(points) and last <= seconds * (1 - _QUIET_SHARE),
    )


def _thinned(points: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """At most `_MOST_POINTS`, the last one always among them."""
    if len(points) <= _MOST_POINTS:
        return points
    step = len(points) / _MOST_POINTS
    return [points[int(number * step)] for number in range(_MOST_POINTS - 1)] + [points[-1]]


def _exercised(session: Session, timeline: Timeline) -> list[str]:
    names: set[str] = set()
    for placed in timeline.of(Stream.API, PermissionAsked, PermissionAnswered):
        body = placed.event.body
        if isinstance(body, PermissionAnswered) or (
            isinstance(body, PermissionAsked) and body.way == "request"
        ):
            names.update(body.permissions)
    return sorted(names & set(session.app.permissions))


def _dialogs(timeline: Timeline) -> dict[str, int]:
    counts: dict[str, int] = {}
    for placed in timeline.of(Stream.UI, Dialog):
        body = placed.event.body
        if isinstance(body, Dialog) and body.dialog is not DialogKind.NONE:
            counts[body.dialog] = counts.get(body.dialog, 0) + 1
    return dict(sorted(counts.items()))


def _walls(timeline: Timeline) -> Walls:
    log_in: dict[str, None] = {}
    avoided: dict[str, int] = {}
    ended = ""
    for placed in timeline.of(Stream.UI, Exploration):
        body = placed.event.body
        if isinstance(body, Exploration):
            log_in.update(dict.fromkeys(body.walls))
            for reason, count in body.avoided.items():
                avoided[reason] = max(avoided.get(reason, 0), count)
            ended = body.ended
    return Walls(log_in=list(log_in), avoided=dict(sorted(avoided.items())), ended=ended)
