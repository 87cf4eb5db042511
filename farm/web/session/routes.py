"""Every page of the session page."""

from starlette.routing import BaseRoute

from farm.web.session import evidence, files, page

ROUTES: list[BaseRoute] = [*files.ROUTES, *page.ROUTES, *evidence.ROUTES]
