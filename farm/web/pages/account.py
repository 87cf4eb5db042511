"""Somebody's own account: password, where they are signed in, and tokens for programs."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.campaign.audit import record
from farm.model.errors import UsageError
from farm.web.accounts import sign_ins, tokens, users
from farm.web.accounts.roles import Permission
from farm.web.accounts.sign_ins import SignIn
from farm.web.accounts.tokens import LONGEST_DAYS, Scope
from farm.web.http.forms import choices_in, form_of, number_in, text_in
from farm.web.http.guard import go, page, say, show
from farm.web.site import site_of


async def account(request: Request) -> Response:
    """What somebody may do, and the forms."""
    return await _account(request)


async def change_password(request: Request) -> Response:
    """Set a new password where the old one is right; ends the other sign-ins."""
    site, own = site_of(request), _own(request)
    form = await form_of(request)
    known = await users.by_name(site.database, own.user.name)
    await site.rates.sign_in(request.state.visitor.address, own.user.name)
    old, new = text_in(form, "old", 1024), text_in(form, "new", 1024)
    if known is None or not await site.passwords.matches(known[1], old):
        return await _account(request, problem=say(request, "account.old_wrong"), status=400)
    if new != text_in(form, "again", 1024):
        return await _account(request, problem=say(request, "account.not_same"), status=400)
    try:
        encoded = await site.passwords.hash(new)
    except UsageError:
        return await _account(request, problem=say(request, "account.too_short"), status=400)
    await users.set_password(site.database, own.user.name, encoded, keep=own.digest)
    await _note(request, "password.change", f"account:{own.user.name}")
    return go(request, "/account?done=password")


async def leave_elsewhere(request: Request) -> Response:
    """End all other sign-ins."""
    own = _own(request)
    await sign_ins.sign_out_elsewhere(site_of(request).database, own.user, own.digest)
    await _note(request, "sign-out.elsewhere", f"account:{own.user.name}")
    return go(request, "/account?done=elsewhere")


async def create_token(request: Request) -> Response:
    """Make a token; its secret is on this one page and nowhere else."""
    form = await form_of(request)
    try:
        scopes = tokens.check_scopes(choices_in(form, "scope"))
        days = number_in(form, "days", 90, 1, LONGEST_DAYS)
        name = text_in(form, "name", 80)
        secret = await tokens.create(
            site_of(request).database, _own(request).user, name, scopes, days
        )
    except UsageError as error:
        return await _account(request, problem=str(error), status=400)
    await _note(request, "token.create", f"token:{name}", {"scopes": list(scopes), "days": days})
    return await _account(request, secret=secret)


async def revoke_token(request: Request) -> Response:
    """End a token at once."""
    number = request.path_params["number"]
    name = await tokens.revoke(site_of(request).database, _own(request).user, number)
    if name is not None:
        await _note(request, "token.revoke", f"token:{name}", {"id": number})
    return go(request, "/account?done=token")


async def _account(
    request: Request, *, problem: str = "", secret: str = "", status: int = 200
) -> Response:
    database, own = site_of(request).database, _own(request)
    done = request.query_params.get("done", "")
    return show(
        request,
        "account.html",
        status,
        sign_ins=await sign_ins.of_user(database, own.user, own.digest),
        tokens=await tokens.of_user(database, own.user),
        scopes=list(Scope),
        longest_days=LONGEST_DAYS,
        problem=problem,
        secret=secret,
        done=done if done in ("password", "elsewhere", "token") else "",
    )


def _own(request: Request) -> SignIn:
    signed_in: SignIn | None = request.state.visitor.signed_in
    assert signed_in is not None  # noqa: S101 - the guard let nobody else in
    return signed_in


async def _note(
    request: Request, action: str, subject: str, detail: dict[str, object] | None = None
) -> None:
    async with site_of(request).database.transaction() as client:
        await record(
            client, actor=request.state.visitor.name, action=action, subject=subject, detail=detail
        )


_OWN = Permission.OWN
ROUTES: list[BaseRoute] = [
    page("/account", account, needs=_OWN),
    page("/account/password", change_password, needs=_OWN, methods=("POST",)),
    page("/account/elsewhere", leave_elsewhere, needs=_OWN, methods=("POST",)),
    page("/account/tokens", create_token, needs=_OWN, methods=("POST",)),
    page("/account/tokens/{number:int}/revoke", revoke_token, needs=_OWN, methods=("POST",)),
]
