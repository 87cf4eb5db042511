"""Whether a scenario's expectations and claims hold: a pure function of the sealed recording.

A claim that something must not happen holds only where everything needed could be seen; what lies
on the border of two phases, or what nobody could see, is undetermined and never a failure.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from farm.detect.analyse import Readable
from farm.detect.coverage import find_coverage
from farm.detect.flows import Traffic, search
from farm.detect.identify.known import handed_over, known_values
from farm.detect.links import Carried
from farm.detect.phases import Phases, find_phases
from farm.detect.replay import Replay
from farm.detect.timeline import Placed, Timeline
from farm.model.events import Call, Claim, Event, Expectation, PhoneIdentity, Searched, Step
from farm.model.exchange import Exchange
from farm.model.finding import Coverage
from farm.model.session import Session
from farm.model.vocabulary import Level, Outcome, Phase, Stream

_MOST_EVENTS = 20
_CERTAIN_CHANCE = 1e-3  # as for a finding that is certain


class Passed(StrEnum):
    """The answer about one expectation, or about a whole scenario."""

    YES = "holds"
    NO = "broken"
    UNDETERMINED = "undetermined"


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation or claim, and whether it holds."""

    name: str
    held: Passed
    detail: str = ""
    place: str = ""  # "decline.py:12"
    events: list[str] = []  # references into the recording


class ScenarioResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a scenario came out."""

    scenario: str
    passed: Passed
    expectations: list[Expected]
    failed_steps: list[str]
    outcome: str  # of the session: "complete", "interrupted"


def scenario_result(recording: Readable) -> ScenarioResult:
    """Judge a recording's expectations and claims.

    Raises:
        RecordingError: the recording cannot be read.
    """
    streams = {stream: list(recording.events(stream)) for stream in Stream}
    return judge_scenario(recording.session, streams, Replay(recording.exchanges))


def judge_scenario(
    session: Session, streams: Mapping[Stream, Sequence[Event]], exchanges: Iterable[Exchange]
) -> ScenarioResult:
    """Judge a session's expectations and claims; arguments as for `farm.detect.judge`."""
    timeline = Timeline(streams, session.clock)
    phases = find_phases(timeline)
    calls = timeline.of(Stream.API, Call)
    claims = [
        (placed.event.reference, body)
        for placed in timeline.of(Stream.UI, Claim)
        if isinstance(body := placed.event.body, Claim)
    ]
    expected = [*_expectations(timeline), *_searches(timeline)]
    if claims:
        known = known_values(session, calls, timeline.of(Stream.DEVICE, PhoneIdentity))
        salts = [session.app.package, session.app.signer_sha256]
        traffic = search(exchanges, known, timeline, salts, package=session.app.package)
        coverage = find_coverage(session, timeline, phases, traffic)
        package = session.app.package
        given = [
            placed
            for placed in calls
            if isinstance(call := placed.event.body, Call) and handed_over(call, package)
        ]
        for reference, claim in claims:
            expected.append(_judge(claim, reference, given, traffic, phases, coverage))
    failed = [
        f"{body.name}: {body.detail}".rstrip(": ")
        for placed in timeline.of(Stream.UI, Step)
        if isinstance(body := placed.event.body, Step) and body.state == "failed"
    ]
    answers = {each.held for each in expected}
    passed = Passed.YES
    if Passed.NO in answers or failed:
        passed = Passed.NO
    elif Passed.UNDETERMINED in answers or session.outcome is not Outcome.COMPLETE:
        passed = Passed.UNDETERMINED
    return ScenarioResult(
        scenario=session.scenario,
        passed=passed,
        expectations=expected,
        failed_steps=failed,
        outcome=str(session.outcome or "cut off"),
    )


def _searches(timeline: Timeline) -> list[Expected]:
    """Things that a standard asks for and that were not found, which proves nothing."""
    return [
        Expected(
            name=f"search for {body.goal}",
            held=Passed.UNDETERMINED,
            detail=f"not found on {body.screens} screens, at most {body.deepest} taps deep; "
            f"followed {' > '.join(body.followed[:12]) or 'nothing'}",
            events=[placed.event.reference],
        )
        for placed in timeline.of(Stream.UI, Searched)
        if isinstance(body := placed.event.body, Searched) and body.asked and not body.found
    ]


def _expectations(timeline: Timeline) -> list[Expected]:
    """What was checked while the session ran: an expectation fails if it ever did not hold."""
    found: dict[str, Expected] = {}
    for placed in timeline.of(Stream.UI, Expectation):
        body = placed.event.body
        if not isinstance(body, Expectation):
            continue
        before = found.get(body.name)
        if before is not None and before.held is Passed.NO:
            continue
        found[body.name] = Expected(
            name=body.name,
            held=Passed.YES if body.held else Passed.NO,
            detail=body.detail,
            events=[placed.event.reference],
        )
    return list(found.values())


def _judge(
    claim: Claim,
    reference: str,
    calls: Sequence[Placed],
    traffic: Traffic,
    phases: Phases,
    coverage: Coverage,
) -> Expected:
    certain: list[str] = []
    possible: list[str] = []
    if claim.level is Level.ACCESSED:
        seen = [
            (placed.event.reference, placed)
            for placed in calls
            if isinstance(placed.event.body, Call)
            and placed.event.body.data_type is claim.data_type
        ]
        for name, placed in seen:
            _sort(name, phases.of_event(placed), claim.phase, certain, possible)
    else:
        for one in traffic.carried:
            if one.known.data_type is claim.data_type:
                name = one.event or one.exchange.flow_id
                sure = certain if _is_sure(one, traffic) else possible
                _sort(name, phases.of(one.interval), claim.phase, sure, possible)
    held, detail = _answer(claim, certain, possible, coverage)
    return Expected(
        name=claim.name,
        held=held,
        detail=detail,
        place=claim.place,
        events=[*(certain or possible)[:_MOST_EVENTS], reference],
    )


def _is_sure(one: Carried, traffic: Traffic) -> bool:
    """Whether the value in the flow is no accident, and the app sent it."""
    chance = min(traffic.chance.of(hit.bits, named=bool(hit.key)) for hit in one.hits)
    return chance <= _CERTAIN_CHANCE and one.proven and not one.known.weak


def _sort(
    name: str, phase: Phase, wanted: Phase | None, certain: list[str], possible: list[str]
) -> None:
    """Into which list an event goes, if into any."""
    if wanted is None or phase is wanted:
        certain.append(name)
    elif phase is Phase.UNDETERMINED:
        possible.append(name)


def _answer(
    claim: Claim, certain: Sequence[str], possible: Sequence[str], coverage: Coverage
) -> tuple[Passed, str]:
    if certain:
        held = Passed.YES if claim.expected else Passed.NO
        return held, f"{len(certain)} times, first at {certain[0]}"
    if possible:
        return (
            Passed.UNDETERMINED,
            f"{len(possible)} times that cannot be placed in one phase or proven",
        )
    if not coverage.complete:
        gap = coverage.gaps[0]
        what = f"{gap.what}: {gap.cause}"
        return Passed.UNDETERMINED, f"not seen, but not everything could be seen ({what})"
    return (Passed.NO if claim.expected else Passed.YES), "not seen"
