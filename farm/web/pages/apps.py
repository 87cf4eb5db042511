"""Apps of the register: the list with search and filters, and one app with its versions."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.cases.engines import results_of
from farm.cases.opinions import opinions
from farm.cases.queries import cases
from farm.cases.reviews import reviews_of_app
from farm.cases.values import CaseFilter
from farm.detect.clauses.scope import categories
from farm.model.errors import UsageError
from farm.model.vocabulary import VerdictKind
from farm.register import queries as register
from farm.register.signers import decide_signer
from farm.register.values import AppFilter, AppPage
from farm.report.engines import engine_rows, opinion_rows
from farm.web.accounts.roles import Permission
from farm.web.http.forms import form_of, number_in, text_in
from farm.web.http.guard import go, page, show
from farm.web.plots import version_marks
from farm.web.site import site_of
from farm.web.words import shipped_rules

_STORES_SECONDS = 30.0


async def app_list(request: Request) -> Response:
    """Apps, those with the newest versions first."""
    site, query = site_of(request), request.query_params
    wanted = app_filter(request)
    found = await register.apps(site.database, wanted, after=text_in(query, "after", 2000))
    stores = await site.recent.get(
        ("stores",), _STORES_SECONDS, lambda: register.stores(site.database)
    )
    return show(
        request,
        "apps.html",
        apps=found.items,
        after=found.after,
        wanted=wanted,
        stores=stores,
        categories=categories(),
        verdicts=list(VerdictKind),
    )


def app_filter(request: Request) -> AppFilter:
    """What a query string asks of the list.

    Raises:
        UsageError: a field cannot be used.
    """
    query = request.query_params
    verdict = text_in(query, "verdict", 40)
    if verdict and verdict not in set(VerdictKind):
        raise UsageError(f"verdict: expected one of {', '.join(VerdictKind)}")
    return AppFilter(
        search=text_in(query, "search", 200),
        category=number_in(query, "category", 0, 0, 1000) or None,
        developer=number_in(query, "developer", 0) or None,
        store=text_in(query, "store", 200),
        verdict=verdict,
        flagged=text_in(query, "flagged", 5) == "yes",
        offending=text_in(query, "offending", 5) == "yes",
    )


async def app(request: Request) -> Response:
    """Everything about one app; the sessions of one version, the newest unless told."""
    database, package = site_of(request).database, request.path_params["package"]
    found = await _app(request, package)
    chosen = number_in(request.query_params, "version", 0)
    known = [version.app_id for version in found.versions]
    if chosen and chosen not in known:
        raise HTTPException(404)
    chosen = chosen or (known[0] if known else 0)
    examined = [
        one
        for version in found.versions
        if version.app_id == chosen
        for one in await results_of(database, version.sha256)
    ]
    return show(
        request,
        "app.html",
        page=found,
        marks=version_marks(found.versions),
        chosen=chosen,
        sessions=await register.sessions(database, chosen) if chosen else [],
        reviews=await reviews_of_app(database, chosen) if chosen else [],
        engines=engine_rows(examined),
        opinions=opinion_rows(await opinions(database, chosen), shipped_rules()) if chosen else [],
        cases=(await cases(database, CaseFilter(package=package))).items,
        category=_category(found.app.category, request.state.visitor.language),
    )


async def judge_signer(request: Request) -> Response:
    """Write down what a person says of a certificate."""
    package, form = request.path_params["package"], await form_of(request)
    answer = text_in(form, "genuine", 5)
    if answer not in ("yes", "no"):
        raise UsageError("genuine: expected yes or no")
    await decide_signer(
        site_of(request).database,
        package,
        text_in(form, "signer", 100),
        genuine=answer == "yes",
        actor=request.state.visitor.name,
        reason=text_in(form, "reason", 2000),
    )
    return go(request, f"/apps/{package}")


async def _app(request: Request, package: str) -> AppPage:
    try:
        return await register.app_page(site_of(request).database, package)
    except UsageError as error:
        raise HTTPException(404) from error


def _category(number: int | None, language: str) -> str:
    for category in categories():
        if category.number == number:
            return category.zh if language == "zh" else category.en
    return ""


def categories_by_number(language: str) -> dict[str, str]:
    """Names of the categories by their number as text."""
    return {str(one.number): one.zh if language == "zh" else one.en for one in categories()}


ROUTES: list[BaseRoute] = [
    page("/apps", app_list),
    page("/apps/{package}", app),
    page("/apps/{package}/signer", judge_signer, needs=Permission.REVIEW, methods=("POST",)),
]
