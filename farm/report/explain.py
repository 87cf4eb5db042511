"""Tells one finding as a chain of steps in order, in Chinese or English.

Text only; masking and cleaning of untrusted text happen here, layout does not.
"""

import msgspec

from farm.detect.rules import Rules, Text
from farm.model.finding import (
    Analysis,
    CallEvidence,
    Finding,
    FlowEvidence,
    Party,
    TransformEvidence,
    ValueMatch,
)
from farm.report import words
from farm.report.masking import Masker
from farm.report.reasons import in_chinese

_UNKNOWN_BOUND = 10**18
_MOST_FRAMES = 6


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One link of the chain."""

    kind: str  # "rule", "known", "call", "operation", "request", "receiver", "screen", "reason"
    text: str
    events: list[str] = []  # references into the recording
    host_time: int | None = None  # ns
    bound: int | None = None  # ns, plus or minus
    details: list[str] = []


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """A finding in words."""

    finding_id: str
    title: str
    counts_as_violation: bool
    steps: list[Step]


def find_by_id(analysis: Analysis, finding_id: str) -> list[tuple[Finding, bool]]:
    """Findings whose id begins so, each with whether it counts as a violation."""
    wanted = finding_id.lower()
    listed = [(one, True) for one in analysis.findings]
    listed += [(one, False) for one in analysis.undetermined]
    return [(one, counts) for one, counts in listed if one.finding_id.startswith(wanted)]


def explain(
    finding: Finding, counts: bool, rules: Rules, masker: Masker, language: str
) -> Explanation:
    """Tell a finding from the rule to the reasons.

    Args:
        finding: what is told.
        counts: whether it is a determined one.
        rules: for titles and clauses.
        masker: hides values, or lets them through.
        language: "zh" or "en".
    """
    return _Teller(masker, language == "zh").tell(finding, counts, rules)


class _Teller:
    def __init__(self, masker: Masker, zh: bool) -> None:
        self._masker = masker
        self._zh = zh

    def tell(self, finding: Finding, counts: bool, rules: Rules) -> Explanation:
        said = self._said
        steps = [self._rule(finding, counts, rules)]
        for identity in finding.identities:
            how = words.LABELS["seeded" if identity.how == "seeded" else "read"]
            steps.append(
                Step(
                    kind="known",
                    text=f"{said(words.LABELS['identity'])} ({said(how)}): "
                    f"{self._text(identity.name)} = {self._masker.value(identity.value)}",
                    events=[identity.event],
                )
            )
        steps += [self._call(call) for call in finding.calls]
        for flow in finding.flows:
            for match in flow.matches:
                steps += [self._operation(one) for one in match.transforms]
            steps.append(self._flow(flow))
        if finding.receiver is not None:
            text = f"{said(words.LABELS['receiver'])}: {self._party(finding.receiver)}"
            source = self._reason(finding.receiver.source)
            steps.append(Step(kind="receiver", text=text, details=[source]))
        steps += [
            Step(
                kind="screen",
                text=f"{said(words.LABELS['screens'])}: {self._caption(screen.caption)} "
                f"screens/{self._text(screen.screenshot_file)}",
                events=[screen.event],
                host_time=screen.host_time,
            )
            for screen in finding.screens
        ]
        if finding.frequency is not None:
            steps.append(self._frequency(finding))
        steps += [Step(kind="reason", text=self._reason(reason)) for reason in finding.reasons]
        title = (
            f"{said(words.PHASES[finding.phase])} · {said(words.LEVELS[finding.level])} · "
            f"{said(words.DATA_TYPES[finding.data_type])}"
        )
        return Explanation(
            finding_id=finding.finding_id, title=title, counts_as_violation=counts, steps=steps
        )

    def _said(self, text: Text) -> str:
        return text.zh if self._zh else text.en

    def _reason(self, reason: str) -> str:
        """As detection states it, or in Chinese."""
        return self._text(in_chinese(reason) if self._zh else reason)

    def _text(self, text: str) -> str:
        return self._masker.text(text)

    def _caption(self, caption: str) -> str:
        known = words.LABELS.get(caption)
        return self._said(known) if known else self._text(caption)

    def _rule(self, finding: Finding, counts: bool, rules: Rules) -> Step:
        rule = next((one for one in rules.pack.rules if one.id == finding.rule), None)
        sure = self._said(words.CONFIDENCES[finding.confidence])
        calls = f"{finding.call_count} {self._said(words.LABELS['calls_n'])}"
        details = [
            f"{self._said(words.LABELS['confidence'])}: {sure}",
            f"{self._said(words.LABELS['link'])}: {self._said(words.LINKS[finding.link])}",
            f"{self._said(words.LABELS['caller'])}: {self._party(finding.caller)}",
            f"{calls}, {finding.flow_count} {self._said(words.LABELS['flows_n'])}",
        ]
        if rule is None or not counts:
            text = self._said(words.LABELS["undetermined_note"])
            return Step(kind="rule", text=text, details=details)
        for name in rule.clauses:
            clause = rules.pack.clauses[name]
            document = rules.pack.documents[clause.document]
            doubt = "" if clause.verified else f" ({self._said(words.LABELS['unverified'])})"
            title = clause.zh if self._zh else clause.en
            details.append(f"{self._said(document)} {clause.item} {title}{doubt}")
        return Step(kind="rule", text=f"{rule.id}: {self._said(rule.title)}", details=details)

    def _party(self, party: Party) -> str:
        parts = [self._text(party.name)]
        if party.sdk:
            parts.append(f"SDK {self._text(party.sdk)}")
        if party.domain:
            parts.append(self._text(party.domain))
        parts.append(self._said(words.LABELS["third" if party.third else "first"]))
        parts += [self._text(one) for one in (party.purpose, party.country) if one]
        return " · ".join(parts)

    def _call(self, call: CallEvidence) -> Step:
        arguments = ", ".join(self._text(argument) for argument in call.arguments)
        value = "—" if call.result is None else self._masker.value(call.result)
        return Step(
            kind="call",
            text=f"{self._said(words.LABELS['call'])}: {self._text(call.class_name)}."
            f"{self._text(call.method)}({arguments}) → {value}",
            events=[call.event],
            host_time=call.host_time if call.bound < _UNKNOWN_BOUND else None,
            bound=call.bound if call.bound < _UNKNOWN_BOUND else None,
            details=[
                f"{self._said(words.LABELS['caller'])}: {self._party(call.caller)}",
                f"{self._text(call.process)} pid {call.pid} tid {call.tid}",
                *(self._text(frame) for frame in call.stack[:_MOST_FRAMES]),
            ],
        )

    def _operation(self, one: TransformEvidence) -> Step:
        path = " › ".join(self._text(step) for step in one.input_path)
        return Step(
            kind="operation",
            text=f"{self._said(words.LABELS['operations'])}: {self._text(one.algorithm)} "
            f"{one.direction} {one.input_size} → {one.output_size} B",
            events=[one.event],
            host_time=one.host_time if one.bound < _UNKNOWN_BOUND else None,
            bound=one.bound if one.bound < _UNKNOWN_BOUND else None,
            details=[
                f"{self._said(words.LABELS['on'])}: {path}",
                f"{self._said(words.LABELS['caller'])}: {self._party(one.caller)}",
                f"{self._text(one.process)} pid {one.pid} tid {one.tid}",
            ],
        )

    def _flow(self, flow: FlowEvidence) -> Step:
        details = [self._match(match) for match in flow.matches]
        details.append(f"{self._said(words.LABELS['link'])}: {self._said(words.LINKS[flow.link])}")
        if flow.connection:
            by = f"{self._text(flow.process)} pid {flow.pid} tid {flow.tid} {flow.socket}"
            if flow.opener is not None:
                by += f", {self._said(words.LABELS['opened_by'])} {self._party(flow.opener)}"
            details.append(
                f"{self._said(words.LABELS['connection'])} {flow.connection}: {self._text(by)}"
            )
        return Step(
            kind="request",
            text=f"{self._said(words.LABELS['flow'])}: {self._text(flow.method)} "
            f"{self._masker.url(flow.url)}",
            events=[event for event in (flow.event,) if event],
            host_time=flow.host_time,
            bound=0,
            details=details,
        )

    def _match(self, match: ValueMatch) -> str:
        path = " › ".join(self._text(step) for step in match.path)
        same = "" if match.found == match.value else f" = {self._masker.value(match.value)}"
        chance = f"{self._said(words.LABELS['chance'])} {match.chance:.0e}"
        return (
            f"{self._text(match.location)} [{path}] {self._text(match.form)}: "
            f"{self._masker.value(match.found)}{same} ({chance})"
        )

    def _frequency(self, finding: Finding) -> Step:
        often = finding.frequency
        assert often is not None  # noqa: S101 - the caller asked
        label = words.LABELS
        pages = [f"{self._text(page)}: {count}" for page, count in often.per_page.items()]
        return Step(
            kind="reason",
            text=f"{self._said(label['frequency'])}: {often.calls} {self._said(label['calls_n'])}, "
            f"{often.per_minute} {self._said(label['per_minute'])}, "
            f"{often.busiest_minute} {self._said(label['busiest'])}, "
            f"{often.background} {self._said(label['background'])}",
            details=pages,
        )
