"""Reviews of what only people can decide: evidence as it was prepared, signed by two of them.

Nobody sees what another person answered before having answered: two people who agree must have
agreed by themselves.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.cases import reviews as queries
from farm.cases.opinions import opinions
from farm.cases.vocabulary import ReviewAnswer, ReviewState
from farm.model.errors import UsageError
from farm.report.clauses import need_text
from farm.report.engines import opinion_rows
from farm.web.accounts.roles import Permission
from farm.web.http.forms import form_of, text_in
from farm.web.http.guard import go, page, show
from farm.web.site import site_of
from farm.web.words import clause_by_id, problem_titles, shipped_rules

_OPEN = (ReviewState.OPEN, ReviewState.SIGNED_ONCE, ReviewState.DISAGREED)
_OVER = (ReviewState.AGREED, ReviewState.WITHDRAWN)


async def review_list(request: Request) -> Response:
    """Reviews that wait, the oldest first; or those that are over."""
    query, visitor = request.query_params, request.state.visitor
    over, mine = text_in(query, "over", 5) == "yes", text_in(query, "mine", 5) == "yes"
    found = await queries.reviews(
        site_of(request).database,
        states=_OVER if over else _OPEN,
        not_signed_by=visitor.name if mine else "",
        after=text_in(query, "after", 2000),
    )
    return show(
        request,
        "reviews.html",
        reviews=found.items,
        after=found.after,
        over=over,
        mine=mine,
        titles=problem_titles(visitor.language),
    )


async def review(request: Request) -> Response:
    """One review with its evidence."""
    return await _review(request)


async def sign_review(request: Request) -> Response:
    """Sign as one person, on the evidence as it was shown."""
    form, visitor = await form_of(request), request.state.visitor
    number = request.path_params["number"]
    answer = text_in(form, "answer", 40)
    try:
        if answer not in set(ReviewAnswer):
            raise UsageError(f"answer: expected one of {', '.join(ReviewAnswer)}")
        await queries.sign(
            site_of(request).database,
            number,
            reviewer=visitor.name,
            answer=ReviewAnswer(answer),
            reason=text_in(form, "reason", 4000),
            evidence_sha256=text_in(form, "evidence", 64),
        )
    except UsageError as error:
        return await _review(request, problem=str(error), status=400)
    return go(request, f"/reviews/{number}")


async def _review(request: Request, *, problem: str = "", status: int = 200) -> Response:
    visitor, database = request.state.visitor, site_of(request).database
    try:
        found = await queries.review_page(database, request.path_params["number"])
    except UsageError as error:
        raise HTTPException(404) from error
    signed = any(one.reviewer.lower() == visitor.name.lower() for one in found.review.signatures)
    over = found.review.state in _OVER
    return show(
        request,
        "review.html",
        status,
        page=found,
        signed=signed,
        over=over,
        open_answers=signed or over or not visitor.may(Permission.REVIEW),
        clause=clause_by_id(found.review.clause),
        need_text=need_text,
        opinions=[
            one
            for one in opinion_rows(await opinions(database, found.review.app_id), shipped_rules())
            if one["id"] == found.review.clause
        ],
        answers=list(ReviewAnswer),
        titles=problem_titles(visitor.language),
        problem=problem,
    )


ROUTES: list[BaseRoute] = [
    page("/reviews", review_list),
    page("/reviews/{number:int}", review),
    page("/reviews/{number:int}", sign_review, needs=Permission.REVIEW, methods=("POST",)),
]
