"""Stands before every page: who may see it, how often, and that a form came from our own page."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from farm.web.accounts.roles import Permission
from farm.web.http.visitors import Visitor, from_elsewhere, same_token, shown_values, visitor_of
from farm.web.site import site_of

Endpoint = Callable[[Request], Awaitable[Response]]
_SAFE = frozenset({"GET", "HEAD"})
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"


def page(
    path: str,
    endpoint: Endpoint,
    *,
    needs: Permission | None = Permission.SEE,
    methods: tuple[str, ...] = ("GET",),
    passive: bool = False,
    fields: int = 200,
    files: int = 1,
    largest: int | None = None,
) -> Route:
    """A route with its guard.

    Args:
        needs: what the visitor must be allowed to; None: anybody may come, signed in or not.
        passive: a browser asks for it by itself, again and again: no sign of somebody's presence.
        fields: how many fields a form may have, beside `files` files.
        largest: bytes of a request, where it may be larger than others.
    """

    async def guarded(request: Request) -> Response:
        visitor = await visitor_of(request, passive=passive)
        signed_in = visitor.signed_in
        who = signed_in.digest.hex() if signed_in else visitor.address
        await site_of(request).rates.request(who)
        if needs is not None:
            if signed_in is None:
                return _to_sign_in(request)
            if not visitor.may(needs):
                raise HTTPException(403)
        if request.method in _SAFE:
            return await endpoint(request)
        try:
            await _check_own_form(request, visitor, fields, files)
            return await endpoint(request)
        finally:
            await request.close()  # files of a form

    route = Route(
        path, guarded, methods=list(methods), name=endpoint.__name__, max_body_size=largest
    )
    route.needs = needs  # type: ignore[attr-defined]  # for the test of the table of routes
    return route


def show(request: Request, template: str, status: int = 200, /, **values: Any) -> Response:
    """Render a page for whoever asks; a guard found out who that is."""
    visitor: Visitor = request.state.visitor
    common = shown_values(visitor, request.url.path)
    return site_of(request).renderer.page(template, visitor.language, {**common, **values}, status)


def say(request: Request, key: str, **values: object) -> str:
    """A text in the visitor's language."""
    visitor: Visitor = request.state.visitor
    return site_of(request).renderer.texts.say(key, visitor.language, **values)


def by_script(request: Request) -> bool:
    """Whether the page's own script asks for a part of it."""
    return request.headers.get("hx-request") == "true"


def go(request: Request, path: str) -> Response:
    """Send the browser on after something was done."""
    if by_script(request):
        return Response(status_code=204, headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


async def _check_own_form(request: Request, visitor: Visitor, fields: int, files: int) -> None:
    if from_elsewhere(request):
        raise HTTPException(403, "forms.elsewhere")
    if visitor.signed_in is None:
        return  # forms before signing in bring a token of their own
    got: object = request.headers.get(CSRF_HEADER)
    if got is None:
        got = (await request.form(max_files=files, max_fields=fields)).get(CSRF_FIELD)
    if not same_token(visitor.signed_in.csrf, got):
        raise HTTPException(403, "forms.stale")


def _to_sign_in(request: Request) -> Response:
    if by_script(request):
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    if request.method not in _SAFE:
        return RedirectResponse("/sign-in", 303)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?{urlencode({'next': path})}", 303)
