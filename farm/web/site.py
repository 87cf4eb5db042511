"""What every page and operation needs, put together once per server."""

import msgspec
from starlette.requests import Request

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.web.accounts.passwords import Passwords
from farm.web.http.rates import Rates
from farm.web.recent import Recent
from farm.web.rendering import Renderer
from farm.web.session.desk import Desk
from farm.web.session.downloads import Downloads
from farm.web.settings import WebSettings


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """One server's things; a request reaches them by `site_of`."""

    settings: WebSettings
    database: Database
    store: Store
    passwords: Passwords
    rates: Rates
    renderer: Renderer
    recent: Recent
    desk: Desk
    downloads: Downloads


def site_of(request: Request) -> Site:
    """The server that answers a request."""
    site: Site = request.app.state.site
    return site
