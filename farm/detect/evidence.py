"""Gathers what a finding shows: calls, flows and screens, bounded, each with event references."""

import bisect
from collections.abc import Sequence

import msgspec

from farm.detect.flows import Traffic
from farm.detect.identify.recognise import Hit
from farm.detect.links import Carried, Checked
from farm.detect.parties import Parties
from farm.detect.timeline import Placed, Timeline
from farm.model.events import (
    Call,
    Connected,
    Dialog,
    PhoneIdentity,
    Request,
    Screen,
    Transform,
)
from farm.model.finding import (
    CallEvidence,
    FlowEvidence,
    IdentityEvidence,
    Party,
    ScreenEvidence,
    TransformEvidence,
    ValueMatch,
)
from farm.model.vocabulary import DialogKind, LinkStrength, Stream

MOST_CALLS = 5
MOST_FLOWS = 5
MOST_MATCHES = 8
_LONGEST_TEXT = 500
_MOST_FRAMES = 40


class Evidence:
    """Builds the evidence of one session's findings."""

    def __init__(self, timeline: Timeline, traffic: Traffic, parties: Parties) -> None:
        self._chance = traffic.chance
        self._operations = traffic.operations
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
        """Bound on the probability that what was met in the flow is an accident.

        Of several hits the best; where only several values together count, of all their bits.
        """
        if carried.known.weak and not any(hit.key or hit.place for hit in carried.hits):
            together = carried.known.together * min(hit.bits for hit in carried.hits)
            return self._chance.of(together, named=False)
        return min(self._bound(hit) for hit in carried.hits)

    def _bound(self, hit: Hit) -> float:
        return self._chance.of(hit.bits, named=bool(hit.key))

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
                    process=call.process,
                    pid=call.pid,
                    tid=call.tid,
                )
            )
        return shown

    def identities(self, identities: Sequence[Placed]) -> list[IdentityEvidence]:
        """By which events the farm knew the values, the first ones."""
        shown: list[IdentityEvidence] = []
        for placed in identities[:MOST_CALLS]:
            body = placed.event.body
            if isinstance(body, PhoneIdentity):
                shown.append(
                    IdentityEvidence(
                        event=placed.event.reference,
                        name=_cut(body.name),
                        how=body.how,
                        value=_cut(body.value),
                    )
                )
        return shown

    def flows(
        self,
        carried: Sequence[Carried],
        receiver: Party | None,
        checked: Sequence[Checked] = (),
    ) -> list[FlowEvidence]:
        """The first flows in order, as evidence."""
        by_flow: dict[str, list[Carried | Checked]] = {}
        members: list[Carried | Checked] = [*carried, *checked]
        for one in members:
            by_flow.setdefault(one.exchange.flow_id, []).append(one)
        shown: list[FlowEvidence] = []
        for together in list(by_flow.values())[:MOST_FLOWS]:
            matches: list[ValueMatch] = []
            for one in together:
                if isinstance(one, Checked):
                    matches.append(self._typed(one))
                else:
                    matches += [self._match(one, hit) for hit in one.hits]
            shown.append(self._flow(together[0], matches[:MOST_MATCHES], receiver))
        return shown

    def _flow(
        self, one: Carried | Checked, matches: list[ValueMatch], receiver: Party | None
    ) -> FlowEvidence:
        exchange = one.exchange
        connection = one.connection if isinstance(one, Carried) else None
        opened = connection.event.body if connection is not None else None
        shown = FlowEvidence(
            flow_id=exchange.flow_id,
            event=one.event,
            method=_cut(exchange.method),
            url=exchange.url[:2000],
            host=exchange.host[:_LONGEST_TEXT],
            receiver=receiver or self._parties.receiver(exchange.host, _address(one.request)),
            host_time=one.interval.lo,
            matches=matches,
            link=one.link if isinstance(one, Carried) else LinkStrength.VALUE,
            address=_address(one.request),
        )
        if connection is None or not isinstance(opened, Connected):
            return shown
        return msgspec.structs.replace(
            shown,
            connection=connection.event.reference,
            socket=_cut(opened.socket),
            process=_cut(opened.process),
            pid=opened.pid,
            tid=opened.tid,
            opener=self._parties.caller(opened.stack).party if opened.stack else None,
        )

    def _match(self, one: Carried, hit: Hit) -> ValueMatch:
        return ValueMatch(
            flow_id=one.exchange.flow_id,
            event=one.event,
            location=hit.leaf.location,
            path=list(hit.leaf.path),
            form=_form(hit),
            found=hit.found,
            value=_cut(one.known.value),
            chance=self._bound(hit),
            key=hit.key,
            transforms=self._transforms(hit),
        )

    def _typed(self, one: Checked) -> ValueMatch:
        return ValueMatch(
            flow_id=one.exchange.flow_id,
            event=one.event,
            location=one.typed.occurrence.leaf.location,
            path=list(one.typed.occurrence.leaf.path),
            form="checked number",
            found=one.typed.value,
            value=one.typed.value,
            chance=one.chance,
            key=one.typed.key,
        )

    def _transforms(self, hit: Hit) -> list[TransformEvidence]:
        shown: list[TransformEvidence] = []
        for step, ordinal in enumerate(hit.transforms):
            placed = self._operations[ordinal]
            body = placed.event.body
            assert isinstance(body, Transform)  # noqa: S101 - operations are transforms only
            previous = f"output of api:{hit.transforms[step - 1]}"
            shown.append(
                TransformEvidence(
                    event=placed.event.reference,
                    operation=body.operation,
                    algorithm=_cut(body.algorithm),
                    direction=body.direction,
                    input_path=list(hit.inner[1:]) if step == 0 else [previous],
                    input_size=body.input.size,
                    output_size=body.output.size,
                    stack=[_cut(frame) for frame in body.stack[:_MOST_FRAMES]],
                    caller=self._parties.caller(body.stack).party,
                    host_time=placed.interval.middle,
                    bound=placed.interval.bound,
                    process=body.process,
                    pid=body.pid,
                    tid=body.tid,
                )
            )
        return shown

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


def _form(hit: Hit) -> str:
    """The form in the flow; behind the app's own operations also that of what went in."""
    return f"{hit.inner[0]}, {hit.name}" if hit.transforms and hit.inner else hit.name


def _address(request: Request | None) -> str:
    return request.address[:100] if request is not None else ""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _maybe(text: str | None) -> str | None:
    return None if text is None else _cut(text)
