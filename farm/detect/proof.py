"""Proof of life: did hooks and proxy hear in every phase, and was every process hooked?

Silence counts as evidence only where a recorder was shown to hear. While no process of the app
lives there is nothing for the hooks to hear.
"""

from farm.detect.phases import Phases
from farm.detect.timeline import FOREVER, Interval, Placed, Timeline
from farm.model.events import Canary, DeviceNote, Gap, HooksReady, Launched, ProcessSeen, Restarted
from farm.model.finding import CoverageGap, PhaseInterval
from farm.model.vocabulary import GapCause, Phase, Stream

_GONE = frozenset({"exited", "crashed"})
NO_APP_PROCESS = "no_app_process"
"""Name of the note that stands for a canary where no process of the app was there."""

_SETTLE_NS = 3_000_000_000
"""An app that ends this soon after a phase began has no time to be proven alive in it."""


def process_gaps(timeline: Timeline, span: Interval) -> list[CoverageGap]:
    """Processes that ran without hooks, or before them, or after the hooks were lost."""
    gaps: list[CoverageGap] = []
    ready: dict[int, Placed] = {}
    for placed in timeline.of(Stream.API, HooksReady):
        body = placed.event.body
        assert isinstance(body, HooksReady)  # noqa: S101 - `of` returns nothing else
        ready.setdefault(body.pid, placed)
    started: dict[int, tuple[Placed, str]] = {}
    for placed in timeline.of(Stream.DEVICE, Launched, Restarted):
        launch = placed.event.body
        assert isinstance(launch, Launched | Restarted)  # noqa: S101 - nothing else
        started[launch.pid] = (placed, launch.package)
    for placed in timeline.of(Stream.API, ProcessSeen):
        seen = placed.event.body
        assert isinstance(seen, ProcessSeen)  # noqa: S101 - `of` returns nothing else
        if seen.state == "started":
            started.setdefault(seen.pid, (placed, seen.process))
    for pid, (placed, name) in sorted(started.items()):
        start, at = _within(placed.interval.lo, span), [placed.event.reference]
        hooks = ready.get(pid)
        if hooks is None:
            gaps.append(
                CoverageGap(
                    what=f"process {name[:200]} ({pid})",
                    cause=GapCause.PROCESS_NOT_HOOKED,
                    start=start,
                    end=span.hi,
                    detail="no hooks were ever in place in this process",
                    events=at,
                )
            )
            continue
        body = hooks.event.body
        if isinstance(body, HooksReady) and not body.early:
            gaps.append(
                CoverageGap(
                    what=f"process {name[:200]} ({pid})",
                    cause=GapCause.HOOKS_NOT_READY,
                    start=start,
                    end=max(start, _within(hooks.interval.hi, span)),
                    detail="the hooks came after the process's first instruction",
                    events=[*at, hooks.event.reference],
                )
            )
    if not ready:
        gaps.append(
            CoverageGap(
                what="hooks",
                cause=GapCause.HOOKS_NOT_READY,
                start=span.lo,
                end=span.hi,
                detail="the hook bundle never said that it was ready",
            )
        )
    return gaps + _detached(timeline, span)


def _detached(timeline: Timeline, span: Interval) -> list[CoverageGap]:
    """Hooks lost in a process that was not seen to end, until they are back or to the end."""
    events = timeline.of(Stream.API, ProcessSeen, HooksReady)
    reported = any(
        isinstance(placed.event.body, Gap) and placed.event.body.cause is GapCause.FRIDA_DETACHED
        for placed in timeline.of(Stream.API, Gap)
    )
    gaps: list[CoverageGap] = []
    for index, placed in enumerate(events):
        seen = placed.event.body
        if not isinstance(seen, ProcessSeen) or seen.state != "detached" or reported:
            continue
        later = [
            other
            for other in events[index + 1 :]
            if isinstance(other.event.body, HooksReady | ProcessSeen)
            and other.event.body.pid == seen.pid
        ]
        gone = any(
            isinstance(other.event.body, ProcessSeen) and other.event.body.state in _GONE
            for other in later
        )
        if gone or "terminated" in seen.reason:
            continue
        back = [other for other in later if isinstance(other.event.body, HooksReady)]
        gaps.append(
            CoverageGap(
                what=f"process {seen.process[:200]} ({seen.pid})",
                cause=GapCause.FRIDA_DETACHED,
                start=_within(placed.interval.lo, span),
                end=_within(back[0].interval.hi, span) if back else span.hi,
                detail=seen.reason[:300],
                events=[placed.event.reference],
            )
        )
    return gaps


def canary_gaps(timeline: Timeline, phases: Phases, span: Interval) -> list[CoverageGap]:
    """Canaries that did not come out again, and phases in which none did."""
    canaries = [
        (placed, placed.event.body)
        for placed in timeline.of(Stream.DEVICE, Canary)
        if isinstance(placed.event.body, Canary)
    ]
    ended = _all_processes_ended(timeline)
    gaps: list[CoverageGap] = []
    for recorder in (Stream.API, Stream.NETWORK):
        mine = [(placed, body) for placed, body in canaries if body.recorder is recorder]
        for placed, body in mine:
            if body.seen or (recorder is Stream.API and ended is not None and body.sent >= ended):
                continue
            back = [other.sent for _, other in mine if other.seen and other.sent > body.sent]
            gaps.append(
                CoverageGap(
                    what=f"{recorder} recorder",
                    cause=GapCause.CANARY_MISSED,
                    start=body.sent,
                    end=min(back) if back else span.hi,
                    detail=f"proof of life ({body.when}) did not come out again {body.detail}"[
                        :300
                    ],
                    events=[placed.event.reference],
                )
            )
        heard = [Interval(body.sent, body.sent) for _, body in mine if body.seen]
        for interval in phases.intervals(span):
            if interval.phase is Phase.UNDETERMINED:
                continue
            short_lived = ended is not None and ended <= interval.start + _SETTLE_NS
            if recorder is Stream.API and (
                short_lived or _without_process(timeline, phases, interval)
            ):
                continue
            if not any(phases.of(one) is interval.phase for one in heard):
                gaps.append(
                    CoverageGap(
                        what=f"{recorder} recorder",
                        cause=GapCause.CANARY_MISSED,
                        start=interval.start,
                        end=interval.end,
                        detail=f"no proof of life in phase {interval.phase}",
                    )
                )
    return gaps


def _without_process(timeline: Timeline, phases: Phases, interval: PhaseInterval) -> bool:
    """Whether the phone said in this phase that no process of the app was there to be heard."""
    return any(
        isinstance(placed.event.body, DeviceNote)
        and placed.event.body.name == NO_APP_PROCESS
        and phases.of(placed.interval) is interval.phase
        for placed in timeline.of(Stream.DEVICE, DeviceNote)
    )


def _all_processes_ended(timeline: Timeline) -> int | None:
    """When the app's last process ended, host ns; None while one may be alive."""
    alive: set[int] = set()
    last: int | None = None
    for placed in timeline.of(Stream.API, HooksReady, ProcessSeen):
        body = placed.event.body
        if isinstance(body, HooksReady) or (
            isinstance(body, ProcessSeen) and body.state == "started"
        ):
            alive.add(body.pid)
        elif isinstance(body, ProcessSeen) and body.state in _GONE:
            alive.discard(body.pid)
            last = placed.interval.hi
    return last if not alive and last is not None and last < FOREVER else None


def _within(time: int, span: Interval) -> int:
    return min(max(time, span.lo), span.hi)
