"""Turns calls and flows into findings: one per data type, receiver and phase.

A finding is determined only where its phase is certain; what cannot be placed or proven goes
into a list of its own and never counts as a violation.
"""

from collections.abc import Mapping, Sequence

import msgspec

from farm.detect.connections import Opener
from farm.detect.evidence import Evidence
from farm.detect.flows import Traffic
from farm.detect.frequency import Screens
from farm.detect.groups import Callers, Group, Maker
from farm.detect.identify.known import handed_over
from farm.detect.links import Carried, Checked, Sources, certainly_before, silent_reads
from farm.detect.parties import Parties
from farm.detect.phases import Phases
from farm.detect.rules import Rules
from farm.detect.timeline import FOREVER, Interval, Placed, Timeline
from farm.model.events import Call, Connected
from farm.model.finding import Finding, Party
from farm.model.vocabulary import PERSONAL, DataType, Level, Phase, Severity

_SUSPICIOUS = (Phase.BEFORE_CONSENT, Phase.AFTER_DECLINE, Phase.AFTER_WITHDRAWAL)
_LEVELS = (Level.TRANSMITTED_THIRD_PARTY, Level.TRANSMITTED, Level.ACCESSED)
_SEVERITIES = (Severity.HIGH, Severity.MEDIUM, Severity.LOW)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """All findings of a session, and the attempts that came to nothing."""

    determined: list[Finding]
    undetermined: list[Finding]
    attempts: list[str]  # one line each: asked for before consent, and not given
    echoed: list[str] = []  # one line each: sent, but a server had sent it first
    earlier: list[str] = []  # one line each: sent before the app ran, so by another program


def find(
    calls: Sequence[Placed],
    traffic: Traffic,
    phases: Phases,
    parties: Parties,
    rules: Rules,
    evidence: Evidence,
    timeline: Timeline,
    span: Interval,
    app_package: str,
) -> Found:
    """Judge every call and every flow of a session."""
    finder = _Finder(phases, parties, app_package, silent_reads(calls, app_package))
    for one in traffic.carried:
        finder.add_flow(one)
    for checked in traffic.checked:
        finder.add_checked(checked)
    for placed in calls:
        call = placed.event.body
        if isinstance(call, Call) and call.data_type in PERSONAL:
            finder.add_call(placed, call)
    maker = Maker(phases, rules, evidence, Screens(timeline, app_package), span, app_package)
    determined: list[Finding] = []
    undetermined: list[Finding] = []
    for _, group in sorted(finder.groups.items()):
        finding = maker.finding(group, finder.callers, finder.read[group.phase, group.data_type])
        counts = group.phase in _SUSPICIOUS and group.proven
        (determined if counts else undetermined).append(finding)
    return Found(
        determined=sorted(determined, key=_weight),
        undetermined=sorted(undetermined, key=_weight),
        attempts=[f"{line}, {count} times" for line, count in sorted(finder.attempts.items())],
        echoed=traffic.echoed,
        earlier=traffic.earlier,
    )


class _Finder:
    """Collects what belongs to one finding."""

    def __init__(
        self,
        phases: Phases,
        parties: Parties,
        app_package: str,
        silent: Mapping[DataType, Sources],
    ) -> None:
        self.groups: dict[tuple[str, ...], Group] = {}
        self.callers = Callers(parties)
        self.attempts: dict[str, int] = {}
        self.read = _Reads()
        self._phases = phases
        self._parties = parties
        self._package = app_package
        self._silent = silent
        self._told: dict[tuple[str, Phase, DataType], list[Group]] = {}

    def add_flow(self, one: Carried) -> None:
        """A known value left."""
        phase = self._phases.of(one.interval)
        if phase not in _SUSPICIOUS and phase is not Phase.UNDETERMINED:
            return
        address = one.request.address if one.request is not None else ""
        receiver = self._parties.receiver(one.exchange.host, address)
        proven = one.proven or (one.opener is not Opener.UNSEEN and bool(self._readers(one)))
        group = self._group(phase, one.known.data_type, receiver, proven=proven)
        sender, sources, certain, reason = self._sender(one, receiver)
        group.carried.append(one)
        group.senders.append(sender)
        group.calls |= {call.event.n: call for call in sources}
        group.identities |= {known.event.n: known for known in one.known.identities}
        group.certain &= certain and one.ordered
        group.say(reason)
        group.say(self._doubts(one, proven))
        if one.opener is Opener.PLAIN:
            group.certain = False
            group.say("the connection was not encrypted: nothing ties it to the app's process")
        if phase is Phase.UNDETERMINED:
            group.say(_why_undetermined(one.interval, self._phases))
        if not proven or not one.calls:
            return  # what is open or not seen to be given must not swallow a certain reading
        for placed in sources:
            key = (self.callers.of(placed).party.name, phase, one.known.data_type)
            told = self._told.setdefault(key, [])
            if group not in told:
                told.append(group)

    def _doubts(self, one: Carried, proven: bool) -> str:
        if one.echo is not None:
            return (
                f"a server had sent the value in flow {one.echo.flow_id} before any call handed it "
                "over: what came back may not have been collected"
            )
        if not proven and (one.calls or one.known.identities):
            if one.opener is Opener.UNSEEN:
                return (
                    "hooks told of other connections of the app and not of this one: another "
                    "program of the phone may have sent the value"
                )
            return (
                "the value is this phone's, and no call handed it to the app: nothing shows that "
                "the app opened the connection, another program of the phone may have"
            )
        if not one.calls and one.known.identities:
            planted = "planted by the farm" if one.known.seeded else "asked from the phone"
            how = "how the app came by it was not seen"
            if self._readers(one):
                how = "a call that reads such data came before; what it gave is not on record"
            return f"the value is known as this phone's ({planted}); {how}"
        if not one.calls:
            return (
                "the value was in the flow before any recorded call handed it over: how the app "
                "came by it was not seen"
            )
        if not one.ordered:
            return (
                "the clock bounds leave open whether the call came before the flow; the value "
                "itself stands in the flow"
            )
        return ""

    def _sender(self, one: Carried, receiver: Party) -> tuple[Party, list[Placed], bool, str]:
        """Who sent the value: the only caller that had it, the one whose code opened the
        connection, or the one that the receiver belongs to."""
        # Where the farm knows the value, a call after the flow explains nothing.
        sources = one.calls or (self._readers(one) if one.known.identities else one.known.calls)
        by_name: dict[str, list[Placed]] = {}
        for placed in sources:
            by_name.setdefault(self.callers.of(placed).party.name, []).append(placed)
        opener = self._opener(one)
        if not by_name:
            if opener is not None:
                return opener, [], False, "the sender is whose code opened the connection"
            return self._parties.own("who read the value was not seen"), [], False, ""
        if len(by_name) == 1:
            caller = self.callers.of(sources[0])
            reason = "" if caller.certain else "whose code made the call is inferred"
            return caller.party, sources, caller.certain, reason
        if opener is not None and opener.name in by_name:
            reason = (
                f"several parts of the app had the value; {opener.name}'s code opened the "
                "connection that carried it"
            )
            return opener, by_name[opener.name], True, reason
        for placed in sources:
            party = self.callers.of(placed).party
            if party.sdk and (party.sdk == receiver.sdk or party.name == receiver.name):
                reason = f"several parts of the app had the value; the receiver is {party.name}'s"
                return party, by_name[party.name], False, reason
        names = ", ".join(sorted(by_name))
        reason = f"several parts of the app had the value ({names}): which one sent it is not known"
        return self._parties.own(reason), sources, False, reason

    def _readers(self, one: Carried) -> list[Placed]:
        """Where the farm knows the value: calls before the flow that may have given it."""
        if one.calls or not one.known.identities or one.echo is not None:
            return []
        read = self._silent.get(one.known.data_type)
        return certainly_before(read, one) if read is not None else []

    def _opener(self, one: Carried) -> Party | None:
        body = one.connection.event.body if one.connection is not None else None
        if not isinstance(body, Connected) or not body.stack:
            return None
        caller = self._parties.caller(body.stack)
        return caller.party if caller.certain else None

    def add_checked(self, one: Checked) -> None:
        """A number left whose check says what it is; whose it is, is not known."""
        phase = self._phases.of(one.interval)
        if phase not in _SUSPICIOUS and phase is not Phase.UNDETERMINED:
            return
        address = one.request.address if one.request is not None else ""
        receiver = self._parties.receiver(one.exchange.host, address)
        group = self._group(phase, one.typed.data_type, receiver, proven=False)
        group.checked.append(one)
        group.certain = False
        group.say(
            "a number of this type's form and check stands in the flow; whether it is this "
            "phone's or its user's is not known"
        )

    def add_call(self, placed: Placed, call: Call) -> None:
        """The app was handed personal information, or asked for it in vain."""
        phase = self._phases.of_event(placed)
        if phase not in _SUSPICIOUS and phase is not Phase.UNDETERMINED:
            return
        if not handed_over(call, self._package):
            if phase in _SUSPICIOUS:
                why = call.error or "nothing was handed over"
                line = f"{call.data_type}: {call.class_name}.{call.method} in {phase} ({why})"
                self.attempts[line] = self.attempts.get(line, 0) + 1
            return
        self.read[phase, call.data_type].append(placed)
        caller = self.callers.of(placed)
        told = self._told.get((caller.party.name, phase, call.data_type))
        if told:
            # The finding about the transmission tells this as well; it counts all calls.
            told[0].calls[placed.event.n] = placed
            return
        group = self._group(phase, call.data_type, None, proven=True)
        group.calls[placed.event.n] = placed
        group.senders.append(caller.party)
        group.certain &= caller.certain
        if not caller.certain:
            group.say("whose code made the call is inferred")
        if phase is Phase.UNDETERMINED:
            group.say(_why_undetermined(placed.interval, self._phases))

    def _group(
        self, phase: Phase, data_type: DataType, receiver: Party | None, *, proven: bool
    ) -> Group:
        to = "" if receiver is None else f"{receiver.name}\0{receiver.domain}\0{receiver.third}"
        # What is not proven stands apart: it must not ride on the evidence of something else.
        key = (phase, data_type, to, "proven" if proven else "open")
        if key not in self.groups:
            self.groups[key] = Group(
                phase=phase, data_type=data_type, receiver=receiver, proven=proven
            )
        return self.groups[key]


class _Reads(dict[tuple[Phase, DataType], list[Placed]]):
    """All calls that handed a data type over in a phase."""

    def __missing__(self, key: tuple[Phase, DataType]) -> list[Placed]:
        return self.setdefault(key, [])


def _why_undetermined(interval: Interval, phases: Phases) -> str:
    if interval.lo <= -FOREVER or interval.hi >= FOREVER:
        return "the phone's clock could not be fitted to the host's: the time is not known"
    if not phases.answers:
        return "it is not known in which phase this lies"
    return "the time, within its bound, overlaps a border of two phases"


def _weight(finding: Finding) -> tuple[int, int, str, str]:
    return (
        _SEVERITIES.index(finding.severity),
        _LEVELS.index(finding.level),
        finding.data_type,
        finding.finding_id,
    )
