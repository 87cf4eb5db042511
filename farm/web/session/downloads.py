"""Reports and evidence packs as files, made by the report room: in a thread, two at a time.

What was made is kept for the next visitor, under names of ours. Values are masked in every form but
the pack, which is the evidence itself.
"""

import asyncio
import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from farm import __version__
from farm.apps.engines.statements import EngineResult
from farm.detect.rules import load_rules
from farm.model.finding import Analysis
from farm.model.vocabulary import Stream
from farm.recording import Recording, signer
from farm.recording.files import write_atomic
from farm.report.export import to_json
from farm.report.har import write_har
from farm.report.html import render_html, secrets_of
from farm.report.masking import Masker
from farm.report.pack import write_pack
from farm.report.pdf import to_pdf
from farm.report.sarif import to_sarif
from farm.report.table import to_csv
from farm.web.session.sources import Source
from farm.web.texts import Language

_AT_ONCE = 2
_SECONDS = 300.0
_KEPT = 2 << 30  # bytes of made files


class Form(StrEnum):
    """What a recording can be had as."""

    HTML = "html"
    PDF = "pdf"
    JSON = "json"
    HAR = "har"
    SARIF = "sarif"
    CSV = "csv"
    PACK = "zip"  # the evidence pack


MEDIA_TYPES: dict[Form, str] = {
    Form.HTML: "text/html; charset=utf-8",
    Form.PDF: "application/pdf",
    Form.JSON: "application/json",
    Form.HAR: "application/json",
    Form.SARIF: "application/sarif+json",
    Form.CSV: "text/csv; charset=utf-8",
    Form.PACK: "application/zip",
}


class Downloads:
    """The made files of one server, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._locks: dict[str, asyncio.Lock] = {}

    async def file(
        self,
        source: Source,
        analysis: Analysis,
        form: Form,
        language: Language,
        examined: Sequence[EngineResult] = (),
    ) -> Path:
        """The recording in a form; made if it was not yet.

        Args:
            examined: what outside engines say of the app.

        Raises:
            FarmError: it cannot be made: the recording is not what was sealed, no Chromium.
            TimeoutError: it takes too long.
        """
        target = self._folder / _name(source, analysis, form, language, examined)
        lock = self._locks.setdefault(target.name, asyncio.Lock())
        try:
            async with asyncio.timeout(_SECONDS), lock:
                if not await asyncio.to_thread(_touched, target):
                    async with self._gate:
                        await asyncio.to_thread(
                            _make, source, analysis, form, language, examined, target
                        )
        finally:
            if not lock.locked():
                self._locks.pop(target.name, None)
        return target


def file_name(session_id: str, form: Form, language: Language) -> str:
    """What the file is called on the visitor's machine."""
    if form is Form.PACK:
        return f"farm-evidence-{session_id}.zip"
    tongue = f".{language}" if form in (Form.HTML, Form.PDF) else ""
    return f"farm-report-{session_id}{tongue}.{form}"


def _name(
    source: Source,
    analysis: Analysis,
    form: Form,
    language: Language,
    examined: Sequence[EngineResult],
) -> str:
    """Names everything that the content depends on."""
    digest = hashlib.sha256(msgspec.json.encode(analysis))
    digest.update(msgspec.json.encode(examined))
    digest.update(f"{source.manifest_sha256} {__version__} {language}".encode())
    return f"{source.session_id}-{digest.hexdigest()[:24]}.{form}"


def _touched(path: Path) -> bool:
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _make(
    source: Source,
    analysis: Analysis,
    form: Form,
    language: Language,
    examined: Sequence[EngineResult],
    target: Path,
) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    recording = Recording.open(source.folder)
    if form is Form.PACK:
        _pack(recording, analysis, language, examined, target)
    else:
        write_atomic(target, _forms(recording, analysis, language, examined)[form](), durable=False)
    _thin_out(target.parent, target)


def _forms(
    recording: Recording,
    analysis: Analysis,
    language: Language,
    examined: Sequence[EngineResult],
) -> dict[Form, Callable[[], bytes]]:
    session = recording.session

    def page() -> str:
        return render_html(recording, analysis, language, examined=examined)

    def har() -> bytes:
        masker = Masker(secrets_of(recording.events(Stream.API), analysis), show=False)
        return b"".join(write_har(session, analysis, recording.exchanges(), masker))

    return {
        Form.HTML: lambda: page().encode("utf-8", "backslashreplace"),
        Form.PDF: lambda: to_pdf(page()),
        Form.JSON: lambda: to_json(analysis, session=session),
        Form.HAR: har,
        Form.SARIF: lambda: to_sarif(session, analysis, load_rules()),
        Form.CSV: lambda: to_csv(session, analysis),
    }


def _pack(
    recording: Recording,
    analysis: Analysis,
    language: Language,
    examined: Sequence[EngineResult],
    target: Path,
) -> None:
    extras = {
        "analysis.json": to_json(analysis, session=recording.session, show_values=True),
        "report.html": render_html(recording, analysis, language, examined=examined).encode(
            "utf-8", "backslashreplace"
        ),
    }
    partial = target.with_name(f".{secrets.token_hex(8)}.zip")
    try:
        write_pack(partial, recording.folder, extras, signed_by=signer(recording.folder))
        partial.chmod(0o600)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _thin_out(folder: Path, newest: Path) -> None:
    """Remove the files that nobody asked for longest."""
    files = sorted(
        (path for path in folder.iterdir() if path.is_file() and path != newest),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    kept = newest.stat().st_size
    for path in files:
        kept += path.stat().st_size
        if kept > _KEPT:
            path.unlink(missing_ok=True)
