"""Statistics of cases: by month, problem, category, store and SDK, and who relapses most."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.cases import queries
from farm.cases.values import Statistics
from farm.cases.vocabulary import CaseState, Dimension
from farm.web.http.guard import page, show
from farm.web.pages.apps import categories_by_number
from farm.web.plots import Plot, months, stacked
from farm.web.site import site_of
from farm.web.words import problem_titles

_SECONDS = 10.0
_MOST_BARS = 12


async def statistics(request: Request) -> Response:
    """The page."""
    site, language = site_of(request), request.state.visitor.language
    found = await site.recent.get(
        ("statistics",), _SECONDS, lambda: queries.statistics(site.database)
    )
    return show(
        request,
        "statistics.html",
        months=found.months,
        by_month=_by_month(found),
        dimensions=found.dimensions,
        shown=_MOST_BARS,
        order=list(CaseState),
        offenders=await queries.offenders(site.database, limit=50),
        names={
            Dimension.PROBLEM: problem_titles(language),
            Dimension.CATEGORY: categories_by_number(language),
            Dimension.STORE: {},
            Dimension.SDK: {},
        },
    )


def _by_month(found: Statistics) -> Plot:
    if not found.months:
        return stacked([], [])
    known = {line.month: line.states for line in found.months}
    columns = [
        (f"{month:%Y-%m}", {str(k): n for k, n in known.get(month, {}).items()})
        for month in months(found.months[0].month, found.months[-1].month)
    ]
    return stacked(columns, [str(state) for state in CaseState])


ROUTES: list[BaseRoute] = [page("/statistics", statistics)]
