"""Rule coverage: which clauses a machine decides, which people decide, which nobody can see."""

from collections import Counter
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.detect.clauses.catalogue import SIGNALS
from farm.detect.clauses.needs import DESCRIPTIONS, Need
from farm.detect.clauses.packs import Clause
from farm.model.clause import ClauseState, SignalId
from farm.web.http.guard import page, show
from farm.web.words import shipped_rules


async def coverage(request: Request) -> Response:
    """Every document with the share of its clauses that is automatic."""
    packs = shipped_rules().packs
    rows = [(loaded, Counter(clause.state for clause in loaded.pack.clauses)) for loaded in packs]
    total = Counter(clause.state for loaded in packs for clause in loaded.pack.clauses)
    verified = {
        loaded.name: sum(clause.verified for clause in loaded.pack.clauses) for loaded in packs
    }
    return show(
        request,
        "rules.html",
        rows=rows,
        total=total,
        verified=verified,
        states=list(ClauseState),
    )


async def document(request: Request) -> Response:
    """The clauses of one document with what decides them."""
    for loaded in shipped_rules().packs:
        if loaded.name == request.path_params["name"]:
            return show(
                request,
                "document.html",
                loaded=loaded,
                clauses=[(clause, _signals(clause)) for clause in loaded.pack.clauses],
            )
    raise HTTPException(404)


def _signals(clause: Clause) -> list[dict[str, Any]]:
    named = [(one, True) for one in clause.broken_by] + [(one, False) for one in clause.review_by]
    return [
        {"signal": SIGNALS[one], "breaks": breaks, "needs": _needs(one)} for one, breaks in named
    ]


def _needs(name: SignalId) -> list[tuple[str, str]]:
    return [
        DESCRIPTIONS[need] if isinstance(need, Need) else (f"场景验证“{need}”", f"expects {need}")
        for need in SIGNALS[name].needs
    ]


ROUTES: list[BaseRoute] = [
    page("/rules", coverage),
    page("/rules/{name}", document),
]
