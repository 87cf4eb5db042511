"""States what could be seen in a session and what could not. Judges nothing.

A session is `complete` only where both the hooks and the proxy were shown to hear in every phase
and nothing was lost in between.
"""

from collections.abc import Sequence

from farm.detect.flows import Traffic, is_own
from farm.detect.phases import Phases
from farm.detect.proof import canary_gaps, process_gaps
from farm.detect.timeline import FOREVER, Interval, Timeline, from_phone
from farm.detect.unread import unread_gaps
from farm.model.events import (
    Call,
    Canary,
    Expectation,
    Gap,
    HooksReady,
    InstrumentationSought,
    NotSeeded,
    RawConnection,
    Request,
    Step,
    Stopped,
    TlsFailed,
)
from farm.model.exchange import Exchange
from farm.model.expectations import SCENARIO_NEEDS
from farm.model.finding import Coverage, CoverageGap
from farm.model.session import Session
from farm.model.vocabulary import STREAM_CLOCK, Clock, GapCause, Outcome, Stream

_MOST_HOSTS = 500
_MOST_PLACES = 50
# An app that quits when it is refused is a fact about the app; nothing was left unseen by that.


def find_coverage(
    session: Session,
    timeline: Timeline,
    phases: Phases,
    traffic: Traffic,
) -> Coverage:
    """Gather every gap of the session, in time order, and what was seen besides."""
    span = timeline.span(session.created, session.ended)
    gaps = [
        *_recorded_gaps(timeline, span),
        *_session_gaps(session, span),
        *_stream_gaps(timeline, span),
        *_hook_gaps(timeline, span),
        *process_gaps(timeline, span),
        *_refused_gaps(timeline, span),
        *unread_gaps(timeline, traffic, span),
        *canary_gaps(timeline, phases, span),
        *_scenario_gaps(timeline),
    ]
    gaps = _distinct(gaps)
    canaries = [placed.event.body for placed in timeline.of(Stream.DEVICE, Canary)]
    installed, failed = _hooks(timeline)
    return Coverage(
        complete=not gaps,
        gaps=gaps,
        hooks_installed=len(installed),
        hooks_failed=failed,
        hosts_seen=_hosts_seen(timeline, traffic.exchanges),
        hosts_refused=_hosts_refused(timeline),
        canaries_sent=len(canaries),
        canaries_seen=sum(1 for body in canaries if isinstance(body, Canary) and body.seen),
        consent_dialog_seen=phases.dialog_seen,
        clock_bound_ns=_clock_bound(session, timeline),
        not_seeded=_not_seeded(timeline),
        instruments_sought=_instruments_sought(timeline),
    )


def _recorded_gaps(timeline: Timeline, span: Interval) -> list[CoverageGap]:
    merged: dict[tuple[Stream, str], tuple[Gap, list[str]]] = {}
    for stream in Stream:
        for placed in timeline.of(stream, Gap):
            body = placed.event.body
            assert isinstance(body, Gap)  # noqa: S101 - `of` returns nothing else
            key = (stream, body.gap_id)
            _, references = merged.get(key, (body, []))
            merged[key] = (body, [*references, placed.event.reference][:20])
    gaps: list[CoverageGap] = []
    for (stream, _), (body, references) in merged.items():
        start, end = body.start, body.end if body.end is not None else span.hi
        if STREAM_CLOCK[stream] is Clock.PHONE:
            start = from_phone(body.start, timeline.clock).lo
            if body.end is not None:
                end = from_phone(body.end, timeline.clock).hi
        what = f"{stream} {body.scope}".strip()
        gaps.append(_gap(what, body.cause, start, end, span, body.detail, references))
    return gaps


def _session_gaps(session: Session, span: Interval) -> list[CoverageGap]:
    gaps: list[CoverageGap] = []
    if session.outcome is not Outcome.COMPLETE:
        reason = session.reason or "the session was cut off and never finished"
        gaps.append(_gap("session", "interrupted", span.lo, span.hi, span, reason))
    if session.clock is None:
        why = "the phone's clock was not fitted to the host's: calls cannot be placed in a phase"
        gaps.append(_gap("clock", GapCause.CLOCK_UNSTABLE, span.lo, span.hi, span, why))
    return gaps


def _stream_gaps(timeline: Timeline, span: Interval) -> list[CoverageGap]:
    gaps: list[CoverageGap] = []
    for stream in Stream:
        events = timeline.stream(stream)
        expected = 0
        for placed in events:
            if placed.event.n != expected:
                why = f"events {expected} to {placed.event.n - 1} are missing"
                what = f"stream {stream}"
                at = placed.event.reference
                gaps.append(
                    _gap(
                        what, GapCause.EVENTS_DROPPED, span.lo, placed.interval.hi, span, why, [at]
                    )
                )
            expected = placed.event.n + 1
        if stream not in {Stream.API, Stream.NETWORK}:
            continue
        if not events:
            why = "the stream is empty: its recorder never wrote"
            gaps.append(
                _gap(f"stream {stream}", GapCause.RECORDER_FAILED, span.lo, span.hi, span, why)
            )
        elif not any(isinstance(placed.event.body, Stopped) for placed in events):
            last = events[-1]
            why, end_at = "the stream has no orderly end", [last.event.reference]
            since = last.interval.lo
            gaps.append(
                _gap(f"stream {stream}", GapCause.TORN_STREAM, since, span.hi, span, why, end_at)
            )
    return gaps


def _hooks(timeline: Timeline) -> tuple[set[str], dict[str, str]]:
    installed: set[str] = set()
    failed: dict[str, str] = {}
    for placed in timeline.of(Stream.API, HooksReady):
        body = placed.event.body
        assert isinstance(body, HooksReady)  # noqa: S101 - `of` returns nothing else
        installed.update(body.installed)
        failed.update(body.failed)
    return installed, dict(sorted(failed.items()))


def _hook_gaps(timeline: Timeline, span: Interval) -> list[CoverageGap]:
    gaps: list[CoverageGap] = []
    for placed in timeline.of(Stream.API, HooksReady):
        body = placed.event.body
        assert isinstance(body, HooksReady)  # noqa: S101 - `of` returns nothing else
        for hook, reason in sorted(body.failed.items()):
            at = [placed.event.reference]
            gaps.append(
                _gap(f"hook {hook}", GapCause.HOOK_FAILED, span.lo, span.hi, span, reason, at)
            )
    return gaps


def _refused_gaps(timeline: Timeline, span: Interval) -> list[CoverageGap]:
    gaps: list[CoverageGap] = []
    for placed in timeline.of(Stream.NETWORK, TlsFailed, RawConnection):
        body, at = placed.event.body, placed.interval
        assert isinstance(body, TlsFailed | RawConnection)  # noqa: S101 - nothing else
        if is_own(body.host):
            continue
        if isinstance(body, TlsFailed):
            cause = GapCause.TLS_REFUSED.value
            who = "the app" if body.side == "app" else "the server"
            detail = f"{who} refused TLS on port {body.port}: {body.reason}"
        else:
            cause = "protocol_not_readable"
            detail = f"{body.bytes_sent} bytes sent, {body.bytes_received} received"
        what = f"network {body.host}"
        gaps.append(_gap(what, cause, at.lo, at.hi, span, detail, [placed.event.reference]))
    return gaps


def _scenario_gaps(timeline: Timeline) -> list[CoverageGap]:
    gaps: list[CoverageGap] = []
    for placed in timeline.of(Stream.UI, Step, Expectation):
        body, at = placed.event.body, placed.interval
        if isinstance(body, Step) and body.state == "failed":
            what, detail = f"step {body.name}", body.detail
        elif isinstance(body, Expectation) and not body.held and body.name in SCENARIO_NEEDS:
            what, detail = f"expectation {body.name}", body.detail
        else:
            continue
        gaps.append(
            CoverageGap(
                what=what,
                cause="scenario_incomplete",
                start=at.lo,
                end=at.hi,
                detail=detail,
                events=[placed.event.reference],
            )
        )
    return gaps


def _hosts_seen(timeline: Timeline, exchanges: Sequence[Exchange]) -> list[str]:
    hosts = {exchange.host for exchange in exchanges}
    hosts.update(
        placed.event.body.host
        for placed in timeline.of(Stream.NETWORK, Request)
        if isinstance(placed.event.body, Request)
    )
    return sorted(host for host in hosts if not is_own(host))[:_MOST_HOSTS]


def _hosts_refused(timeline: Timeline) -> list[str]:
    hosts = {
        placed.event.body.host
        for placed in timeline.of(Stream.NETWORK, TlsFailed)
        if isinstance(placed.event.body, TlsFailed) and placed.event.body.side == "app"
    }
    return sorted(host for host in hosts if not is_own(host))[:_MOST_HOSTS]


def _not_seeded(timeline: Timeline) -> dict[str, str]:
    """Not a gap: hooks and typed patterns still see such data, only this way to tell it is shut."""
    told = [placed.event.body for placed in timeline.of(Stream.DEVICE, NotSeeded)]
    reasons = {str(one.data_type): one.reason for one in told if isinstance(one, NotSeeded)}
    return dict(sorted(reasons.items()))


def _instruments_sought(timeline: Timeline) -> dict[str, list[str]]:
    """Not a gap: what the app did was seen. On a phone without instruments it may do more."""
    sought: dict[str, set[str]] = {}
    for placed in timeline.of(Stream.API, InstrumentationSought):
        body = placed.event.body
        assert isinstance(body, InstrumentationSought)  # noqa: S101 - `of` returns nothing else
        sought.setdefault(body.way, set()).add(body.detail.partition(" (")[0])
    return {way: sorted(places)[:_MOST_PLACES] for way, places in sorted(sought.items())}


def _clock_bound(session: Session, timeline: Timeline) -> int | None:
    if session.clock is None:
        return None
    calls = [placed.interval.bound for placed in timeline.of(Stream.API, Call, HooksReady)]
    return max([session.clock.bound_ns, *calls])


def _gap(
    what: str,
    cause: str,
    start: int,
    end: int,
    span: Interval,
    detail: str = "",
    events: list[str] | None = None,
) -> CoverageGap:
    if abs(start) >= FOREVER:
        start = span.lo
    if abs(end) >= FOREVER:
        end = span.hi
    return CoverageGap(
        what=what[:300],
        cause=str(cause),
        start=start,
        end=max(start, end),
        detail=detail[:500],
        events=events or [],
    )


def _distinct(gaps: list[CoverageGap]) -> list[CoverageGap]:
    """Gaps in time order; those alike in everything but time are told once, over their whole."""
    merged: dict[tuple[str, str, str], CoverageGap] = {}
    for gap in sorted(gaps, key=lambda one: (one.start, one.what, one.cause, one.end)):
        key = (gap.what, gap.cause, gap.detail)
        old = merged.get(key)
        if old is None:
            merged[key] = gap
        else:
            merged[key] = CoverageGap(
                what=gap.what,
                cause=gap.cause,
                start=old.start,
                end=max(old.end, gap.end),
                detail=gap.detail,
                events=[*old.events, *gap.events][:20],
            )
    return list(merged.values())
