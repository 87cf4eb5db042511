"""The judgement as one pure function of a session's events, its traffic and the rules."""

from collections.abc import Iterable, Mapping, Sequence

from farm.detect.clauses.case import Case
from farm.detect.clauses.judge import judge_clauses
from farm.detect.coverage import find_coverage
from farm.detect.evidence import Evidence
from farm.detect.findings import find
from farm.detect.flows import search
from farm.detect.identify.known import known_values
from farm.detect.parties import Parties
from farm.detect.phases import find_phases
from farm.detect.rules import Rules
from farm.detect.timeline import Timeline
from farm.detect.verdict import decide
from farm.model.events import Call, Event, PhoneIdentity
from farm.model.exchange import Exchange
from farm.model.finding import ANALYSIS_VERSION, Analysis
from farm.model.session import Session
from farm.model.vocabulary import Stream


def judge(
    session: Session,
    streams: Mapping[Stream, Sequence[Event]],
    exchanges: Iterable[Exchange],
    rules: Rules,
    manifest_sha256: str,
    helpers: int = 0,
) -> Analysis:
    """Judge one session.

    Args:
        session: the recording's own description.
        streams: all events of each stream, in any order.
        exchanges: the traffic with its bytes; gone through more than once.
        rules: rule pack, SDK catalogue and the operator's parties.
        manifest_sha256: what the analysis is of; empty for a recording that is not sealed.
        helpers: processes that may search a large session besides this one.
    """
    timeline = Timeline(streams, session.clock)
    phases = find_phases(timeline)
    parties = Parties(session.app, rules)
    calls = timeline.of(Stream.API, Call)
    identities = timeline.of(Stream.DEVICE, PhoneIdentity)
    known = known_values(session, calls, identities)
    package = session.app.package
    salts = [package, session.app.signer_sha256]
    traffic = search(exchanges, known, timeline, salts, package=package, helpers=helpers)
    evidence = Evidence(timeline, traffic, parties)
    span = timeline.span(session.created, session.ended)
    found = find(calls, traffic, phases, parties, rules, evidence, timeline, span, package)
    coverage = find_coverage(session, timeline, phases, traffic)
    return Analysis(
        analysis_version=ANALYSIS_VERSION,
        session_id=session.session_id,
        manifest_sha256=manifest_sha256,
        rules=dict(sorted(rules.digests.items())),
        phases=phases.intervals(span),
        findings=found.determined,
        undetermined=found.undetermined,
        coverage=coverage,
        verdict=decide(session, found, phases, coverage),
        clauses=judge_clauses(Case(session, timeline, phases, found, coverage), rules.packs),
    )
