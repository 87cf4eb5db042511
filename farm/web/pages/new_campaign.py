"""The form that starts a campaign: which apps, under which scenarios, on which phones."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.model.errors import UsageError
from farm.register import queries as register
from farm.register.values import AppFilter
from farm.web.accounts.roles import Permission
from farm.web.campaigns import planning
from farm.web.campaigns.planning import ACCESSES, Wanted
from farm.web.http.forms import choices_in, form_of, number_in, text_in
from farm.web.http.guard import go, page, show
from farm.web.site import site_of

_OFFERED = 200
_SHIPPED_SECONDS = 60.0


async def campaign_form(request: Request) -> Response:
    """The form, with the apps that a search finds."""
    return await _form(request, search=text_in(request.query_params, "q", 100), given={})


async def offered_apps(request: Request) -> Response:
    """The part of the form that lists apps, while somebody types."""
    search = text_in(request.query_params, "q", 100)
    found = await register.apps(site_of(request).database, AppFilter(search=search), limit=_OFFERED)
    return show(request, "part_offered.html", apps=found.items, more=bool(found.after), chosen=[])


async def create_campaign(request: Request) -> Response:
    """Plan it and go to its page; with a mistake, the form comes back as it was filled in."""
    form = await form_of(request)
    packages = choices_in(form, "package", planning.MOST_APPS)
    given: dict[str, Any] = {
        "name": text_in(form, "name", 100),
        "packages": tuple(packages),
        "scenarios": tuple(choices_in(form, "scenario")),
        "profile": text_in(form, "profile", 100),
        "access": text_in(form, "access", 20),
    }
    try:
        wanted = Wanted(
            **given,
            priority=number_in(form, "priority", 0, -1000, 1000),
            repeat=number_in(form, "repeat", 1, 1, 100),
            settle_seconds=number_in(form, "settle", 10, 0, 3600),
            grant_permissions=text_in(form, "grant", 5) == "yes",
        )
        await planning.start(site_of(request), wanted, request.state.visitor.name)
    except UsageError as error:
        return await _form(
            request, search=text_in(form, "q", 100), given=given, problem=str(error), status=400
        )
    return go(request, f"/campaigns/{wanted.name}")


async def _form(
    request: Request, *, search: str, given: dict[str, Any], problem: str = "", status: int = 200
) -> Response:
    site = site_of(request)
    found = await register.apps(site.database, AppFilter(search=search), limit=_OFFERED)
    return show(
        request,
        "new_campaign.html",
        status,
        apps=found.items,
        more=bool(found.after),
        search=search,
        scenarios=await site.recent.get(("scenarios",), _SHIPPED_SECONDS, planning.scenarios),
        profiles=await site.recent.get(("profiles",), _SHIPPED_SECONDS, planning.profiles),
        accesses=[access for access in ACCESSES if access],
        name=given.get("name", ""),
        chosen=given.get("packages", []),
        chosen_scenarios=given.get("scenarios", ["accept"]),
        profile=given.get("profile", ""),
        access=given.get("access", ""),
        problem=problem,
    )


ROUTES: list[BaseRoute] = [
    page("/campaigns/new", campaign_form, needs=Permission.START),
    page("/campaigns/new/apps", offered_apps, needs=Permission.START),
    page("/campaigns", create_campaign, needs=Permission.START, methods=("POST",), fields=6000),
]
