"""Files of a session: screenshots, reports, the evidence pack; and the list of sessions."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute

from farm.campaign.audit import record
from farm.cases.engines import results_of
from farm.model.errors import RecordingError
from farm.recording import Recording
from farm.report.pictures import shrink
from farm.web.accounts.roles import Permission
from farm.web.http.forms import number_in, text_in
from farm.web.http.guard import page, show
from farm.web.session.downloads import MEDIA_TYPES, Form, file_name
from farm.web.session.listing import listed
from farm.web.session.opening import opened
from farm.web.session.prepared import Prepared
from farm.web.session.sources import Source
from farm.web.site import site_of
from farm.web.texts import LANGUAGES, Language

_SMALL = (220, 480)
_LARGE = (1440, 3200)
# A day in the visitor's own browser, never in a proxy: recordings do not change.
_KEEP = "private, max-age=86400, immutable"


async def sessions(request: Request) -> Response:
    """The newest sessions, or those of one app."""
    query = request.query_params
    package = text_in(query, "package", 255)
    before = text_in(query, "before", 130)
    site = site_of(request)
    local = site.settings.home / "recordings"
    lines, older = await listed(site.database, local, package, before)
    return show(
        request, "session/sessions.html", lines=lines, package=package, older=older, before=before
    )


async def screenshot(request: Request) -> Response:
    """One screenshot, drawn anew: what a browser gets was never the phone's own file."""
    source, _ = await opened(request)
    small = number_in(request.query_params, "small", 0, 0, 1) == 1
    name = request.path_params["name"]

    def drawn() -> bytes | None:
        try:
            data = Recording.open(source.folder).screen(name)
        except (RecordingError, OSError):
            return None
        return shrink(data, _SMALL if small else _LARGE, "WEBP", quality=80)

    picture = await site_of(request).desk.read(drawn)
    if picture is None:
        raise HTTPException(404)
    return Response(picture, media_type="image/webp", headers={"Cache-Control": _KEEP})


async def report(request: Request) -> Response:
    """A report with values masked, as a file."""
    source, prepared = await opened(request)
    try:
        form = Form(request.path_params["form"])
    except ValueError as error:
        raise HTTPException(404) from error
    if form is Form.PACK:
        raise HTTPException(405)
    language = _language(request)
    path = await _made(request, source, prepared, form, language)
    return _file(path, source.session_id, form, language)


async def evidence(request: Request) -> Response:
    """The evidence pack, which holds all values: who took it is written down."""
    source, prepared = await opened(request)
    language = _language(request)
    path = await _made(request, source, prepared, Form.PACK, language)
    async with site_of(request).database.transaction() as client:
        await record(
            client,
            actor=request.state.visitor.name,
            action="evidence.download",
            subject=f"session:{source.session_id}",
            detail={"manifest_sha256": source.manifest_sha256},
        )
    return _file(path, source.session_id, Form.PACK, language)


async def _made(
    request: Request, source: Source, prepared: Prepared, form: Form, language: Language
) -> Path:
    site = site_of(request)
    examined = await results_of(site.database, prepared.session.app.apk_sha256)
    try:
        return await site.downloads.file(source, prepared.analysis, form, language, examined)
    except TimeoutError as error:
        raise HTTPException(503) from error


def _file(path: Path, session_id: str, form: Form, language: Language) -> Response:
    return FileResponse(
        path,
        media_type=MEDIA_TYPES[form],
        filename=file_name(session_id, form, language),
        headers={"Content-Security-Policy": "default-src 'none'; sandbox"},
    )


def _language(request: Request) -> Language:
    wanted = request.query_params.get("language")
    for language in LANGUAGES:
        if wanted == language:
            return language
    chosen: Language = request.state.visitor.language
    return chosen


ROUTES: list[BaseRoute] = [
    page("/sessions", sessions),
    page("/sessions/{session}/screens/{name}", screenshot),
    page("/sessions/{session}/report/{form}", report),
    page("/sessions/{session}/evidence", evidence, needs=Permission.UNMASK, methods=("POST",)),
]
