"""One finding from everything that belongs to it: calls, flows, callers, strength, reasons."""

import hashlib
from collections import Counter
from collections.abc import Sequence

import msgspec

from farm.detect.evidence import Evidence
from farm.detect.frequency import Screens, frequency
from farm.detect.links import Carried, Checked
from farm.detect.parties import Caller, Parties
from farm.detect.phases import Phases
from farm.detect.rules import Rules
from farm.detect.timeline import Interval, Placed
from farm.model.events import Call
from farm.model.finding import CallerShare, Finding, Party
from farm.model.vocabulary import (
    Confidence,
    DataType,
    Level,
    LinkStrength,
    Phase,
    Severity,
)

_CERTAIN_CHANCE = 1e-3
"""A match more likely by accident than this makes its finding probable only."""

_MOST_CALLERS = 20


class Group(msgspec.Struct, kw_only=True, eq=False):
    """Everything that will become one finding."""

    phase: Phase
    data_type: DataType
    receiver: Party | None
    proven: bool
    calls: dict[int, Placed] = {}  # by ordinal
    identities: dict[int, Placed] = {}
    carried: list[Carried] = []
    checked: list[Checked] = []
    senders: list[Party] = []
    certain: bool = True
    reasons: list[str] = []

    def say(self, reason: str) -> None:
        """Add a reason once."""
        if reason and reason not in self.reasons:
            self.reasons.append(reason)


class Callers:
    """Remembers who made each call."""

    def __init__(self, parties: Parties) -> None:
        self.parties = parties
        self._by_stack: dict[tuple[str, ...], Caller] = {}

    def of(self, placed: Placed) -> Caller:
        """Whose code made the call."""
        call = placed.event.body
        assert isinstance(call, Call)  # noqa: S101 - callers pass calls only
        stack = tuple(call.stack)
        if stack not in self._by_stack:
            self._by_stack[stack] = self.parties.caller(call.stack)
        return self._by_stack[stack]


class Maker:
    """Makes the findings of one session."""

    def __init__(
        self,
        phases: Phases,
        rules: Rules,
        evidence: Evidence,
        screens: Screens,
        span: Interval,
        app_package: str,
    ) -> None:
        self._phases = phases
        self._rules = rules
        self._evidence = evidence
        self._screens = screens
        self._span = span
        self._package = app_package

    def finding(self, group: Group, callers: Callers, read: Sequence[Placed]) -> Finding:
        """The finding of one group; `read` are all calls of its data type in its phase."""
        level = Level.ACCESSED
        if group.receiver is not None:
            level = Level.TRANSMITTED_THIRD_PARTY if group.receiver.third else Level.TRANSMITTED
        rule = self._rules.pack.rule(group.phase, level)
        calls = [placed for _, placed in sorted(group.calls.items())]
        group.carried.sort(key=lambda one: (one.interval.lo, one.exchange.flow_id))
        group.checked.sort(key=lambda one: (one.interval.lo, one.exchange.flow_id))
        caller = _caller(group, callers.parties)
        reasons = [*_phase_reasons(group.phase, self._phases), *group.reasons, caller.source]
        if group.receiver is not None:
            reasons.append(group.receiver.source)
        flows = {one.exchange.flow_id for one in group.carried}
        flows |= {one.exchange.flow_id for one in group.checked}
        return Finding(
            finding_id=self._id(rule.id if rule else "undetermined", group),
            rule=rule.id if rule else "",
            clause=self._rules.pack.cite(rule) if rule else "",
            phase=group.phase,
            level=level,
            data_type=group.data_type,
            severity=rule.severity if rule else Severity.LOW,
            confidence=self._confidence(group),
            caller=caller,
            receiver=group.receiver,
            calls=self._evidence.calls(calls, caller),
            call_count=len(calls),
            flows=self._evidence.flows(group.carried, group.receiver, group.checked),
            flow_count=len(flows),
            screens=self._evidence.screens(calls, group.carried),
            reasons=list(dict.fromkeys(reason for reason in reasons if reason)),
            callers=_shares(calls, callers),
            identities=self._evidence.identities(
                [placed for _, placed in sorted(group.identities.items())]
            ),
            frequency=frequency(read, group.phase, self._phases, self._span, self._screens)
            if read
            else None,
            link=_strongest(group.carried),
            forms=_forms(group),
        )

    def _id(self, rule: str, group: Group) -> str:
        to = "" if group.receiver is None else group.receiver.name + group.receiver.domain
        parts = [rule, self._package, group.data_type, group.phase, to]
        if not group.proven:
            parts.append("open")
        key = "\0".join(parts).encode("utf-8", "surrogatepass")
        return hashlib.sha256(key).hexdigest()[:16]

    def _confidence(self, group: Group) -> Confidence:
        if not group.proven or group.phase is Phase.UNDETERMINED:
            return Confidence.POSSIBLE
        unlikely = all(self._evidence.chance(one) <= _CERTAIN_CHANCE for one in group.carried)
        return Confidence.CERTAIN if group.certain and unlikely else Confidence.PROBABLE


def _caller(group: Group, parties: Parties) -> Party:
    """Who sent or read it: the only one, else the app as a whole."""
    names = {party.name for party in group.senders}
    if len(names) == 1:
        return group.senders[0]
    if not names:
        return parties.own("who read the value was not seen")
    listed = ", ".join(sorted(names)[:6])
    return parties.own(f"several parts of the app did ({listed})")


def _shares(calls: Sequence[Placed], callers: Callers) -> list[CallerShare]:
    counts: Counter[str] = Counter()
    parties: dict[str, Party] = {}
    for placed in calls:
        party = callers.of(placed).party
        parties.setdefault(party.name, party)
        counts[party.name] += 1
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_CALLERS]
    return [CallerShare(party=parties[name], calls=count) for name, count in most]


def _strongest(carried: Sequence[Carried]) -> LinkStrength:
    order = list(LinkStrength)
    return min((one.link for one in carried), key=order.index, default=LinkStrength.NONE)


def _forms(group: Group) -> dict[str, int]:
    flows: dict[str, set[str]] = {}
    for one in group.carried:
        for hit in one.hits:
            flows.setdefault(hit.name, set()).add(one.exchange.flow_id)
    for checked in group.checked:
        flows.setdefault("checked number", set()).add(checked.exchange.flow_id)
    return {name: len(ids) for name, ids in sorted(flows.items())}


def _phase_reasons(phase: Phase, phases: Phases) -> list[str]:
    if phase is Phase.BEFORE_CONSENT:
        if not phases.dialog_seen:
            return ["consent dialog never seen: no consent was given at all"]
        if not phases.answers:
            return ["a consent dialog was seen and never answered: no consent was given"]
        return [f"certainly before the answering tap {phases.answers[0].event.reference}"]
    if phase is Phase.AFTER_DECLINE:
        return [f"certainly after the declining tap {phases.answers[-1].event.reference}"]
    if phase is Phase.AFTER_WITHDRAWAL:
        return [f"certainly after the withdrawal {phases.withdrawals[-1].event.reference}"]
    return []
