"""The routes of the API, and its description."""

import functools

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from farm.web.api.description import openapi
from farm.web.api.operation import JSON, PREFIX, route
from farm.web.api.operations import OPERATIONS
from farm.web.http.visitors import address_of
from farm.web.settings import WebSettings
from farm.web.site import site_of


async def description(request: Request) -> Response:
    """The OpenAPI document; it says nothing of this lab, so anybody may read it."""
    await site_of(request).rates.api(address_of(request))
    return Response(_described(), media_type=JSON)


@functools.cache
def _described() -> bytes:
    return msgspec.json.encode(openapi(OPERATIONS))


def routes(settings: WebSettings) -> list[BaseRoute]:
    """Every operation."""
    return [
        Route(f"{PREFIX}/openapi.json", description, name="openapi"),
        *(route(operation, settings.largest_app) for operation in OPERATIONS),
    ]
