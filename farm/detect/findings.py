"""Turns calls and flows into findings: one per data type, caller, receiver and phase.

A finding is determined only where its phase is certain; what cannot be placed or proven goes
into a list of its own and never counts as a violation.
"""

import hashlib
from collections.abc import Callable, Sequence

import msgspec

from farm.detect.evidence import Evidence
from farm.detect.flows import Carried
from farm.detect.identifiers import handed_over
from farm.detect.parties import Caller, Parties
from farm.detect.phases import Phases
from farm.detect.rules import Rules
from farm.detect.timeline import FOREVER, Interval, Placed
from farm.model.events import Call
from farm.model.finding import Finding, Party
from farm.model.vocabulary import PERSONAL, Confidence, DataType, Level, Phase, Severity

_CERTAIN_CHANCE = 1e-3
"""A match more likely by accident than this makes its finding probable only."""
_SUSPICIOUS = (Phase.BEFORE_CONSENT, Phase.AFTER_DECLINE)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """All findings of a session, and the attempts that came to nothing."""

    determined: list[Finding]
    undetermined: list[Finding]
    attempts: list[str]  # one line each: asked for before consent, and not given


class _Group(msgspec.Struct, kw_only=True):
    """Everything that will become one finding."""

    phase: Phase
    data_type: DataType
    caller: Party
    receiver: Party | None
    calls: dict[int, Placed] = {}  # by ordinal
    carried: list[Carried] = []
    certain: bool = True
    proven: bool = False
    reasons: list[str] = []

    def say(self, reason: str) -> None:
        if reason not in self.reasons:
            self.reasons.append(reason)


def find(
    calls: Sequence[Placed],
    carried: Sequence[Carried],
    phases: Phases,
    parties: Parties,
    rules: Rules,
    evidence: Evidence,
    app_package: str,
) -> Found:
    """Judge every call and every flow of a session."""
    callers = _Callers(parties)
    groups: dict[tuple[str, ...], _Group] = {}
    explained: set[tuple[str, Phase, str]] = set()
    for one in carried:
        _add_flow(one, phases, parties, callers, groups, explained)
    attempts: dict[str, int] = {}
    for placed in calls:
        call = placed.event.body
        if not isinstance(call, Call) or call.data_type not in PERSONAL:
            continue
        phase = phases.of(placed.interval)
        if phase not in _SUSPICIOUS and phase is not Phase.UNDETERMINED:
            continue
        if not handed_over(call, app_package):
            if phase in _SUSPICIOUS:
                why = call.error or "nothing was handed over"
                line = f"{call.data_type}: {call.class_name}.{call.method} in {phase} ({why})"
                attempts[line] = attempts.get(line, 0) + 1
            continue
        _add_call(placed, call, phase, phases, callers, groups, explained)
    determined: list[Finding] = []
    undetermined: list[Finding] = []
    for _, group in sorted(groups.items()):
        finding = _finding(group, phases, rules, evidence, app_package)
        known_phase = group.phase in _SUSPICIOUS
        (determined if known_phase and group.proven else undetermined).append(finding)
    return Found(
        determined=sorted(determined, key=_weight),
        undetermined=sorted(undetermined, key=_weight),
        attempts=[f"{line}, {count} times" for line, count in sorted(attempts.items())],
    )


class _Callers:
    """Remembers who made each call."""

    def __init__(self, parties: Parties) -> None:
        self._parties = parties
        self._by_stack: dict[tuple[str, ...], Caller] = {}

    def of(self, placed: Placed) -> Caller:
        call = placed.event.body
        assert isinstance(call, Call)  # noqa: S101 - callers pass calls only
        stack = tuple(call.stack)
        if stack not in self._by_stack:
            self._by_stack[stack] = self._parties.caller(call.stack)
        return self._by_stack[stack]


def _add_flow(
    one: Carried,
    phases: Phases,
    parties: Parties,
    callers: _Callers,
    groups: dict[tuple[str, ...], _Group],
    explained: set[tuple[str, Phase, str]],
) -> None:
    phase = phases.of(one.interval)
    if phase not in _SUSPICIOUS and phase is not Phase.UNDETERMINED:
        return
    receiver = parties.receiver(one.exchange.host)
    caller, sources, certain, reason = _sender(one, receiver, parties, callers)
    group = _group_of(groups, phase, one.known.data_type, caller, receiver)
    group.carried.append(one)
    group.calls |= {call.event.n: call for call in sources}
    group.certain &= certain and one.ordered
    if reason:
        group.say(reason)
    group.proven |= bool(one.calls)
    if not one.calls:
        group.say(
            "the value was in the flow before any recorded call handed it over: how the app "
            "came by it was not seen"
        )
    elif not one.ordered:
        group.say(
            "the clock bounds leave open whether the call came before the flow; the value itself "
            "stands in the flow"
        )
    if phase is Phase.UNDETERMINED:
        group.say(_why_undetermined(one.interval, phases))
    for placed in sources:
        explained.add((callers.of(placed).party.name, phase, one.known.data_type))


def _sender(
    one: Carried, receiver: Party, parties: Parties, callers: _Callers
) -> tuple[Party, list[Placed], bool, str]:
    """Who sent the value: the only caller that had it, else the one the receiver belongs to."""
    sources = one.calls or one.known.calls
    by_name: dict[str, list[Placed]] = {}
    for placed in sources:
        by_name.setdefault(callers.of(placed).party.name, []).append(placed)
    if len(by_name) == 1:
        caller = callers.of(sources[0])
        reason = "" if caller.certain else "whose code made the call is inferred"
        return caller.party, sources, caller.certain, reason
    for placed in sources:
        party = callers.of(placed).party
        if party.sdk and (party.sdk == receiver.sdk or party.name == receiver.name):
            reason = f"several parts of the app had the value; the receiver is {party.name}'s own"
            return party, by_name[party.name], False, reason
    names = ", ".join(sorted(by_name))
    reason = f"several parts of the app had the value ({names}): which one sent it is not known"
    return parties.own(reason), sources, False, reason


def _add_call(
    placed: Placed,
    call: Call,
    phase: Phase,
    phases: Phases,
    callers: _Callers,
    groups: dict[tuple[str, ...], _Group],
    explained: set[tuple[str, Phase, str]],
) -> None:
    caller = callers.of(placed)
    if (caller.party.name, phase, call.data_type) in explained:
        # The finding about the transmission tells this as well; it counts all calls.
        for group in groups.values():
            told = group.phase is phase and group.data_type is call.data_type
            if told and group.receiver is not None and group.caller.name == caller.party.name:
                group.calls[placed.event.n] = placed
                return
    group = _group_of(groups, phase, call.data_type, caller.party, None)
    group.calls[placed.event.n] = placed
    group.proven = True
    group.certain &= caller.certain
    if not caller.certain:
        group.say("whose code made the call is inferred")
    if phase is Phase.UNDETERMINED:
        group.say(_why_undetermined(placed.interval, phases))


def _group_of(
    groups: dict[tuple[str, ...], _Group],
    phase: Phase,
    data_type: DataType,
    caller: Party,
    receiver: Party | None,
) -> _Group:
    to = "" if receiver is None else f"{receiver.name}\0{receiver.domain}\0{receiver.third}"
    key = (phase, data_type, caller.name, caller.sdk, to)
    if key not in groups:
        groups[key] = _Group(phase=phase, data_type=data_type, caller=caller, receiver=receiver)
    return groups[key]


def _why_undetermined(interval: Interval, phases: Phases) -> str:
    if interval.lo <= -FOREVER or interval.hi >= FOREVER:
        return "the phone's clock could not be fitted to the host's: the time is not known"
    if not phases.answers:
        return "it is not known in which phase this lies"
    return "the time, within its bound, overlaps a border of two phases"


def _finding(
    group: _Group, phases: Phases, rules: Rules, evidence: Evidence, app_package: str
) -> Finding:
    level = Level.ACCESSED
    if group.receiver is not None:
        level = Level.TRANSMITTED_THIRD_PARTY if group.receiver.third else Level.TRANSMITTED
    rule = rules.pack.rule(group.phase, level)
    calls = [placed for _, placed in sorted(group.calls.items())]
    group.carried.sort(key=lambda one: (one.interval.lo, one.exchange.flow_id))
    reasons = [*_phase_reasons(group.phase, phases), *group.reasons, group.caller.source]
    if group.receiver is not None:
        reasons.append(group.receiver.source)
    receiver_key = "" if group.receiver is None else group.receiver.name + group.receiver.domain
    key = "\0".join(
        (
            rule.id if rule else "undetermined",
            app_package,
            group.data_type,
            group.phase,
            group.caller.name + group.caller.sdk,
            receiver_key,
        )
    )
    return Finding(
        finding_id=hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        rule=rule.id if rule else "",
        clause=rules.pack.cite(rule) if rule else "",
        phase=group.phase,
        level=level,
        data_type=group.data_type,
        severity=rule.severity if rule else Severity.LOW,
        confidence=_confidence(group, evidence.chance),
        caller=group.caller,
        receiver=group.receiver,
        calls=evidence.calls(calls, group.caller),
        call_count=len(calls),
        flows=evidence.flows(group.carried, group.receiver),
        flow_count=len({one.exchange.flow_id for one in group.carried}),
        screens=evidence.screens(calls, group.carried),
        reasons=[reason for reason in reasons if reason],
    )


def _phase_reasons(phase: Phase, phases: Phases) -> list[str]:
    if phase is Phase.BEFORE_CONSENT:
        if not phases.dialog_seen:
            return ["consent dialog never seen: no consent was given at all"]
        if not phases.answers:
            return ["a consent dialog was seen and never answered: no consent was given"]
        return [f"certainly before the answering tap {phases.answers[0].event.reference}"]
    if phase is Phase.AFTER_DECLINE:
        return [f"certainly after the declining tap {phases.answers[-1].event.reference}"]
    return []


def _confidence(group: _Group, chance: Callable[[Carried], float]) -> Confidence:
    if not group.proven or group.phase is Phase.UNDETERMINED:
        return Confidence.POSSIBLE
    if not group.certain or any(chance(one) > _CERTAIN_CHANCE for one in group.carried):
        return Confidence.PROBABLE
    return Confidence.CERTAIN


def _weight(finding: Finding) -> tuple[int, int, str, str]:
    severity = [Severity.HIGH, Severity.MEDIUM, Severity.LOW].index(finding.severity)
    level = [Level.TRANSMITTED_THIRD_PARTY, Level.TRANSMITTED, Level.ACCESSED]
    return severity, level.index(finding.level), finding.data_type, finding.finding_id
