"""Outside engines: how they do, who disagrees with whom, and which of them drifted."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.apps.engines.statements import Status
from farm.cases.engines import overview
from farm.web.http.guard import page, show
from farm.web.site import site_of

_SECONDS = 30.0


async def engines(request: Request) -> Response:
    """All engines over all apps of the last weeks."""
    site = site_of(request)
    found = await site.recent.get(("engines",), _SECONDS, lambda: overview(site.database))
    return show(request, "engines.html", found=found, statuses=list(Status))


ROUTES: list[BaseRoute] = [page("/engines", engines)]
