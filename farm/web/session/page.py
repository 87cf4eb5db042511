"""The session page and what its timeline asks for: rows of a window, the whole scene, one row."""

import math
from typing import Any

import msgspec
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.model.errors import UsageError
from farm.model.finding import Finding
from farm.model.vocabulary import Phase, Stream
from farm.report.clauses import ANSWERS
from farm.report.masking import visible
from farm.report.reasons import in_chinese
from farm.web.http.forms import number_in, text_in
from farm.web.http.guard import by_script, page, show
from farm.web.session.downloads import Form
from farm.web.session.opening import opened
from farm.web.session.prepared import FOUND, OPEN, PHASES, STREAMS, Prepared, count_by
from farm.web.session.selection import Filters, brief, lanes, rows
from farm.web.session.words import clock, in_language, labels, seconds, uncertainty
from farm.web.site import site_of
from farm.web.texts import Language

_ROWS = 100
_MOST_CHOICES = 200
_MOST_STRIP = 60
_MOST_MARKS = 2000
_MOST_GAPS = 500
_LONGEST_SECONDS = 10**7


async def session_page(request: Request) -> Response:
    """Everything about one session, with a table of its events; a part of it for the script."""
    source, prepared = await opened(request)
    wanted = filters_of(request.query_params)
    language: Language = request.state.visitor.language
    chosen = rows(prepared, wanted)
    start = number_in(request.query_params, "start", 0)
    start = min(start, max(0, len(chosen) - 1)) // _ROWS * _ROWS
    values: dict[str, Any] = {
        "session_id": source.session_id,
        "lines": [_line(prepared, int(row)) for row in chosen[start : start + _ROWS]],
        "count": len(chosen),
        "total": prepared.size,
        "start": start,
        "more": start + _ROWS if start + _ROWS < len(chosen) else None,
        "before": start - _ROWS if start else None,
        "query": _query(wanted),
        "label": labels(language),
    }
    if by_script(request):
        return show(request, "session/events_table.html", **values)
    values |= _whole(prepared, wanted, language)
    return show(request, "session/session.html", **values)


def _whole(prepared: Prepared, wanted: Filters, language: Language) -> dict[str, Any]:
    analysis = prepared.analysis
    counts = {
        text: sum(1 for one in analysis.clauses if one.answer == answer)
        for answer, text in ((one, in_language(ANSWERS[one], language)) for one in ANSWERS)
    }
    return {
        "session": prepared.session,
        "analysis": analysis,
        "prepared": prepared,
        "reasons": _reasons(prepared, language),
        "findings": [finding_line(prepared, one) for one in analysis.findings],
        "open": [finding_line(prepared, one) for one in analysis.undetermined],
        "clauses": {text: count for text, count in counts.items() if count},
        "coverage": coverage_of(prepared),
        "strip": _strip(prepared),
        "choices": _choices(prepared),
        "wanted": wanted,
        "created": clock(prepared.session.created),
        "launched": clock(prepared.zero),
        "length": seconds(prepared.end),
        "forms": [form for form in Form if form is not Form.PACK],
    }


def _reasons(prepared: Prepared, language: Language) -> list[str]:
    """Reasons of the verdict but those that only name findings, which are listed anyway."""
    analysis, mask = prepared.analysis, prepared.masker.text
    deciding = analysis.findings or analysis.undetermined
    told = tuple({f"{one.data_type} {one.level} {one.phase} by " for one in deciding})
    reasons = [reason for reason in analysis.verdict.reasons if not reason.startswith(told)]
    return [mask(in_chinese(one) if language == "zh" else one) for one in reasons[:50]]


def _line(prepared: Prepared, row: int) -> dict[str, Any]:
    line = brief(prepared, row)
    line["at"] = "" if line["time"] is None else seconds(line["time"])
    line["unsure"] = "" if line["time"] is None else uncertainty(line["bound"])
    return line


def finding_line(prepared: Prepared, finding: Finding) -> dict[str, Any]:
    """One finding as the lists show it, with its first moment."""
    mask = prepared.masker.text
    times = [call.host_time for call in finding.calls if call.bound < 10**18]
    times += [flow.host_time for flow in finding.flows]
    return {
        "finding": finding,
        "caller": mask(finding.caller.name),
        "receiver": mask(finding.receiver.name) if finding.receiver else "",
        "at": seconds(min(times) - prepared.zero) if times else "",
    }


def coverage_of(prepared: Prepared) -> dict[str, Any]:
    """What could not be seen, as the pages show it."""
    coverage, mask = prepared.analysis.coverage, prepared.masker.text
    return {
        "it": coverage,
        "gaps": [
            {
                "what": mask(gap.what),
                "cause": mask(gap.cause),
                "detail": mask(gap.detail),
                "from": seconds(gap.start - prepared.zero),
                "until": seconds(gap.end - prepared.zero),
                "events": [event for event in gap.events[:5] if event],
            }
            for gap in coverage.gaps[:_MOST_GAPS]
        ],
        "refused": [mask(host) for host in coverage.hosts_refused[:200]],
        "failed": [(name, mask(why)) for name, why in list(coverage.hooks_failed.items())[:200]],
        "clock": uncertainty(coverage.clock_bound_ns) or "± 0 ms"
        if coverage.clock_bound_ns is not None
        else "",
    }


def _strip(prepared: Prepared) -> list[dict[str, Any]]:
    """Screenshots, evenly chosen where there are many."""
    shots = prepared.shots
    if len(shots) > _MOST_STRIP:
        step = (len(shots) - 1) / (_MOST_STRIP - 1)
        shots = [shots[round(number * step)] for number in range(_MOST_STRIP)]
    return [
        {"at": seconds(shot.time), "us": shot.time // 1000, "event": shot.event, "file": shot.file}
        for shot in shots
    ]


def _choices(prepared: Prepared) -> dict[str, list[tuple[str, int]]]:
    """What can be filtered by, with how many events each."""
    columns, mask = prepared.columns, prepared.masker.text
    kinds = count_by(columns["kind"], prepared.kinds.texts)
    types = count_by(columns["type"], prepared.types.texts)
    parties = count_by(columns["party"], prepared.parties.texts)
    named = [(name, count) for name, count in parties.items() if name][:_MOST_CHOICES]
    return {
        "stream": list(count_by(columns["stream"], [str(one) for one in STREAMS]).items()),
        "kind": list(kinds.items()),
        "phase": list(count_by(columns["phase"], [str(one) for one in PHASES]).items()),
        "data_type": [(name, count) for name, count in types.items() if name],
        # A name that is masked cannot be asked for by itself; it would give the value away.
        "party": [(name, count) for name, count in named if mask(name) == visible(name)],
    }


async def scene(request: Request) -> Response:
    """What the timeline draws whatever its window: phases, gaps, proofs of life, marks."""
    _, prepared = await opened(request)
    columns, mask = prepared.columns, prepared.masker.text
    language: Language = request.state.visitor.language
    texts = site_of(request).renderer.texts
    marked = [
        row
        for row, mark in enumerate(columns["mark"].tolist())
        if mark and not columns["unknown"][row]
    ]
    return _json(
        {
            "start": prepared.start // 1000,
            "end": -(-prepared.end // 1000),
            "streams": list(STREAMS),
            "kinds": prepared.kinds.texts,
            "phases": [
                {
                    "phase": one.phase,
                    "name": texts.word("phase", one.phase, language),
                    "start": (one.start - prepared.zero) // 1000,
                    "startBound": -(-one.start_bound // 1000),
                    "end": (one.end - prepared.zero) // 1000,
                    "endBound": -(-one.end_bound // 1000),
                }
                for one in prepared.analysis.phases
            ],
            "gaps": [
                {
                    "start": (gap.start - prepared.zero) // 1000,
                    "end": (gap.end - prepared.zero) // 1000,
                    "name": mask(f"{gap.what}: {gap.cause}"),
                }
                for gap in prepared.analysis.coverage.gaps[:_MOST_GAPS]
            ],
            "lives": [
                [one.time // 1000, STREAMS.index(one.recorder), int(one.seen)]
                for one in prepared.lives
            ],
            "shots": [shot.time // 1000 for shot in prepared.shots],
            "marks": [
                [int(columns["time"][row]) // 1000, row, int(columns["mark"][row])]
                for row in marked[:_MOST_MARKS]
            ],
        }
    )


async def window(request: Request) -> Response:
    """The rows of one window, each by itself or in bins."""
    _, prepared = await opened(request)
    wanted = filters_of(request.query_params)
    since = prepared.start if wanted.since is None else wanted.since
    until = max(since + 1000, prepared.end if wanted.until is None else wanted.until)
    wanted = msgspec.structs.replace(wanted, since=since, until=until)
    bins = number_in(request.query_params, "bins", 300, 10, 600)
    shown = lanes(prepared, rows(prepared, wanted), since, until, bins)
    return _json({"since": since // 1000, "until": until // 1000, "lanes": shown})


async def one_row(request: Request) -> Response:
    """One row in words, masked."""
    source, prepared = await opened(request)
    row = number_in(request.query_params, "row", 0)
    if row >= prepared.size:
        raise HTTPException(404)
    visitor = request.state.visitor
    texts = site_of(request).renderer.texts
    line = _line(prepared, row)
    line |= {
        "stream": texts.word("event_stream", line["stream"], visitor.language),
        "kind": texts.word("event_kind", line["kind"], visitor.language),
        "data_type": texts.word("data_type", line["data_type"], visitor.language),
        "phase": texts.word("phase", line["phase"], visitor.language),
        "href": f"/sessions/{source.session_id}/events/{line['event']}",
        "findings": [
            f"/sessions/{source.session_id}/findings/{one}" for one in line["findings"][:5]
        ],
        "us": None if line["time"] is None else line["time"] // 1000,
        "mark": {OPEN: texts.say("session.mark_open", visitor.language),
                 FOUND: texts.say("session.mark_found", visitor.language)}.get(line["mark"], ""),
    }  # fmt: skip
    return _json(line)


def filters_of(query: QueryParams) -> Filters:
    """The filters of an address.

    Raises:
        UsageError: a time is none.
    """
    return Filters(
        stream=_one_of(query, "stream", [str(one) for one in Stream]),
        kind=text_in(query, "kind", 60),
        phase=_one_of(query, "phase", [str(one) for one in Phase]),
        data_type=text_in(query, "data_type", 60),
        party=text_in(query, "party", 500),
        only_findings=text_in(query, "only", 20) == "findings",
        since=_moment(query, "since"),
        until=_moment(query, "until"),
    )


def _one_of(query: QueryParams, name: str, known: list[str]) -> str:
    value = text_in(query, name, 60)
    if value and value not in known:
        raise UsageError(f"{name}: expected one of {', '.join(known)}")
    return value


def _moment(query: QueryParams, name: str) -> int | None:
    """Seconds after the launch as ns, None where none are given."""
    text = text_in(query, name, 40)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not -_LONGEST_SECONDS <= value <= _LONGEST_SECONDS:
        raise UsageError(f"{name}: expected seconds after the launch, got {text!r}")
    return round(value * 1e9)


def _query(wanted: Filters) -> dict[str, str]:
    """The filters as they stand in an address."""
    query = {
        name: getattr(wanted, name)
        for name in ("stream", "kind", "phase", "data_type", "party")
        if getattr(wanted, name)
    }
    if wanted.only_findings:
        query["only"] = "findings"
    for name in ("since", "until"):
        value = getattr(wanted, name)
        if value is not None:
            query[name] = f"{value / 1e9:.6f}".rstrip("0").rstrip(".")
    return query


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


ROUTES: list[BaseRoute] = [
    page("/sessions/{session}", session_page),
    page("/sessions/{session}/scene.json", scene),
    page("/sessions/{session}/window.json", window),
    page("/sessions/{session}/row.json", one_row),
]
