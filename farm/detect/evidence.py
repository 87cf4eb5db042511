"""Gathers what a finding shows: calls, flows and screens, bounded, each with event references."""

import bisect
from collections.abc import Sequence

from farm.detect.flows import Carried
from farm.detect.matching import Matcher
from farm.detect.parties import Parties
from farm.detect.timeline import Placed, Timeline
from farm.model.events import Call, Dialog, Screen
from farm.model.finding import CallEvidence, FlowEvidence, Party, ScreenEvidence, ValueMatch
from farm.model.vocabulary import DialogKind, Stream

MOST_CALLS = 5
MOST_FLOWS = 5
MOST_MATCHES = 8
_LONGEST_TEXT = 500
_MOST_FRAMES = 40


class Evidence:
    """Builds the evidence of one session's findings."""

    def __init__(self, timeline: Timeline, matcher: Matcher, parties: Parties) -> None:
        self._matcher = matcher
        self._parties = parties
        self._screens = [
            placed
            for placed in timeline.of(Stream.UI, Screen)
            if isinstance(placed.event.body, Screen) and placed.event.body.screenshot_file
        ]
        self._screen_times = [placed.interval.lo for placed in self._screens]
        self._dialogs = [
            placed
            for placed in timeline.of(Stream.UI, Dialog)
            if isinstance(placed.event.body, Dialog)
            and placed.event.body.dialog is DialogKind.PRIVACY_CONSENT
        ]

    def chance(self, carried: Carried) -> float:
        """Bound on the probability that the best match in the flow is an accident."""
        return min(self._matcher.chance(hit.form) for hit in carried.hits)

    def calls(self, calls: Sequence[Placed], caller: Party) -> list[CallEvidence]:
        """The first calls in order, as evidence."""
        shown: list[CallEvidence] = []
        for placed in calls[:MOST_CALLS]:
            call = placed.event.body
            assert isinstance(call, Call)  # noqa: S101 - groups hold calls only
            actual = self._parties.caller(call.stack).party
            shown.append(
                CallEvidence(
                    event=placed.event.reference,
                    api=call.api,
                    class_name=call.class_name[:_LONGEST_TEXT],
                    method=call.method[:_LONGEST_TEXT],
                    arguments=[_cut(argument) for argument in call.arguments[:20]],
                    result=_cut(", ".join(call.values[:20]))
                    if call.values
                    else _maybe(call.result),
                    stack=[_cut(frame) for frame in call.stack[:_MOST_FRAMES]],
                    caller=caller if actual.name == caller.name else actual,
                    host_time=placed.interval.middle,
                    bound=placed.interval.bound,
                )
            )
        return shown

    def flows(self, carried: Sequence[Carried], receiver: Party | None) -> list[FlowEvidence]:
        """The first flows in order, as evidence."""
        by_flow: dict[str, list[Carried]] = {}
        for one in carried:
            by_flow.setdefault(one.exchange.flow_id, []).append(one)
        shown: list[FlowEvidence] = []
        for flow_id, members in list(by_flow.items())[:MOST_FLOWS]:
            exchange = members[0].exchange
            matches = [self._match(one, index) for one in members for index in range(len(one.hits))]
            shown.append(
                FlowEvidence(
                    flow_id=flow_id,
                    event=members[0].event,
                    method=_cut(exchange.method),
                    url=exchange.url[:2000],
                    host=exchange.host[:_LONGEST_TEXT],
                    receiver=receiver or self._parties.receiver(exchange.host),
                    host_time=members[0].interval.lo,
                    matches=matches[:MOST_MATCHES],
                )
            )
        return shown

    def _match(self, one: Carried, index: int) -> ValueMatch:
        hit = one.hits[index]
        return ValueMatch(
            flow_id=one.exchange.flow_id,
            event=one.event,
            location=hit.leaf.location,
            path=list(hit.leaf.path),
            form=hit.form.name,
            found=hit.found,
            value=_cut(one.known.value),
            chance=self._matcher.chance(hit.form),
        )

    def screens(self, calls: Sequence[Placed], carried: Sequence[Carried]) -> list[ScreenEvidence]:
        """What the user saw just before and just after the first evidence, and the dialog."""
        times = [one.interval.lo for one in carried[:1]] + [
            placed.interval.middle for placed in calls[:1]
        ]
        shown: list[ScreenEvidence] = []
        if times:
            first, last = min(times), max(times)
            before = bisect.bisect_right(self._screen_times, first) - 1
            after = bisect.bisect_left(self._screen_times, last)
            if before >= 0:
                shown.append(self._screen(self._screens[before], "before"))
            if after < len(self._screens) and after != before:
                shown.append(self._screen(self._screens[after], "after"))
        for placed in self._dialogs[:1]:
            dialog = placed.event.body
            if isinstance(dialog, Dialog) and dialog.screenshot_file:
                shown.append(
                    ScreenEvidence(
                        event=placed.event.reference,
                        screenshot_file=dialog.screenshot_file,
                        host_time=placed.interval.lo,
                        caption="consent dialog",
                    )
                )
        return shown

    def _screen(self, placed: Placed, caption: str) -> ScreenEvidence:
        body = placed.event.body
        assert isinstance(body, Screen)  # noqa: S101 - the list holds screens only
        return ScreenEvidence(
            event=placed.event.reference,
            screenshot_file=body.screenshot_file,
            host_time=placed.interval.lo,
            caption=caption,
        )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _maybe(text: str | None) -> str | None:
    return None if text is None else _cut(text)
