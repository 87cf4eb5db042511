"""Campaigns: the list, one while it runs, and steering it."""

import functools

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.campaign.audit import record
from farm.campaign.plan import control
from farm.campaign.status import CampaignStatus, campaign_plan, campaign_status
from farm.campaign.vocabulary import CampaignState, JobState
from farm.model.errors import UsageError
from farm.model.vocabulary import VerdictKind
from farm.web.accounts.roles import Permission
from farm.web.http.forms import number_in, text_in
from farm.web.http.guard import go, page, say, show
from farm.web.queries import campaigns as queries
from farm.web.site import site_of

COUNT_SECONDS = 3.0
_POLL_NO_MORE = 286  # HTMX stops asking
_OVER = frozenset({CampaignState.FINISHED, CampaignState.CANCELLED})


async def campaign_list(request: Request) -> Response:
    """All campaigns, the newest first, with how far each has got."""
    site = site_of(request)
    before = number_in(request.query_params, "before", 0)
    rows = await queries.campaigns(site.database, before=before)
    counted = {}
    for row in rows:
        seconds = 60.0 if row.state in _OVER else COUNT_SECONDS
        counted[row.id] = await site.recent.get(
            ("counts", row.id, row.state),
            seconds,
            functools.partial(queries.counts, site.database, row.id),
        )
    return show(
        request,
        "campaigns.html",
        rows=rows,
        counts=counted,
        older=rows[-1].id if len(rows) == queries.LINES else 0,
    )


async def campaign(request: Request) -> Response:
    """One campaign: what was asked, how it stands, its sessions."""
    name, query = request.path_params["name"], request.query_params
    site = site_of(request)
    shown = await _status(request, name)
    verdict, state = text_in(query, "verdict", 40), text_in(query, "state", 40)
    if verdict and verdict not in set(VerdictKind):
        raise UsageError(f"verdict: expected one of {', '.join(VerdictKind)}")
    if state and state not in set(JobState):
        raise UsageError(f"state: expected one of {', '.join(JobState)}")
    before = number_in(query, "before", 0)
    rows = await queries.sessions(site.database, name, verdict=verdict, state=state, before=before)
    template = "part_sessions.html" if query.get("part") == "sessions" else "campaign.html"
    return show(
        request,
        template,
        shown=shown,
        plan=await campaign_plan(site.database, name),
        rows=rows,
        older=rows[-1].job if len(rows) == queries.LINES else 0,
        verdict=verdict,
        state=state,
        verdicts=list(VerdictKind),
        states=list(JobState),
        over=shown.state in _OVER,
    )


async def campaign_live(request: Request) -> Response:
    """The part of the page that changes while a campaign runs."""
    shown = await _status(request, request.path_params["name"])
    over = shown.state in _OVER
    return show(request, "part_campaign.html", _POLL_NO_MORE if over else 200, shown=shown)


async def steer(request: Request) -> Response:
    """Pause, resume, cancel, or try failed jobs again."""
    name, action = request.path_params["name"], request.path_params["action"]
    database = site_of(request).database
    await _status(request, name)
    done: bool | int | None
    if action == "pause":
        done = await control.pause(database, name)
    elif action == "resume":
        done = await control.resume(database, name)
    elif action == "cancel":
        done = await control.cancel(database, name) is not None
    elif action == "retry":
        done = await control.retry_failed(database, name)
    else:
        raise HTTPException(404)
    if not done:
        raise HTTPException(409, say(request, "campaign.not_now"))
    async with database.transaction() as client:
        await record(
            client,
            actor=request.state.visitor.name,
            action=f"campaign.{action}",
            subject=f"campaign:{name}",
        )
    return go(request, f"/campaigns/{name}")


async def _status(request: Request, name: str) -> CampaignStatus:
    site = site_of(request)
    try:
        return await site.recent.get(
            ("status", name), COUNT_SECONDS, lambda: campaign_status(site.database, name)
        )
    except UsageError as error:
        raise HTTPException(404) from error


ROUTES: list[BaseRoute] = [
    page("/campaigns", campaign_list),
    page("/campaigns/{name}", campaign),
    page("/campaigns/{name}/live", campaign_live, passive=True),
    page("/campaigns/{name}/{action}", steer, needs=Permission.STEER, methods=("POST",)),
]
