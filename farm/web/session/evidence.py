"""The way from a finding to the byte: the finding, one event, one exchange. Masked, until somebody
who may see values asks for them, which is written down before they are shown.
"""

import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.detect.rules import load_rules
from farm.model.events import AnyBody, Event, WebSocketMessage
from farm.model.events import Request as Sent
from farm.model.events import Response as Answer
from farm.model.finding import Finding, Party
from farm.model.vocabulary import Stream
from farm.recording.files import SCREENS
from farm.report.explain import Step, explain, find_by_id
from farm.report.masking import Masker, visible
from farm.report.reasons import in_chinese
from farm.web.accounts.roles import Permission
from farm.web.http.guard import page, show
from farm.web.session.flow import take_apart
from farm.web.session.opening import flow_id_in, note_unmasking, opened
from farm.web.session.overview import coverage_of, finding_line
from farm.web.session.prepared import Prepared, Shot
from farm.web.session.selection import brief
from farm.web.session.sources import Source
from farm.web.session.summaries import details
from farm.web.session.words import UNKNOWN_BOUND, clock, labels, seconds, uncertainty
from farm.web.site import site_of
from farm.web.texts import Language

_FINDING = re.compile(r"[0-9a-f]{4,64}")
_EVENT = re.compile(r"(ui|api|network|device):(\d{1,9})")
_MOST_FRAMES = 100
# Fields that are a value as a whole, or bytes in base64 from which it could be read.
_VALUES = re.compile(
    r"(?:^|\.)(?:result|value|values|sample|iv|client_random|answers)(?:\[\d+\])?$"
)


async def finding(request: Request) -> Response:
    """One finding from the rule to the bytes."""
    source, prepared = await opened(request)
    return await _finding(request, source, prepared, prepared.masker)


async def finding_unmasked(request: Request) -> Response:
    """The same with values."""
    source, prepared = await opened(request)
    found, _ = _named_finding(request, prepared)
    masker = await note_unmasking(request, source, f"finding:{found.finding_id}")
    return await _finding(request, source, prepared, masker)


async def _finding(
    request: Request, source: Source, prepared: Prepared, masker: Masker
) -> Response:
    found, counts = _named_finding(request, prepared)
    language: Language = request.state.visitor.language
    rules = load_rules()
    other: Language = "en" if language == "zh" else "zh"
    told = explain(found, counts, rules, masker, language)
    steps = [_step(prepared, found, step) for step in told.steps if step.kind != "reason"]
    reasons = [
        (_reason(masker, one, language), _reason(masker, one, other)) for one in found.reasons
    ]
    rule = next((one for one in rules.pack.rules if one.id == found.rule), None)
    return show(
        request,
        "session/finding.html",
        session_id=source.session_id,
        prepared=prepared,
        told=told,
        finding=found,
        line=finding_line(prepared, found),
        rule=rule,
        steps=steps,
        often=[step for step in told.steps if step.kind == "reason"][
            : 1 if found.frequency is not None else 0
        ],
        reasons=reasons,
        other=other,
        coverage=coverage_of(prepared, language),
        shots=[(one.caption, _shot_of(prepared, one.event, one.screenshot_file, one.host_time))
               for one in found.screens],
        label=labels(language),
        **_unmasking(request, masker),
    )  # fmt: skip


def _named_finding(request: Request, prepared: Prepared) -> tuple[Finding, bool]:
    name = request.path_params["finding"]
    found = find_by_id(prepared.analysis, name) if _FINDING.fullmatch(name) else []
    exact = [one for one in found if one[0].finding_id == name] or found
    if len({one.finding_id for one, _ in exact}) != 1:
        raise HTTPException(404)
    return exact[0]


def _reason(masker: Masker, reason: str, language: Language) -> str:
    return masker.text(in_chinese(reason) if language == "zh" else reason)


def _step(prepared: Prepared, found: Finding, step: Step) -> dict[str, Any]:
    flow_id = ""
    if step.kind == "request":
        flow_id = next((one.flow_id for one in found.flows if one.event in step.events), "")
        if not flow_id and len(found.flows) == 1:
            flow_id = found.flows[0].flow_id
    return {
        "step": step,
        "flow": flow_id,
        "at": "" if step.host_time is None else seconds(step.host_time - prepared.zero),
        "clock": "" if step.host_time is None else clock(step.host_time),
        "unsure": uncertainty(step.bound or 0),
    }


async def event(request: Request) -> Response:
    """One event with everything it says."""
    source, prepared = await opened(request)
    return await _event(request, source, prepared, prepared.masker)


async def event_unmasked(request: Request) -> Response:
    """The same with values."""
    source, prepared = await opened(request)
    stream, n = _named_event(request)
    masker = await note_unmasking(request, source, f"event:{stream}:{n}")
    return await _event(request, source, prepared, masker)


async def _event(request: Request, source: Source, prepared: Prepared, masker: Masker) -> Response:
    stream, n = _named_event(request)
    row = prepared.row_of(stream, n)
    found = await site_of(request).desk.event(source, stream, n) if row is not None else None
    if found is None or row is None:
        raise HTTPException(404)
    body = found.body
    line = brief(prepared, row)
    time = line["time"]
    ids = prepared.finding_of.get(found.reference, [])
    listed = [*prepared.analysis.findings, *prepared.analysis.undetermined]
    party = _caller(prepared, row, body)
    return show(
        request,
        "session/event.html",
        session_id=source.session_id,
        prepared=prepared,
        event=found,
        line=line,
        summary=masker.text(prepared.labels.texts[int(prepared.columns["label"][row])]),
        at="" if time is None else seconds(time),
        unsure="" if time is None else uncertainty(line["bound"]),
        clock="" if time is None else clock(time + prepared.zero),
        fields=[(name, _field(masker, name, value)) for name, value in details(body)
                if not name.startswith("stack")],
        stack=[masker.text(frame) for frame in getattr(body, "stack", [])[:_MOST_FRAMES]],
        party=party,
        party_text=masker.text(party.name) if party else line["party"],
        party_source=masker.text(party.source) if party else "",
        findings=[finding_line(prepared, one) for one in listed if one.finding_id in ids],
        flows=_flows_of(prepared, found),
        shots=[] if time is None else prepared.shots_around(time),
        own_shot=_own_shot(body),
        earlier=f"{stream}:{n - 1}" if n > 0 else "",
        later=f"{stream}:{n + 1}" if prepared.row_of(stream, n + 1) is not None else "",
        label=labels(request.state.visitor.language),
        **_unmasking(request, masker),
    )  # fmt: skip


def _named_event(request: Request) -> tuple[Stream, int]:
    named = _EVENT.fullmatch(request.path_params["event"])
    if named is None:
        raise HTTPException(404)
    return Stream(named[1]), int(named[2])


def _field(masker: Masker, name: str, value: str) -> str:
    return masker.value(value) if _VALUES.search(name) else masker.text(value)


def _caller(prepared: Prepared, row: int, body: AnyBody) -> Party | None:
    if not getattr(body, "stack", []):
        return None
    return prepared.callers.get(prepared.parties.texts[int(prepared.columns["party"][row])])


def _own_shot(body: AnyBody) -> str:
    name: str = getattr(body, "screenshot_file", "")
    return name.removeprefix(f"{SCREENS}/")


def _flows_of(prepared: Prepared, found: Event) -> list[tuple[str, str]]:
    """Exchanges that belong to an event: its own, or those that carried what a call handed over."""
    body = found.body
    if isinstance(body, Sent | Answer | WebSocketMessage):
        return [(body.flow_id, prepared.masker.text(prepared.hosts.get(body.flow_id, "")))]
    ids = prepared.finding_of.get(found.reference, [])
    flows = {
        flow.flow_id: prepared.masker.text(flow.host)
        for one in [*prepared.analysis.findings, *prepared.analysis.undetermined]
        if one.finding_id in ids
        for flow in one.flows
    }
    return list(flows.items())[:20]


async def flow(request: Request) -> Response:
    """One exchange: headers, bodies, and where each found value stands in them."""
    source, prepared = await opened(request)
    return await _flow(request, source, prepared, prepared.masker)


async def flow_unmasked(request: Request) -> Response:
    """The same with values."""
    source, prepared = await opened(request)
    masker = await note_unmasking(request, source, f"flow:{flow_id_in(request)}")
    return await _flow(request, source, prepared, masker)


async def _flow(request: Request, source: Source, prepared: Prepared, masker: Masker) -> Response:
    flow_id = flow_id_in(request)
    desk = site_of(request).desk
    exchange = await desk.exchange(source, flow_id)
    if exchange is None:
        raise HTTPException(404)
    shown = await desk.read(lambda: take_apart(exchange, prepared.analysis, masker))
    time = exchange.started - prepared.zero
    return show(
        request,
        "session/flow.html",
        session_id=source.session_id,
        prepared=prepared,
        flow=shown,
        flow_id=flow_id,
        host=masker.text(exchange.host),
        event=prepared.requests.get(flow_id, ""),
        at=seconds(time),
        clock=clock(exchange.started),
        messages=[(one, seconds(one.time - prepared.zero)) for one in shown.messages],
        calls=_calls_of(prepared, flow_id),
        shots=prepared.shots_around(time),
        label=labels(request.state.visitor.language),
        **_unmasking(request, masker),
    )


def _calls_of(prepared: Prepared, flow_id: str) -> list[tuple[str, str, str]]:
    """Calls that handed over what the exchange carried: event, what, when."""
    calls = {
        call.event: (
            call.event,
            prepared.masker.text(f"{call.class_name}.{call.method}"),
            seconds(call.host_time - prepared.zero) if call.bound < UNKNOWN_BOUND else "",
        )
        for one in [*prepared.analysis.findings, *prepared.analysis.undetermined]
        if any(flow.flow_id == flow_id for flow in one.flows)
        for call in one.calls
    }
    return list(calls.values())[:50]


def _shot_of(prepared: Prepared, event: str, file: str, host_time: int) -> Shot:
    return Shot(host_time - prepared.zero, event, file.removeprefix(f"{SCREENS}/"))


def _unmasking(request: Request, masker: Masker) -> dict[str, Any]:
    return {"unmasked": masker.show, "here": visible(request.url.path, 500)}


_SESSION = "/sessions/{session}"
ROUTES: list[BaseRoute] = [
    page(f"{_SESSION}/findings/{{finding}}", finding),
    page(f"{_SESSION}/events/{{event}}", event),
    page(f"{_SESSION}/flows/{{flow}}", flow),
    *(
        page(f"{_SESSION}/{path}", endpoint, needs=Permission.UNMASK, methods=("POST",))
        for path, endpoint in (
            ("findings/{finding}", finding_unmasked),
            ("events/{event}", event_unmasked),
            ("flows/{flow}", flow_unmasked),
        )
    ),
]
