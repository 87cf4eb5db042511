"""How errors look: a page in the visitor's language, or one JSON object under `/api`.

Shows no path, statement or traceback of ours; those go to the log under the error's number.
"""

import logging
import secrets
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from farm.campaign.database import DatabaseUnavailable
from farm.campaign.store.objects import StoreError, StoreUnavailable
from farm.model.errors import FarmError, UsageError
from farm.web.http.guard import by_script, show
from farm.web.http.rates import TooOften
from farm.web.http.visitors import Visitor, address_of, language_of
from farm.web.site import site_of

_LOG = logging.getLogger(__name__)
_TITLED = frozenset({400, 401, 403, 404, 405, 409, 413, 429, 500, 503})


async def on_http(request: Request, error: Exception) -> Response:
    """What a page refused on purpose."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    return _answer(request, error.status_code, str(error.detail), error.headers)


async def on_usage(request: Request, error: Exception) -> Response:
    """What somebody gave cannot be used; the message is meant for them."""
    return _answer(request, 400, str(error))


async def on_too_often(request: Request, error: Exception) -> Response:
    """Somebody knocks too often."""
    assert isinstance(error, TooOften)  # noqa: S101 - registered for it alone
    return _answer(request, 429, str(error), {"Retry-After": str(error.seconds)})


async def on_unavailable(request: Request, error: Exception) -> Response:
    """The database or the store is away: it passes."""
    _LOG.warning("%s %s: %s", request.method, request.url.path, error)
    return _answer(request, 503, "", {"Retry-After": "5"})


async def on_defect(request: Request, error: Exception) -> Response:
    """An error of our own."""
    number = secrets.token_hex(4)
    _LOG.error("error %s: %s %s", number, request.method, request.url.path, exc_info=error)
    return _answer(request, 500, number)


HANDLERS = {
    HTTPException: on_http,
    UsageError: on_usage,
    TooOften: on_too_often,
    DatabaseUnavailable: on_unavailable,
    StoreUnavailable: on_unavailable,
    StoreError: on_defect,
    FarmError: on_usage,
}
"""Handlers by exception; what is in none of them is a defect."""


def _answer(
    request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    if request.url.path.startswith("/api/"):
        answer: Response = JSONResponse({"error": {"status": status, "message": detail}}, status)
    else:
        answer = _page(request, status, detail)
    answer.headers.update(headers or {})
    return answer


def _page(request: Request, status: int, detail: str) -> Response:
    if getattr(request.state, "visitor", None) is None:
        request.state.visitor = Visitor(language=language_of(request), address=address_of(request))
    texts = site_of(request).renderer.texts
    known = status if status in _TITLED else 400
    if detail in texts.keys:
        detail = texts.say(detail, request.state.visitor.language)
    elif status in (404, 405) or (status == 403 and detail == "Forbidden"):
        detail = ""
    template = "part_error.html" if by_script(request) else "error.html"
    return show(request, template, status, status=status, kind=known, detail=detail)
