"""Phones: live thumbnails, state and who holds each; quarantine and release."""

import asyncio
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from farm.campaign.audit import record
from farm.campaign.fleet import inventory
from farm.campaign.fleet.screens import look, screen, screens
from farm.model.errors import UsageError
from farm.report.pictures import shrink
from farm.web.accounts.roles import Permission
from farm.web.http.forms import form_of, text_in
from farm.web.http.guard import go, page, show
from farm.web.site import site_of

_MOST_SHOWN = 1000
_COARSE = (60, 130)  # what runs can be told by its colours; letters are two pixels high


async def phones(request: Request) -> Response:
    """All phones."""
    return show(request, "phones.html", **await _values(request))


async def phones_live(request: Request) -> Response:
    """The part that changes."""
    return show(request, "part_phones.html", **await _values(request))


async def phone(request: Request) -> Response:
    """One phone with its history, and the forms that take it out of use and back."""
    serial = request.path_params["serial"]
    database = site_of(request).database
    await look(database)
    lines = [line for line in await inventory.fleet(database) if line.serial == serial]
    if not lines:
        raise HTTPException(404)
    return show(
        request,
        "phone.html",
        phone=lines[0],
        history=await inventory.history(database, serial),
        screens=await screens(database),
    )


async def phone_screen(request: Request) -> Response:
    """The newest picture of one phone's screen, too coarse to be read by who may see no values."""
    found = await screen(site_of(request).database, request.path_params["serial"])
    if found is None:
        raise HTTPException(404)
    jpeg: bytes | None = found.jpeg
    if not request.state.visitor.may(Permission.UNMASK):
        jpeg = await asyncio.to_thread(shrink, found.jpeg, _COARSE, "JPEG", quality=75)
    if jpeg is None:
        raise HTTPException(404)
    return Response(jpeg, media_type="image/jpeg")


async def quarantine(request: Request) -> Response:
    """Take a phone out of use until somebody releases it."""
    serial, form = request.path_params["serial"], await form_of(request)
    reason, who = text_in(form, "reason"), request.state.visitor.name
    if not reason:
        raise UsageError("reason: say why, for whoever finds the phone out of use")
    await _change(request, inventory.quarantine, serial, who, reason)
    await _note(request, "phone.quarantine", serial, {"reason": reason})
    return go(request, f"/phones/{serial}")


async def release(request: Request) -> Response:
    """Let a phone back into use."""
    serial = request.path_params["serial"]
    await _change(request, inventory.release, serial, request.state.visitor.name)
    await _note(request, "phone.release", serial, {})
    return go(request, f"/phones/{serial}")


async def _change(request: Request, action: Any, *arguments: str) -> None:
    try:
        await action(site_of(request).database, *arguments)
    except UsageError as error:
        raise HTTPException(404) from error


async def _note(request: Request, action: str, serial: str, detail: dict[str, object]) -> None:
    async with site_of(request).database.transaction() as client:
        await record(
            client,
            actor=request.state.visitor.name,
            action=action,
            subject=f"phone:{serial}",
            detail=detail,
        )


async def _values(request: Request) -> dict[str, Any]:
    database = site_of(request).database
    await look(database)
    found = await inventory.fleet(database)
    return {
        "phones": found[:_MOST_SHOWN],
        "hidden": max(0, len(found) - _MOST_SHOWN),
        "screens": await screens(database),
    }


ROUTES: list[BaseRoute] = [
    page("/phones", phones),
    page("/phones/live", phones_live, passive=True),
    page("/phones/{serial}", phone),
    page("/phones/{serial}/screen", phone_screen, passive=True),
    page("/phones/{serial}/quarantine", quarantine, needs=Permission.PHONES, methods=("POST",)),
    page("/phones/{serial}/release", release, needs=Permission.PHONES, methods=("POST",)),
]
