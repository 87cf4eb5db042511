"""Signing in and out, and the choice of language."""

import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.campaign.audit import record
from farm.web.accounts import passwords, sign_ins, users
from farm.web.accounts.roles import Permission
from farm.web.http import visitors
from farm.web.http.guard import CSRF_FIELD, go, page, show
from farm.web.http.visitors import MENU, Visitor
from farm.web.site import site_of
from farm.web.texts import LANGUAGES

_TOKEN_COOKIE = "farm_form"  # noqa: S105 - a cookie's name
_MOST_FIELDS = 20


async def start(request: Request) -> Response:
    """Where somebody begins who names no page."""
    visitor: Visitor = request.state.visitor
    return go(request, next(href for href, _, needs in MENU if visitor.may(needs)))


async def sign_in_form(request: Request) -> Response:
    """The form, with a token that its answer must bring along."""
    visitor: Visitor = request.state.visitor
    if visitor.signed_in is not None:
        return go(request, "/")
    return _form(request, next=request.query_params.get("next", "/"))


async def sign_in(request: Request) -> Response:
    """Check name and password; the same answer for a wrong name and a wrong password."""
    site, visitor = site_of(request), request.state.visitor
    form = await request.form(max_files=1, max_fields=_MOST_FIELDS)
    onward = visitors.local_path(form.get("next"))
    expected = request.cookies.get(_TOKEN_COOKIE, "")
    if len(expected) < 20 or not visitors.same_token(expected, form.get(CSRF_FIELD)):
        return _form(request, 403, next=onward, problem="sign_in.expired")
    name = str(form.get("name", "")).strip().lower()[:80]
    await site.rates.sign_in(visitor.address, name)
    known = await users.by_name(site.database, name.replace("\0", ""))
    password = str(form.get("password", ""))
    right = await site.passwords.matches(known[1] if known else None, password)
    if known is None or not right or known[0].disabled:
        async with site.database.transaction() as client:
            # The name may be a password that was typed into the wrong field: only known ones.
            await record(
                client,
                actor="farm",
                action="sign-in.refused",
                subject=f"account:{known[0].name}" if known else "account:unknown",
                detail={"address": visitor.address},
            )
        return _form(request, 401, next=onward, problem="sign_in.wrong", name=name)
    user, encoded = known
    if passwords.outdated(encoded):
        await users.renew_hash(site.database, user, await site.passwords.hash(password))
    agent = request.headers.get("user-agent", "")
    secret = await sign_ins.sign_in(site.database, user, visitor.address, agent)
    async with site.database.transaction() as client:
        await record(
            client, actor=user.name, action="sign-in", subject=f"account:{user.name}",
            detail={"address": visitor.address},
        )  # fmt: skip
    answer = go(request, onward)
    visitors.keep_sign_in(request, answer, secret)
    answer.delete_cookie(_TOKEN_COOKIE)
    return answer


async def sign_out(request: Request) -> Response:
    """End the sign-in, here and in the database."""
    site, visitor = site_of(request), request.state.visitor
    if visitor.signed_in is not None:
        await sign_ins.sign_out(site.database, visitor.signed_in.digest)
        async with site.database.transaction() as client:
            await record(
                client, actor=visitor.name, action="sign-out", subject=f"account:{visitor.name}"
            )
    answer = go(request, "/sign-in")
    visitors.forget_sign_in(request, answer)
    return answer


async def choose_language(request: Request) -> Response:
    """Remember a language and go back to where it was chosen."""
    form = await request.form(max_files=1, max_fields=_MOST_FIELDS)
    answer = go(request, visitors.local_path(form.get("next")))
    for language in LANGUAGES:
        if form.get("language") == language:
            visitors.keep_language(request, answer, language)
    return answer


def _form(
    request: Request, status: int = 200, *, next: str, problem: str = "", name: str = ""
) -> Response:
    token = secrets.token_urlsafe(32)
    answer = show(
        request, "sign_in.html", status, form_token=token,
        next=visitors.local_path(next), problem=problem, name=name,
    )  # fmt: skip
    answer.set_cookie(
        _TOKEN_COOKIE, token, httponly=True, samesite="strict", max_age=3600,
        secure=site_of(request).settings.secure,
    )  # fmt: skip
    return answer


ROUTES: list[BaseRoute] = [
    page("/", start, needs=Permission.OWN),
    page("/sign-in", sign_in_form, needs=None),
    page("/sign-in", sign_in, needs=None, methods=("POST",)),
    page("/sign-out", sign_out, needs=None, methods=("POST",)),
    page("/language", choose_language, needs=None, methods=("POST",)),
]
