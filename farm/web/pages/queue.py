"""The queue: what runs, what waits and for which phones, and the hosts that do the work."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.campaign.decisions import PHONELESS
from farm.campaign.status import hosts
from farm.web.http.guard import page, show
from farm.web.queries import work
from farm.web.site import site_of

_COUNT_SECONDS = 3.0


async def queue(request: Request) -> Response:
    """The page."""
    return show(request, "queue.html", **await _values(request))


async def queue_live(request: Request) -> Response:
    """The part that changes."""
    return show(request, "part_queue.html", **await _values(request))


async def _values(request: Request) -> dict[str, Any]:
    site = site_of(request)
    waiting = await site.recent.get(
        ("waiting",), _COUNT_SECONDS, lambda: work.waiting(site.database)
    )
    return {
        "waiting": waiting,
        "running": await work.running(site.database),
        "hosts": await hosts(site.database),
        "phoneless": PHONELESS,
    }


ROUTES: list[BaseRoute] = [
    page("/queue", queue),
    page("/queue/live", queue_live, passive=True),
]
