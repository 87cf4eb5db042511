"""Lays the session's timeline out as shapes: phases, screen, calls, requests, gaps.

Many events in few pixels become one bar whose height says how many, so that a session of 50,000
events draws as fast as one of 50. Knows nothing of HTML; the template draws the shapes.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from farm.detect.flows import is_own
from farm.detect.timeline import FOREVER, Interval, Timeline
from farm.model.events import (
    Call,
    Canary,
    Crash,
    Dialog,
    Event,
    Launched,
    Request,
    Restarted,
    Screen,
    Tap,
)
from farm.model.finding import Analysis
from farm.model.session import Session
from farm.model.vocabulary import DataType, DialogKind, Phase, Stream
from farm.report.masking import visible

WIDTH = 1120
LEFT = 96
RIGHT = 14
BIN = 4.0
_LANES = {
    "phases": (26, 34),
    "ui": (74, 44),
    "calls": (132, 58),
    "flows": (204, 58),
    "gaps": (276, 30),
}
HEIGHT = 342


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """One rectangle, circle, triangle, line or text; pixels within `WIDTH` x `HEIGHT`."""

    kind: str  # "rect", "circle", "triangle", "diamond", "line", "text"
    css: str
    x: float
    y: float
    w: float = 0.0
    h: float = 0.0
    zh: str = ""
    en: str = ""


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """The whole timeline and its lanes' names with the height of their middle."""

    shapes: list[Shape]
    lanes: list[tuple[str, float]]
    zero: int  # host time (ns) of the app's launch, from which all of the page counts
    width: int = WIDTH
    height: int = HEIGHT


class _Scale:
    def __init__(self, span: Interval, zero: int) -> None:
        self.span = span
        self.zero = zero
        self.per_ns = (WIDTH - LEFT - RIGHT) / max(1, span.hi - span.lo)

    def x(self, host_ns: int) -> float:
        inside = min(max(host_ns, self.span.lo), self.span.hi)
        return round(LEFT + (inside - self.span.lo) * self.per_ns, 1)

    def seconds(self, host_ns: int) -> str:
        return f"{(host_ns - self.zero) / 1e9:+.3f} s"


def draw(
    session: Session, streams: Mapping[Stream, Sequence[Event]], analysis: Analysis
) -> Drawing:
    """Lay out one session. Time zero is the app's launch."""
    timeline = Timeline(streams, session.clock)
    whole = timeline.span(session.created, session.ended)
    launches = timeline.of(Stream.DEVICE, Launched)
    zero = launches[0].interval.lo if launches else whole.lo
    margin = max(500_000_000, (whole.hi - zero) // 40)
    span = Interval(max(whole.lo, zero - margin), max(whole.hi, zero + 1_000_000_000))
    scale = _Scale(span, zero)
    marked = _marked(analysis)
    shapes = [
        *_axis(scale),
        *_phases(analysis, scale),
        *_screen(timeline, scale),
        *_bars(_calls(timeline, marked), "calls", scale),
        *_bars(_requests(timeline, marked), "flows", scale),
        *_canaries(timeline, scale),
        *_gaps(analysis, scale),
    ]
    lanes = [(name, top + height / 2) for name, (top, height) in _LANES.items()]
    return Drawing(shapes=shapes, lanes=lanes, zero=zero)


def _marked(analysis: Analysis) -> set[str]:
    references: set[str] = set()
    for finding in [*analysis.findings, *analysis.undetermined]:
        references.update(call.event for call in finding.calls)
        references.update(flow.event for flow in finding.flows)
    return references


def _axis(scale: _Scale) -> Iterable[Shape]:
    length = (scale.span.hi - scale.span.lo) / 1e9
    rough = length / 8
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = math.ceil((scale.span.lo - scale.zero) / 1e9 / step)
    last = math.floor((scale.span.hi - scale.zero) / 1e9 / step)
    for tick in range(first, last + 1):
        x = scale.x(scale.zero + round(tick * step * 1e9))
        label = f"{tick * step:g} s"
        yield Shape(kind="line", css="grid", x=x, y=20, h=HEIGHT - 36)
        yield Shape(kind="text", css="tick", x=x, y=HEIGHT - 4, zh=label, en=label)


_PHASE_NAMES = {
    Phase.BEFORE_CONSENT: ("同意前", "before consent"),
    Phase.AFTER_ACCEPT: ("同意后", "after accepting"),
    Phase.AFTER_DECLINE: ("拒绝后", "after declining"),
    Phase.AFTER_WITHDRAWAL: ("撤回后", "after withdrawing"),
    Phase.UNDETERMINED: ("不确定", "undetermined"),
}


def _phases(analysis: Analysis, scale: _Scale) -> Iterable[Shape]:
    top, height = _LANES["phases"]
    for phase in analysis.phases:
        x, end = scale.x(phase.start), scale.x(phase.end)
        zh, en = _PHASE_NAMES[phase.phase]
        bound = f"± {max(phase.start_bound, phase.end_bound) / 1e6:.0f} ms"
        css = f"phase {phase.phase}"
        yield Shape(
            kind="rect",
            css=css,
            x=x,
            y=top,
            w=max(1.0, end - x),
            h=height,
            zh=f"{zh} {scale.seconds(phase.start)} … {scale.seconds(phase.end)} {bound}",
            en=f"{en} {scale.seconds(phase.start)} … {scale.seconds(phase.end)} {bound}",
        )
        if end - x > 90:
            yield Shape(
                kind="text", css="phase-name", x=x + 8, y=top + height / 2 + 4, zh=zh, en=en
            )
    for phase in analysis.phases:
        if phase.start_bound:
            lo, hi = phase.start - phase.start_bound, phase.start + phase.start_bound
            x = scale.x(lo)
            width = max(2.0, scale.x(hi) - x)
            yield Shape(kind="rect", css="border", x=x, y=top - 4, w=width, h=HEIGHT - top - 32)


def _screen(timeline: Timeline, scale: _Scale) -> Iterable[Shape]:
    top, height = _LANES["ui"]
    middle = top + height / 2
    last = -1000.0
    for placed in timeline.of(Stream.UI, Screen):
        x = scale.x(placed.interval.lo)
        if x - last >= BIN:
            yield Shape(kind="rect", css="screen", x=x, y=middle - 7, w=2, h=14)
            last = x
    taps = [one for one in timeline.of(Stream.UI, Dialog, Tap)][:2000]
    for placed in taps:
        body, x = placed.event.body, scale.x(placed.interval.middle)
        at = scale.seconds(placed.interval.middle)
        if isinstance(body, Dialog) and body.dialog is not DialogKind.NONE:
            name = visible(f"{body.dialog} {body.title}", 80)
            css = "dialog consent" if body.dialog is DialogKind.PRIVACY_CONSENT else "dialog"
            yield Shape(
                kind="diamond", css=css, x=x, y=middle, w=8, zh=f"{name} {at}", en=f"{name} {at}"
            )
        elif isinstance(body, Tap):
            name = visible(body.text, 60)
            css = f"tap {body.answer}" if body.answer else "tap"
            yield Shape(
                kind="triangle",
                css=css,
                x=x,
                y=top + height - 4,
                w=8,
                zh=f"点击 {name} {at}",
                en=f"tap {name} {at}",
            )
            if body.answer:
                yield Shape(kind="text", css="tap-name", x=x + 8, y=top + height, zh=name, en=name)
    for placed in timeline.of(Stream.DEVICE, Launched, Restarted, Crash):
        body, x = placed.event.body, scale.x(placed.interval.lo)
        zh, en = {"launched": ("启动", "launch"), "restarted": ("重启", "restart")}.get(
            placed.event.kind, ("崩溃", "crash")
        )
        yield Shape(kind="line", css=f"life {placed.event.kind}", x=x, y=top - 6, h=height + 8)
        yield Shape(kind="text", css="tap-name", x=x + 4, y=top + 4, zh=zh, en=en)


class _Dot(msgspec.Struct, frozen=True):
    interval: Interval
    marked: bool
    name: str


def _calls(timeline: Timeline, marked: set[str]) -> Iterable[_Dot]:
    for placed in timeline.of(Stream.API, Call):
        body = placed.event.body
        if isinstance(body, Call) and body.data_type is not DataType.CANARY:
            name = f"{body.data_type} {body.class_name.rpartition('.')[2]}.{body.method}"
            yield _Dot(placed.interval, placed.event.reference in marked, name)


def _requests(timeline: Timeline, marked: set[str]) -> Iterable[_Dot]:
    for placed in timeline.of(Stream.NETWORK, Request):
        body = placed.event.body
        if isinstance(body, Request) and not is_own(body.host):
            interval = Interval(body.started, max(body.started, placed.event.t))
            yield _Dot(interval, placed.event.reference in marked, body.host)


def _bars(dots: Iterable[_Dot], lane: str, scale: _Scale) -> Iterable[Shape]:
    top, height = _LANES[lane]
    bins: dict[int, list[_Dot]] = {}
    counts: dict[int, int] = {}
    for dot in dots:
        if dot.interval.hi >= FOREVER or dot.interval.lo <= -FOREVER:
            continue
        number = int((scale.x(dot.interval.middle) - LEFT) / BIN)
        counts[number] = counts.get(number, 0) + 1
        kept = bins.setdefault(number, [])
        if len(kept) < 4 or (dot.marked and not any(other.marked for other in kept)):
            kept.append(dot)
    most = max(counts.values(), default=1)
    for number in sorted(bins):
        kept, count = bins[number], counts[number]
        share = math.log1p(count) / math.log1p(max(most, 3))
        tall = round(max(0.28, share) * height, 1)
        x = LEFT + number * BIN
        names = ", ".join(dict.fromkeys(visible(dot.name, 60) for dot in kept))
        title = f"{count} × {names} {scale.seconds(kept[0].interval.middle)}"
        css = "bar marked" if any(dot.marked for dot in kept) else "bar"
        yield Shape(
            kind="rect", css=css, x=x, y=top + height - tall, w=BIN - 1, h=tall, zh=title, en=title
        )
        lo, hi = min(dot.interval.lo for dot in kept), max(dot.interval.hi for dot in kept)
        if scale.x(hi) - scale.x(lo) > 1.5:
            wide = round(scale.x(hi) - scale.x(lo), 1)
            yield Shape(kind="rect", css="bound", x=scale.x(lo), y=top + height + 2, w=wide, h=2.5)


def _canaries(timeline: Timeline, scale: _Scale) -> Iterable[Shape]:
    for placed in timeline.of(Stream.DEVICE, Canary):
        body = placed.event.body
        if not isinstance(body, Canary) or body.recorder not in {Stream.API, Stream.NETWORK}:
            continue
        top, _ = _LANES["calls" if body.recorder is Stream.API else "flows"]
        css = "canary" if body.seen else "canary lost"
        at = scale.seconds(body.sent)
        yield Shape(
            kind="circle",
            css=css,
            x=scale.x(body.sent),
            y=top + 5,
            w=3,
            zh=f"自检信号 {at}" + ("" if body.seen else " 未收到"),
            en=f"proof of life {at}" + ("" if body.seen else " lost"),
        )


def _gaps(analysis: Analysis, scale: _Scale) -> Iterable[Shape]:
    top, height = _LANES["gaps"]
    for index, gap in enumerate(analysis.coverage.gaps[:200]):
        x = scale.x(gap.start)
        title = visible(f"{gap.what}: {gap.cause} {gap.detail}", 200)
        row = index % 3
        yield Shape(
            kind="rect",
            css="gap",
            x=x,
            y=top + row * height / 3,
            w=max(3.0, scale.x(gap.end) - x),
            h=height / 3 - 1.5,
            zh=title,
            en=title,
        )
