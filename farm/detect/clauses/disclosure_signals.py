"""Signals about what the privacy policy says against what was seen; all for a person to decide.

A policy may name a thing in words that no list holds, so these prepare evidence and accuse nobody.
"""

from farm.detect.clauses.case import Case
from farm.detect.clauses.needs import Need
from farm.detect.clauses.policy_words import words_of
from farm.detect.clauses.scope import necessary_types
from farm.detect.clauses.signal import Limits, Signal, sign
from farm.model.clause import Sign, SignalId
from farm.model.events import Call
from farm.model.finding import Finding
from farm.model.vocabulary import DataType


def _collected(case: Case) -> dict[DataType, list[str]]:
    """Kinds of personal information that were handed over, with the calls."""
    seen: dict[DataType, list[str]] = {}
    for placed in case.personal_calls:
        body = placed.event.body
        if isinstance(body, Call):
            seen.setdefault(body.data_type, []).append(placed.event.reference)
    return seen


def _findings(case: Case) -> list[Finding]:
    return [*case.found.determined, *case.found.undetermined]


def _item_not_in_policy(case: Case, limits: Limits) -> list[Sign]:
    if not case.policy_text:
        return []
    return [
        sign(
            events,
            f"隐私政策中未找到与“{data_type}”对应的表述",
            f"the policy has no word for {data_type}",
        )
        for data_type, events in sorted(_collected(case).items())
        if (words := words_of(data_type)) and not any(word in case.policy_text for word in words)
    ]


def _sdk_not_in_policy(case: Case, limits: Limits) -> list[Sign]:
    if not case.policy_text:
        return []
    seen: dict[str, list[str]] = {}
    for finding in _findings(case):
        for party in (finding.caller, finding.receiver):
            if party is not None and party.third and party.sdk:
                events = [call.event for call in finding.calls]
                events += [flow.event for flow in finding.flows]
                seen.setdefault(party.name, []).extend(events)
    return [
        sign(
            events,
            f"隐私政策中未找到第三方“{name}”",
            f"the policy does not name the third party {name}",
        )
        for name, events in sorted(seen.items())
        if name.lower() not in case.policy_text
    ]


def _outside_necessary_scope(case: Case, limits: Limits) -> list[Sign]:
    necessary = necessary_types(case.category)
    if necessary is None:
        return []
    return [
        sign(
            events,
            f"“{case.category}”的必要个人信息不含{data_type}",
            f"{data_type} is not necessary information of the category {case.category}",
        )
        for data_type, events in sorted(_collected(case).items())
        if data_type not in necessary
    ]


SIGNALS = (
    Signal(
        id=SignalId.ITEM_NOT_IN_POLICY,
        zh="收集的信息未在隐私政策中列明",
        en="what was collected is not named in the policy",
        needs=(Need.POLICY_TEXT, Need.ACCEPTED, Need.COVERAGE),
        find=_item_not_in_policy,
    ),
    Signal(
        id=SignalId.SDK_NOT_IN_POLICY,
        zh="第三方SDK未在隐私政策中列明",
        en="a third party is not named in the policy",
        needs=(Need.POLICY_TEXT, Need.ACCEPTED, Need.COVERAGE),
        find=_sdk_not_in_policy,
    ),
    Signal(
        id=SignalId.OUTSIDE_NECESSARY_SCOPE,
        zh="收集的信息超出该类应用的必要范围",
        en="what was collected is not necessary for this category of app",
        needs=(Need.CATEGORY, Need.ACCEPTED, Need.COVERAGE),
        find=_outside_necessary_scope,
    ),
)
