"""Giving in an app: by a company to check its own, by a tester also for later campaigns."""

from collections.abc import AsyncIterator

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.model.errors import UsageError
from farm.web.accounts.roles import Permission
from farm.web.accounts.sign_ins import SignIn
from farm.web.http.forms import text_in
from farm.web.http.guard import go, page, show
from farm.web.settings import WebSettings
from farm.web.site import site_of
from farm.web.uploads import self_check
from farm.web.uploads.receiving import received
from farm.web.words import problem_titles

_MOST_FILES = 50
_CHUNK = 1 << 20


async def checks(request: Request) -> Response:
    """What somebody gave in, and the form."""
    return await _checks(request)


async def give_in(request: Request) -> Response:
    """Receive one or more APKs; says of each what is wrong with it."""
    site, user = site_of(request), _own(request).user
    form = await request.form(max_files=_MOST_FILES, max_fields=10)
    only_register = text_in(form, "check", 5) == "no"
    if only_register and not request.state.visitor.may(Permission.START):
        raise HTTPException(403)
    files = [file for file in form.getlist("apk") if isinstance(file, UploadFile)]
    problems: list[str] = []
    taken = 0
    for file in files:
        try:
            await site.rates.upload(user.name)
            async with received(
                _chunks(file), site.settings.uploads, site.settings.largest_app
            ) as whole:
                await self_check.give_in(site, user, whole, check=not only_register)
            taken += 1
        except UsageError as error:
            problems.append(f"{(file.filename or '')[:80]}: {error}")
    if not files:
        problems.append("apk: no file was chosen")
    if problems:
        return await _checks(request, problems=problems, taken=taken, status=400)
    return go(request, f"/self-check?taken={taken}")


async def check(request: Request) -> Response:
    """What became of one app."""
    site, user = site_of(request), _own(request).user
    found = await self_check.one_check(site, user, request.path_params["sha256"])
    if found is None:
        raise HTTPException(404)
    return show(
        request,
        "self_check_app.html",
        check=found,
        findings=await self_check.findings_of(site, user, found.sha256),
        titles=problem_titles(request.state.visitor.language),
    )


async def _checks(
    request: Request, *, problems: list[str] | None = None, taken: int = 0, status: int = 200
) -> Response:
    site = site_of(request)
    asked = request.query_params.get("taken", "")
    return show(
        request,
        "self_check.html",
        status,
        checks=await self_check.own_checks(site, _own(request).user),
        problems=problems or [],
        taken=taken
        or (int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0),
        largest=site.settings.largest_app,
        most=_MOST_FILES,
    )


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK):
        yield chunk


def _own(request: Request) -> SignIn:
    signed_in: SignIn | None = request.state.visitor.signed_in
    assert signed_in is not None  # noqa: S101 - the guard let nobody else in
    return signed_in


def routes(settings: WebSettings) -> list[BaseRoute]:
    """The routes; a form with files may be as large as an app."""
    return [
        page("/self-check", checks, needs=Permission.SELF_CHECK),
        page(
            "/self-check",
            give_in,
            needs=Permission.SELF_CHECK,
            methods=("POST",),
            files=_MOST_FILES,
            largest=settings.largest_app,
        ),
        page("/self-check/{sha256}", check, needs=Permission.SELF_CHECK),
    ]
