"""The operations of the API, one entry each."""

from starlette.exceptions import HTTPException

from farm.campaign.audit import record
from farm.campaign.fleet import inventory
from farm.campaign.plan import control
from farm.campaign.status import CampaignStatus, campaign_status
from farm.cases import queries as cases
from farm.cases.values import CaseFilter, CasePage
from farm.model.errors import UsageError
from farm.register import queries as register
from farm.register.values import AppFilter, AppPage
from farm.web.accounts.roles import Permission
from farm.web.accounts.tokens import Scope
from farm.web.api import values
from farm.web.api.operation import Access, Call, Operation
from farm.web.campaigns import planning
from farm.web.campaigns.planning import Wanted
from farm.web.queries import campaigns
from farm.web.uploads import self_check
from farm.web.uploads.receiving import received
from farm.web.uploads.self_check import SelfCheck

_COUNT_SECONDS = 3.0


async def list_campaigns(call: Call) -> values.CampaignList:
    """Campaigns, the newest first."""
    query: values.ById = call.query
    rows = await campaigns.campaigns(call.site.database, before=query.before, limit=query.limit)
    return values.CampaignList(items=rows)


async def start_campaign(call: Call) -> values.Started:
    """Plan a campaign of apps of the register."""
    wanted: Wanted = call.body
    planned = await planning.start(call.site, wanted, call.token.user.name)
    return values.Started(name=wanted.name, apps=planned.apps, jobs=planned.jobs, new=planned.new)


async def show_campaign(call: Call) -> CampaignStatus:
    """One campaign in numbers, some seconds old at most."""
    site, name = call.site, call.path["name"]
    await _check_campaign(call)
    return await site.recent.get(
        ("status", name), _COUNT_SECONDS, lambda: campaign_status(site.database, name)
    )


async def _check_campaign(call: Call) -> None:
    if not await campaigns.exists(call.site.database, call.path["name"]):
        raise HTTPException(404, "there is no such campaign")


async def list_sessions(call: Call) -> values.SessionList:
    """Sessions of a campaign."""
    await _check_campaign(call)
    query: values.SessionsQuery = call.query
    rows = await campaigns.sessions(
        call.site.database,
        call.path["name"],
        verdict=query.verdict or "",
        before=query.before,
        limit=query.limit,
    )
    return values.SessionList(items=rows)


async def pause_campaign(call: Call) -> CampaignStatus:
    """Let running sessions end and start nothing new."""
    return await _steered(call, "pause", bool(await _steer(call, "pause")))


async def resume_campaign(call: Call) -> CampaignStatus:
    """Go on with a paused campaign."""
    return await _steered(call, "resume", bool(await _steer(call, "resume")))


async def cancel_campaign(call: Call) -> CampaignStatus:
    """End a campaign; recordings are kept."""
    return await _steered(call, "cancel", bool(await _steer(call, "cancel")))


async def _steer(call: Call, action: str) -> bool:
    await _check_campaign(call)
    database, name = call.site.database, call.path["name"]
    if action == "pause":
        return await control.pause(database, name)
    if action == "resume":
        return await control.resume(database, name)
    return await control.cancel(database, name) is not None


async def _steered(call: Call, action: str, done: bool) -> CampaignStatus:
    if not done:
        raise HTTPException(409, f"the campaign is not in a state to {action} it")
    async with call.site.database.transaction() as client:
        await record(
            client,
            actor=call.token.user.name,
            action=f"campaign.{action}",
            subject=f"campaign:{call.path['name']}",
            detail={"token": call.token.id},
        )
    return await campaign_status(call.site.database, call.path["name"])


async def list_apps(call: Call) -> values.AppList:
    """Apps of the register."""
    query: values.AppsQuery = call.query
    wanted = AppFilter(
        search=query.search, store=query.store, verdict=query.verdict or "",
        flagged=query.flagged, offending=query.offending,
    )  # fmt: skip
    page = await register.apps(call.site.database, wanted, after=query.after, limit=query.limit)
    return values.AppList(items=page.items, after=page.after)


async def show_app(call: Call) -> AppPage:
    """Everything the register says of one app."""
    try:
        return await register.app_page(call.site.database, call.path["package"])
    except UsageError as error:
        raise HTTPException(404, str(error)) from error


async def list_cases(call: Call) -> values.CaseList:
    """Cases, those that changed last first."""
    query: values.CasesQuery = call.query
    wanted = CaseFilter(state=query.state, open=query.open, package=query.package)
    page = await cases.cases(call.site.database, wanted, after=query.after, limit=query.limit)
    return values.CaseList(items=page.items, after=page.after)


async def show_case(call: Call) -> CasePage:
    """Everything about one case."""
    try:
        return await cases.case_page(call.site.database, call.path["number"])
    except UsageError as error:
        raise HTTPException(404, str(error)) from error


async def list_phones(call: Call) -> values.PhoneList:
    """All phones with their state."""
    return values.PhoneList(items=await inventory.fleet(call.site.database))


async def give_in(call: Call) -> SelfCheck:
    """Receive an APK as the body of the request."""
    query: values.CheckQuery = call.query
    site, user = call.site, call.token.user
    if not query.check and Permission.START not in user.permissions:
        raise HTTPException(403, "check=false: only for testers of the lab")
    await site.rates.upload(user.name)
    async with received(
        call.request.stream(), site.settings.uploads, site.settings.largest_app
    ) as whole:
        return await self_check.give_in(site, user, whole, check=query.check)


async def list_checks(call: Call) -> values.SelfCheckList:
    """What the token's owner gave in."""
    return values.SelfCheckList(items=await self_check.own_checks(call.site, call.token.user))


async def show_check(call: Call) -> values.SelfCheckResult:
    """What became of one app."""
    user, digest = call.token.user, call.path["sha256"]
    found = await self_check.one_check(call.site, user, digest)
    if found is None:
        raise HTTPException(404, f"{digest}: you did not give in such an app")
    findings = await self_check.findings_of(call.site, user, digest)
    return values.SelfCheckResult(check=found, findings=findings)


_READ = Access(scope=Scope.READ, needs=Permission.SEE)
_START = Access(scope=Scope.CAMPAIGNS, needs=Permission.START)
_STEER = Access(scope=Scope.CAMPAIGNS, needs=Permission.STEER)
_CHECK = Access(scope=Scope.SELF_CHECK, needs=Permission.SELF_CHECK)
_NAME = {"name": values.Name}

OPERATIONS: tuple[Operation, ...] = (
    Operation(method="GET", path="/campaigns", name="listCampaigns",
              summary="Campaigns, the newest first", query=values.ById,
              gives=values.CampaignList, run=list_campaigns, access=_READ),
    Operation(method="POST", path="/campaigns", name="startCampaign",
              summary="Plan a campaign of apps of the register", body=Wanted,
              gives=values.Started, run=start_campaign, access=_START),
    Operation(method="GET", path="/campaigns/{name}", name="showCampaign",
              summary="One campaign in numbers", gives=CampaignStatus, run=show_campaign,
              parameters=_NAME, refusals=(404,), access=_READ),
    Operation(method="GET", path="/campaigns/{name}/sessions", name="listSessions",
              summary="Sessions of a campaign with their judgements",
              query=values.SessionsQuery, gives=values.SessionList, run=list_sessions,
              parameters=_NAME, refusals=(404,), access=_READ),
    Operation(method="POST", path="/campaigns/{name}/pause", name="pauseCampaign",
              summary="Let running sessions end and start nothing new", gives=CampaignStatus,
              run=pause_campaign, parameters=_NAME, refusals=(404, 409), access=_STEER),
    Operation(method="POST", path="/campaigns/{name}/resume", name="resumeCampaign",
              summary="Go on with a paused campaign", gives=CampaignStatus, run=resume_campaign,
              parameters=_NAME, refusals=(404, 409), access=_STEER),
    Operation(method="POST", path="/campaigns/{name}/cancel", name="cancelCampaign",
              summary="End a campaign; recordings are kept", gives=CampaignStatus,
              run=cancel_campaign, parameters=_NAME, refusals=(404, 409),
              access=_STEER),
    Operation(method="GET", path="/apps", name="listApps", summary="Apps of the register",
              query=values.AppsQuery, gives=values.AppList, run=list_apps, access=_READ),
    Operation(method="GET", path="/apps/{package}", name="showApp",
              summary="One app with versions, signers and stores", gives=AppPage, run=show_app,
              parameters={"package": values.Package}, refusals=(404,), access=_READ),
    Operation(method="GET", path="/cases", name="listCases",
              summary="Cases, those that changed last first", query=values.CasesQuery,
              gives=values.CaseList, run=list_cases, access=_READ),
    Operation(method="GET", path="/cases/{number}", name="showCase",
              summary="One case with history, evidence and re-tests", gives=CasePage,
              run=show_case, parameters={"number": values.Number}, refusals=(404,), access=_READ),
    Operation(method="GET", path="/phones", name="listPhones", summary="All phones",
              gives=values.PhoneList, run=list_phones, access=_READ),
    Operation(method="POST", path="/self-checks", name="giveIn",
              summary="Give in an APK, the body of the request", query=values.CheckQuery,
              file=True, gives=SelfCheck, run=give_in, refusals=(413, 415), access=_CHECK),
    Operation(method="GET", path="/self-checks", name="listSelfChecks",
              summary="What the token's owner gave in", gives=values.SelfCheckList,
              run=list_checks, access=_CHECK),
    Operation(method="GET", path="/self-checks/{sha256}", name="showSelfCheck",
              summary="What became of one app", gives=values.SelfCheckResult, run=show_check,
              parameters={"sha256": values.Sha256}, refusals=(404,), access=_CHECK),
)  # fmt: skip
"""Every operation, in the order of the description."""
