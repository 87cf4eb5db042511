"""What an analysis says about problems: which it shows, and whether one is gone.

Pure functions of an analysis and the rule packs. Only determined findings and automatic clauses
make a problem; a problem is gone only where it would have been seen.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from farm.cases.vocabulary import RetestOutcome
from farm.detect.clauses.packs import LoadedPack
from farm.detect.rules import RulePack
from farm.model.clause import ClauseAnswer, ClauseJudgement, ClauseState, SignalId, SignalState
from farm.model.finding import Analysis, Finding
from farm.model.vocabulary import Level, Severity

SIGNAL = "signal:"
_SEVERITIES = (Severity.HIGH, Severity.MEDIUM, Severity.LOW)
_LEVELS = (Level.ACCESSED, Level.TRANSMITTED, Level.TRANSMITTED_THIRD_PARTY)
_MOST_FINDINGS = 200
_WITHOUT_INFLUENCE = frozenset({"countries"})  # only names where an address lies
_VERSION = re.compile(r"(\d{1,9})(?:, sha256:[0-9a-f]+)?")

TOLD_BY_FINDINGS = frozenset(
    {
        SignalId.API_BEFORE_CONSENT,
        SignalId.FLOW_BEFORE_CONSENT,
        SignalId.COLLECT_AFTER_REFUSAL,
        SignalId.THIRD_PARTY_RECEIVES,
    }
)
"""Signals that repeat what findings say; a case of their own would tell one problem twice."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One finding, or one sign of a signal, that shows a problem."""

    finding_id: str
    phase: str = ""
    level: str = ""
    data_type: str = ""
    caller: str = ""
    caller_sdk: str = ""
    receiver: str = ""
    receiver_domain: str = ""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One problem that a recording shows."""

    id: str  # a rule's id, or "signal:" and a signal
    clause: str
    severity: Severity
    shown: list[Shown]


def problems(analysis: Analysis, packs: Sequence[LoadedPack]) -> list[Problem]:
    """The problems that a recording shows beyond doubt, by id."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in analysis.findings:
        if finding.rule:
            by_rule.setdefault(finding.rule, []).append(finding)
    found = [_of_findings(rule, members) for rule, members in by_rule.items()]
    found += _of_clauses(analysis.clauses, packs)
    return sorted(found, key=lambda problem: problem.id)


def _of_findings(rule: str, findings: Sequence[Finding]) -> Problem:
    return Problem(
        id=rule,
        clause=findings[0].clause,
        severity=min((one.severity for one in findings), key=_SEVERITIES.index),
        shown=[
            Shown(
                finding_id=one.finding_id,
                phase=one.phase,
                level=one.level,
                data_type=one.data_type,
                caller=one.caller.name,
                caller_sdk=one.caller.sdk,
                receiver=one.receiver.name if one.receiver else "",
                receiver_domain=one.receiver.domain if one.receiver else "",
            )
            for one in findings[:_MOST_FINDINGS]
        ],
    )


def _of_clauses(
    judgements: Iterable[ClauseJudgement], packs: Sequence[LoadedPack]
) -> list[Problem]:
    breaking = {
        clause.id: frozenset(clause.broken_by) - TOLD_BY_FINDINGS
        for loaded in packs
        for clause in loaded.pack.clauses
        if clause.state is ClauseState.AUTOMATIC
    }
    clauses: dict[SignalId, list[str]] = {}
    for judgement in judgements:
        if (judgement.state, judgement.answer) != (ClauseState.AUTOMATIC, ClauseAnswer.BROKEN):
            continue
        for sighting in judgement.sightings:
            # Of a pack that is not known here, nothing says which signal broke the clause.
            if sighting.state is SignalState.PRESENT and sighting.signal in breaking.get(
                judgement.clause, ()
            ):
                clauses.setdefault(sighting.signal, []).append(judgement.clause)
    return [
        Problem(
            id=SIGNAL + signal,
            clause="; ".join(sorted(names)),
            severity=Severity.MEDIUM,
            shown=[Shown(finding_id=SIGNAL + signal)],
        )
        for signal, names in clauses.items()
    ]


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What a recording says about one problem, and why."""

    outcome: RetestOutcome
    reason: str


def outlook(analysis: Analysis, problem: str, rules: RulePack) -> Outlook:
    """Whether a recording shows a problem, would have shown it and does not, or cannot tell."""
    if problem.startswith(SIGNAL):
        return _of_signal(analysis, problem.removeprefix(SIGNAL))
    rule = next((one for one in rules.rules if one.id == problem), None)
    shown = [one for one in analysis.findings if one.rule == problem]
    if rule is not None and not shown:
        # What was sent was read first: a graver finding of the phase shows the lesser problem too.
        shown = [
            one
            for one in analysis.findings
            if one.phase is rule.phase and _LEVELS.index(one.level) > _LEVELS.index(rule.level)
        ]
    if shown:
        names = ", ".join(sorted({one.rule for one in shown}))
        return Outlook(outcome=RetestOutcome.SHOWN, reason=f"{len(shown)} findings of {names}")
    open_ones = [one for one in analysis.undetermined if one.rule in ("", problem)]
    if open_ones:
        return _cannot_tell(f"{len(open_ones)} findings could not be placed or proven")
    if not analysis.coverage.complete:
        gaps = ", ".join(sorted({gap.what for gap in analysis.coverage.gaps})[:5])
        return _cannot_tell(f"coverage is not complete: {gaps or 'see the report'}")
    if rule is None:
        return _cannot_tell(f"rule {problem} is not in the rules any more")
    if not any(interval.phase is rule.phase for interval in analysis.phases):
        return _cannot_tell(f"the session had no phase {rule.phase}")
    return Outlook(outcome=RetestOutcome.GONE, reason="complete coverage, and no such finding")


def _of_signal(analysis: Analysis, signal: str) -> Outlook:
    sightings = [
        sighting
        for judgement in analysis.clauses
        for sighting in judgement.sightings
        if sighting.signal == signal
    ]
    states = {sighting.state for sighting in sightings}
    if SignalState.PRESENT in states:
        return Outlook(outcome=RetestOutcome.SHOWN, reason=f"signal {signal} was seen")
    if states == {SignalState.ABSENT}:
        return Outlook(
            outcome=RetestOutcome.GONE, reason=f"signal {signal} would have been seen, and was not"
        )
    lacks = sorted({need for sighting in sightings for need in sighting.lacks})
    return _cannot_tell(f"signal {signal} could not be told: {', '.join(lacks) or 'not looked at'}")


def _cannot_tell(reason: str) -> Outlook:
    return Outlook(outcome=RetestOutcome.CANNOT_TELL, reason=reason)


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """Under which conditions a recording was made and judged."""

    scenario: str
    profile: str  # of the phone that was used
    rules: dict[str, str]  # name -> "version, sha256:…"
    catalogue: str = ""  # digest of the hook catalogue
    hooks: int = 0  # how many hooks were in place


def incomparable(before: Conditions, after: Conditions) -> str:
    """Why a recording cannot answer for an earlier one; empty where it can.

    The scenario and the phone's profile are the same, no rule is older than it was, and the hooks
    are of the same catalogue, or not fewer.
    """
    if after.scenario != before.scenario:
        return f"scenario {after.scenario}, not {before.scenario}"
    if after.profile != before.profile:
        return f"a phone of profile {after.profile}, not {before.profile}"
    if after.catalogue != before.catalogue and after.hooks < before.hooks:
        return f"{after.hooks} hooks of another catalogue, not {before.hooks}"
    for name, was in sorted(before.rules.items()):
        if name in _WITHOUT_INFLUENCE:
            continue
        now = after.rules.get(name)
        if now is None:
            return f"judged without {name}"
        if now != was and not _newer(was, now):
            return f"judged by other {name} ({now}), not by {was} or later"
    if "parties" in after.rules and "parties" not in before.rules:
        return "judged with a list of parties that the earlier judgement did not have"
    return ""


def _newer(was: str, now: str) -> bool:
    before, after = _VERSION.fullmatch(was), _VERSION.fullmatch(now)
    return before is not None and after is not None and int(after[1]) >= int(before[1])
