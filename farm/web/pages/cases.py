"""Cases: the list, one with its history and evidence, and what people decide about it."""

import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.cases import queries, steps
from farm.cases.deadlines import load_deadlines
from farm.cases.decisions import TRANSITIONS
from farm.cases.provisions import check_provisions, unverified_provisions
from farm.cases.values import CaseFilter, CaseLine, CasePage
from farm.cases.vocabulary import Action, CaseState
from farm.model.errors import UsageError
from farm.web.accounts.roles import Permission
from farm.web.http.forms import form_of, number_in, text_in
from farm.web.http.guard import go, page, show
from farm.web.site import site_of
from farm.web.words import problem_titles, shipped_rules

_CLOSING = (Action.PUBLISH, Action.REMOVE, Action.DISMISS)
_EXTENDABLE = (CaseState.NOTICED, CaseState.RETEST, CaseState.OVERDUE)


async def case_list(request: Request) -> Response:
    """Cases, those that changed last first."""
    wanted = case_filter(request)
    found = await queries.cases(
        site_of(request).database, wanted, after=text_in(request.query_params, "after", 2000)
    )
    return show(
        request,
        "cases.html",
        cases=found.items,
        after=found.after,
        wanted=wanted,
        states=list(CaseState),
        titles=problem_titles(request.state.visitor.language),
    )


def case_filter(request: Request) -> CaseFilter:
    """What a query string asks of the list.

    Raises:
        UsageError: a field cannot be used.
    """
    query = request.query_params
    state = text_in(query, "state", 40)
    if state and state not in set(CaseState):
        raise UsageError(f"state: expected one of {', '.join(CaseState)}")
    return CaseFilter(
        state=CaseState(state) if state else None,
        open=text_in(query, "open", 5) == "yes",
        package=text_in(query, "package", 500),
        developer=number_in(query, "developer", 0) or None,
        problem=text_in(query, "problem", 200),
        category=number_in(query, "category", 0, 0, 1000) or None,
        store=text_in(query, "store", 200),
        sdk=text_in(query, "sdk", 200),
    )


async def case(request: Request) -> Response:
    """One case."""
    try:
        found = await queries.case_page(site_of(request).database, request.path_params["number"])
    except UsageError as error:
        raise HTTPException(404) from error
    return await _case(request, found)


async def take_step(request: Request) -> Response:
    """Send a notice, publish, note a removal, dismiss, or move the deadline."""
    number, action = request.path_params["number"], request.path_params["action"]
    database, actor = site_of(request).database, request.state.visitor.name
    form = await form_of(request)
    reason = text_in(form, "reason", 4000)
    try:
        if action == Action.NOTICE:
            case_found = (await queries.case_page(database, number)).case
            check_provisions(_unverified(case_found), accepted=form.get("unverified") == "yes")
            await steps.send_notice(
                database,
                number,
                actor=actor,
                reason=reason,
                deadlines=load_deadlines(site_of(request).settings.deadlines),
            )
        elif action == Action.EXTEND:
            await steps.extend(
                database, number, _day_in(text_in(form, "due", 20)), actor=actor, reason=reason
            )
        elif action in set(_CLOSING):
            await steps.close(database, number, Action(action), actor=actor, reason=reason)
        else:
            raise HTTPException(404)
    except UsageError as error:
        found = await queries.case_page(database, number)
        return await _case(request, found, problem=str(error), status=400)
    return go(request, f"/cases/{number}")


async def _case(
    request: Request, found: CasePage, *, problem: str = "", status: int = 200
) -> Response:
    state = found.case.state
    possible = [action for action in (Action.NOTICE, *_CLOSING) if state in TRANSITIONS[action][0]]
    return show(
        request,
        "case.html",
        status,
        page=found,
        possible=possible,
        extendable=state in _EXTENDABLE,
        unverified=_unverified(found.case),
        titles=problem_titles(request.state.visitor.language),
        problem=problem,
    )


def _unverified(case: CaseLine) -> list[str]:
    rules = shipped_rules()
    return unverified_provisions(case.problem, case.clause, rules.pack, rules.packs)


def _day_in(text: str) -> datetime.datetime:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"due: expected a day as 2026-12-31, got {text!r}") from None
    return datetime.datetime.combine(day, datetime.time(23, 59), datetime.UTC)


ROUTES: list[BaseRoute] = [
    page("/cases", case_list),
    page("/cases/{number:int}", case),
    page("/cases/{number:int}/{action}", take_step, needs=Permission.REVIEW, methods=("POST",)),
]
