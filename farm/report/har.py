"""The traffic of a session as HAR 1.2, each entry commented with what was found in it.

Format: http://www.softwareishard.com/blog/har-12-spec/. Values are masked unless asked for; then
bodies, which may hold anything, are left out and only their size is told. Holds no judgement.
"""

import base64
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from farm import __version__
from farm.model.exchange import Exchange
from farm.model.finding import Analysis, Finding
from farm.model.session import Session
from farm.report.masking import Masker, visible

_LARGEST_BODY = 1 << 20
_MOST_PAIRS = 1000
_OWN_HEADERS = frozenset(
    {"host", "content-type", "content-length", "content-encoding", "accept", "accept-encoding"}
)


def write_har(
    session: Session, analysis: Analysis, exchanges: Iterable[Exchange], masker: Masker
) -> Iterator[bytes]:
    """Yield the HAR document piece by piece: a session's traffic may be larger than memory.

    Args:
        session: for the page's title and the creator's comment.
        analysis: whose findings comment the entries.
        exchanges: in the order in which they shall stand.
        masker: with `show` everything stands in full.
    """
    comments = _comments(analysis, masker)
    head = {
        "version": "1.2",
        "creator": {"name": "farm", "version": __version__, "comment": session.session_id},
        "pages": [
            {
                "startedDateTime": _time(session.created),
                "id": "session",
                "title": visible(f"{session.app.package} {session.scenario}"),
                "pageTimings": {},
            }
        ],
    }
    encoded = msgspec.json.encode(head)
    yield b'{"log":' + encoded[:-1] + b',"entries":['
    for number, exchange in enumerate(exchanges):
        entry = _entry(exchange, comments.get(exchange.flow_id, []), masker)
        yield (b",\n" if number else b"\n") + msgspec.json.encode(entry)
    yield b"\n]}}\n"


def _comments(analysis: Analysis, masker: Masker) -> dict[str, list[str]]:
    comments: dict[str, list[str]] = {}
    for kind, findings in (("", analysis.findings), ("undetermined: ", analysis.undetermined)):
        for finding in findings:
            for flow in finding.flows:
                comments.setdefault(flow.flow_id, []).append(kind + _comment(finding, masker))
    return comments


def _comment(finding: Finding, masker: Masker) -> str:
    matches = [match for flow in finding.flows for match in flow.matches]
    forms = sorted({f"{match.form} in {' > '.join(match.path)}" for match in matches})[:5]
    return masker.text(
        f"{finding.finding_id} {finding.data_type} {finding.level} {finding.phase} "
        f"by {finding.caller.name}: {'; '.join(forms)}"
    )


def _entry(exchange: Exchange, comments: list[str], masker: Masker) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "pageref": "session",
        "startedDateTime": _time(exchange.started),
        "time": 0,
        "request": _request(exchange, masker),
        "response": _response(exchange, masker),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "connection": exchange.flow_id,
    }
    if comments:
        entry["comment"] = " | ".join(comments)
    return entry


def _request(exchange: Exchange, masker: Masker) -> dict[str, Any]:
    query = parse_qsl(urlsplit(exchange.path).query, keep_blank_values=True, max_num_fields=None)
    made: dict[str, Any] = {
        "method": visible(exchange.method),
        "url": masker.url(exchange.url),
        "httpVersion": visible(exchange.http_version) or "unknown",
        "cookies": [],
        "headers": _headers(exchange.request_headers, masker),
        "queryString": [
            {"name": masker.name(name), "value": masker.value(value)}
            for name, value in query[:_MOST_PAIRS]
        ],
        "headersSize": -1,
        "bodySize": len(exchange.request_body),
    }
    if exchange.request_body:
        kind = _header(exchange.request_headers, b"content-type")
        made["postData"] = {"mimeType": masker.name(kind), **_posted(exchange.request_body, masker)}
    return made


def _response(exchange: Exchange, masker: Masker) -> dict[str, Any]:
    body = exchange.response_body
    kind = _header(exchange.response_headers, b"content-type")
    return {
        "status": exchange.status,
        "statusText": "",
        "httpVersion": visible(exchange.http_version) or "unknown",
        "cookies": [],
        "headers": _headers(exchange.response_headers, masker),
        "content": {"size": len(body), "mimeType": masker.name(kind), **_body(body, masker)},
        "redirectURL": masker.url(_header(exchange.response_headers, b"location")),
        "headersSize": -1,
        "bodySize": len(body),
    }


def _posted(body: bytes, masker: Masker) -> dict[str, str]:
    """A request's body. HAR 1.2 knows no encoding of it: what is no text gets a field of ours."""
    said = _body(body, masker)
    if said.pop("encoding", None):
        try:
            said["text"] = body.decode()
        except UnicodeDecodeError:
            said["_encoding"] = "base64"
    return said


def _body(body: bytes, masker: Masker) -> dict[str, str]:
    if not body:
        return {"text": ""}
    if not masker.show:
        return {"text": "", "comment": f"{len(body)} bytes left out: values are masked"}
    if len(body) > _LARGEST_BODY:
        return {"text": "", "comment": f"{len(body)} bytes: in flows.mitm"}
    return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _headers(headers: list[tuple[bytes, bytes]], masker: Masker) -> list[dict[str, str]]:
    shown = []
    for raw_name, raw_value in headers[:_MOST_PAIRS]:
        name = raw_name.decode("latin-1")
        text = raw_value.decode("latin-1")
        plain = name.lower() in _OWN_HEADERS
        shown.append(
            {"name": masker.name(name), "value": masker.text(text) if plain else masker.value(text)}
        )
    return shown


def _header(headers: list[tuple[bytes, bytes]], wanted: bytes) -> str:
    for name, value in headers:
        if name.lower() == wanted:
            return visible(value.decode("latin-1"))
    return ""


def _time(ns: int) -> str:
    moment = datetime.fromtimestamp(ns // 1_000_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ns % 1_000_000_000 // 1_000_000:03d}Z"
