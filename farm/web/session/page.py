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
from farm.model.vocabulary import Phase, Stream
from farm.web.http.forms import number_in, text_in
from farm.web.http.guard import by_script, go, page, show
from farm.web.session.desk import Stage
from farm.web.session.opening import opened
from farm.web.session.overview import MOST_GAPS, told, whole
from farm.web.session.prepared import FOUND, OPEN, STREAMS, Prepared
from farm.web.session.selection import Filters, brief, lanes, rows
from farm.web.session.words import labels, seconds, uncertainty
from farm.web.site import site_of
from farm.web.texts import Language

_ROWS = 100
_MOST_MARKS = 2000
_LONGEST_SECONDS = 10**7


async def session_page(request: Request) -> Response:
    """Everything about one session, with a table of its events; a part of it for the script."""
    waits = text_in(request.query_params, "wait", 5) == "yes" or by_script(request)
    if not waits and await site_of(request).desk.takes_long(request.path_params["session"]):
        return show(
            request,
            "session/preparing.html",
            session_id=request.path_params["session"],
            query=request.url.query,
            stage=Stage.WAITING,
        )
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
    values |= whole(prepared, wanted, language)
    return show(request, "session/session.html", **values)


async def ready(request: Request) -> Response:
    """Make a session ready, which may take a while, and send the browser to it."""
    source, _ = await opened(request)
    query = f"?{request.url.query}" if request.url.query else ""
    return go(request, f"/sessions/{source.session_id}{query}")


async def stage(request: Request) -> Response:
    """How far that is."""
    done = site_of(request).desk.stage(request.path_params["session"])
    return show(request, "session/part_stage.html", stage=done)


def _line(prepared: Prepared, row: int) -> dict[str, Any]:
    line = brief(prepared, row)
    line["at"] = "" if line["time"] is None else seconds(line["time"])
    line["unsure"] = "" if line["time"] is None else uncertainty(line["bound"])
    return line


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
                    "name": mask(told(f"{gap.what}: {gap.cause}", language)),
                }
                for gap in prepared.analysis.coverage.gaps[:MOST_GAPS]
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
    page("/sessions/{session}/ready", ready),
    page("/sessions/{session}/stage", stage, passive=True),
    page("/sessions/{session}/scene.json", scene),
    page("/sessions/{session}/window.json", window),
    page("/sessions/{session}/row.json", one_row),
]
