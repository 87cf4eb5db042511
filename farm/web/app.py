"""Puts the server together: bounds, headers, pages, API and errors.

Opens nothing: database and store come from the caller, who closes them.
"""

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.web.accounts.passwords import Passwords
from farm.web.api import routes as api
from farm.web.http.errors import HANDLERS, on_defect
from farm.web.http.headers import SecurityHeaders
from farm.web.http.rates import Rates
from farm.web.pages import (
    account,
    apps,
    audit,
    campaigns,
    cases,
    engines,
    new_campaign,
    phones,
    queue,
    reviews,
    rules,
    self_check,
    signing_in,
    statistics,
)
from farm.web.recent import Recent
from farm.web.rendering import Renderer
from farm.web.session import routes as session
from farm.web.session.desk import Desk
from farm.web.session.downloads import Downloads
from farm.web.session.sources import Sources
from farm.web.settings import WebSettings
from farm.web.site import Site
from farm.web.texts import load_texts

_STATIC = Path(__file__).parent / "static"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def create_app(
    settings: WebSettings, database: Database, store: Store, recent: Recent | None = None
) -> ASGIApp:
    """The server as an ASGI application.

    Args:
        recent: what keeps answers for a moment; benchmarks bring one that keeps nothing.
    """
    site = Site(
        settings=settings,
        database=database,
        store=store,
        passwords=Passwords(),
        rates=Rates(settings),
        renderer=Renderer(load_texts()),
        recent=recent or Recent(),
        desk=Desk(Sources(settings, database, store), settings.small_recording),
        downloads=Downloads(settings.reports),
    )
    app = Starlette(
        routes=routes(settings),
        middleware=[
            Middleware(
                TrustedHostMiddleware,
                allowed_hosts=[*_LOOPBACK, *settings.names],
                www_redirect=False,
            )
        ],
        exception_handlers={**HANDLERS, Exception: on_defect},
        max_body_size=settings.largest_request,
    )
    app.state.site = site
    # Outermost, so that even the page of a defect has its headers.
    return SecurityHeaders(app, secure=settings.secure)


def routes(settings: WebSettings) -> list[BaseRoute]:
    """Every page and operation."""
    return [
        Route("/healthz", healthy),
        Mount("/static", StaticFiles(directory=_STATIC), name="static"),
        *signing_in.ROUTES,
        *new_campaign.ROUTES,
        *campaigns.ROUTES,
        *apps.ROUTES,
        *cases.ROUTES,
        *reviews.ROUTES,
        *statistics.ROUTES,
        *rules.ROUTES,
        *engines.ROUTES,
        *queue.ROUTES,
        *phones.ROUTES,
        *account.ROUTES,
        *self_check.routes(settings),
        *audit.ROUTES,
        *session.ROUTES,
        *api.routes(settings),
    ]


async def healthy(request: Request) -> Response:
    """For a supervisor: the process answers. Says nothing of the lab."""
    return PlainTextResponse("ok\n")
