"""What an operation of the API is, and how a request becomes one: token, scope, values, answer."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from farm.web.accounts import tokens
from farm.web.accounts.roles import Permission
from farm.web.accounts.tokens import Scope, Token
from farm.web.http.visitors import address_of
from farm.web.site import Site, site_of

PREFIX = "/api/v1"
APK = "application/vnd.android.package-archive"
JSON = "application/json"
_Struct = TypeVar("_Struct", bound=msgspec.Struct)


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request to an operation, checked."""

    site: Site
    token: Token
    request: Request
    path: dict[str, Any]
    query: Any  # of the operation's query type
    body: Any = None  # of the operation's body type; None where it has none, or a file


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What a token needs: the scope itself, and an owner who may."""

    scope: Scope
    needs: Permission


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. Types are msgspec's, which writes the schemas and checks the values."""

    method: str
    path: str  # below the prefix, in OpenAPI's form: /campaigns/{name}
    name: str
    summary: str
    access: Access
    run: Callable[[Call], Awaitable[Any]]
    gives: Any
    query: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] | None = None
    file: bool = False  # the body is an APK, streamed
    parameters: dict[str, Any] = {}  # path parameters by name: a type with its bounds
    refusals: tuple[int, ...] = ()  # status codes beside those that every operation has


def route(operation: Operation, largest: int | None = None) -> Route:
    """The route of an operation."""

    async def answer(request: Request) -> Response:
        site, token = site_of(request), await _token(request)
        access = operation.access
        if access.scope not in token.scopes or not token.may(access.needs):
            raise HTTPException(403, f"the token lacks {access.scope}, or its owner may not")
        call = Call(
            site=site,
            token=token,
            request=request,
            path=_path(request, operation),
            query=_query(request, operation.query),
            body=await _body(request, operation),
        )
        made = await operation.run(call)
        return Response(
            msgspec.json.encode(made), media_type=JSON, headers={"Cache-Control": "no-store"}
        )

    path = operation.path
    return Route(
        PREFIX + path,
        answer,
        methods=[operation.method],
        name=operation.name,
        max_body_size=largest if operation.file else None,
    )


async def _token(request: Request) -> Token:
    site = site_of(request)
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    found = None
    if kind.lower() == "bearer":
        found = await tokens.by_secret(site.database, secret.strip())
    await site.rates.api(f"token {found.id}" if found else address_of(request))
    if found is None:
        raise HTTPException(
            401, "expected Authorization: Bearer TOKEN", {"WWW-Authenticate": "Bearer"}
        )
    return found


def _path(request: Request, operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, kind in operation.parameters.items():
        try:
            found[name] = msgspec.convert(request.path_params[name], kind, strict=False)
        except msgspec.ValidationError as error:
            raise HTTPException(404, f"{name}: {error}") from error
    return found


def _query(request: Request, kind: type[_Struct]) -> _Struct:
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise HTTPException(400, f"{name[:80]}: stands twice")
        if "\0" in value:
            raise HTTPException(400, f"{name[:80]}: holds a zero character")
        given[name] = value
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise HTTPException(400, str(error)) from error


async def _body(request: Request, operation: Operation) -> Any:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if operation.file:
        if media != APK:
            raise HTTPException(415, f"expected Content-Type: {APK}")
        return None
    if operation.body is None:
        return None
    if media != JSON:
        raise HTTPException(415, f"expected Content-Type: {JSON}")
    data = await request.body()
    try:
        return msgspec.json.decode(data, type=operation.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HTTPException(400, str(error)) from error
