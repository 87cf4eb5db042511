"""The audit log: who did what, the newest first."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.campaign.audit import entries, head
from farm.web.accounts.roles import Permission
from farm.web.http.forms import number_in, text_in
from farm.web.http.guard import page, show
from farm.web.site import site_of

_LINES = 100


async def audit_log(request: Request) -> Response:
    """One part of the log, with the hash that its newest entry ends with."""
    query = request.query_params
    actor, subject = text_in(query, "actor", 80), text_in(query, "subject", 200)
    before = number_in(query, "before", 0)
    database = site_of(request).database
    lines = await entries(
        database, actor=actor, subject=subject, before=before or None, limit=_LINES
    )
    number, digest = await head(database)
    return show(
        request,
        "audit.html",
        lines=lines,
        actor=actor,
        subject=subject,
        older=lines[-1].id if len(lines) == _LINES else 0,
        head_number=number,
        head_digest=digest,
    )


ROUTES: list[BaseRoute] = [page("/audit", audit_log, needs=Permission.AUDIT)]
