"""Opens the recording that an address names, or says in the visitor's language why it cannot."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request

from farm.campaign.audit import record
from farm.report.masking import Masker
from farm.web.http.forms import form_of, text_in
from farm.web.session.prepared import Prepared
from farm.web.session.sources import NoSession, NotSealed, Source
from farm.web.site import site_of

_LONGEST_REASON = 300
_FLOW = re.compile(r"[A-Za-z0-9-]{1,64}")


async def opened(request: Request) -> tuple[Source, Prepared]:
    """The recording of the address's `session`.

    Raises:
        HTTPException: there is none, it is not sealed, or reading it takes too long.
        FarmError: it cannot be read or judged.
    """
    try:
        return await site_of(request).desk.open(request.path_params["session"])
    except NoSession as error:
        raise HTTPException(404) from error
    except NotSealed as error:
        raise HTTPException(409, "session.not_sealed") from error
    except TimeoutError as error:
        raise HTTPException(503) from error


async def note_unmasking(request: Request, source: Source, what: str) -> Masker:
    """Write down who sees which values, and why; then let them through.

    Raises:
        HTTPException: no reason is given.
    """
    reason = text_in(await form_of(request), "reason", _LONGEST_REASON)
    if not reason:
        raise HTTPException(400, "session.reason_missing")
    async with site_of(request).database.transaction() as client:
        await record(
            client,
            actor=request.state.visitor.name,
            action="values.unmask",
            subject=f"session:{source.session_id}",
            detail={"what": what, "reason": reason},
        )
    return Masker((), show=True)


def flow_id_in(request: Request) -> str:
    """The address's `flow`.

    Raises:
        HTTPException: it cannot be one.
    """
    flow_id: str = request.path_params["flow"]
    if not _FLOW.fullmatch(flow_id):
        raise HTTPException(404)
    return flow_id
