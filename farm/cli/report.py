"""`farm report`: one recording's analysis as a page for people or JSON for programs."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farm.cli.output import plain, say
from farm.model.errors import UsageError
from farm.model.vocabulary import Stream

if TYPE_CHECKING:
    from farm.apps.engines.statements import EngineResult
    from farm.recording import Recording


class Language(StrEnum):
    """Languages a page can open with; both are always in it."""

    ZH = "zh"
    EN = "en"


def report(
    recording: Annotated[
        Path | None, typer.Argument(help="Folder of one recording.", show_default=False)
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one self-contained page.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the page as PDF (needs Chromium).")
    ] = None,
    json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write JSON; `-` for stdout.")
    ] = None,
    har: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the traffic as commented HAR 1.2.")
    ] = None,
    sarif: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write findings as SARIF 2.1.0.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write findings as CSV, a row each.")
    ] = None,
    pack: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the evidence pack: a ZIP with the sealed recording, nothing masked.",
        ),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of `--json` and end.")
    ] = False,
    language: Annotated[
        Language, typer.Option(help="Language the page opens with; it holds both.")
    ] = Language.ZH,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show identifiers in full instead of masked.")
    ] = False,
    parties: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML list of own and third-party domains and SDKs."),
    ] = None,
    engines: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="What `farm engines run APK --json` printed, for the pages."
        ),
    ] = None,
) -> None:
    """Write the report of a recording, in as many forms as asked for.

    Uses the analysis beside the recording if it is of the same bytes and the present rules, else
    judges anew. Values of identifiers are masked unless `--show-values` is given; SARIF and CSV
    always mask them, the evidence pack never does.
    """
    from farm.report.schema import analysis_schema

    if schema:
        typer.get_binary_stream("stdout").write(analysis_schema())
        return
    targets = {"html": html, "pdf": pdf, "json": json, "har": har, "sarif": sarif, "csv": csv}
    wanted = {name: path for name, path in targets.items() if path is not None}
    if recording is None:
        raise UsageError("no recording named; expected the folder of one recording")
    if not wanted and pack is None:
        raise UsageError("nothing to write: name a file with --html FILE or another form")
    made = Report(recording, language, show_values=show_values, parties=parties, engines=engines)
    for name, target in wanted.items():
        _write(target, made.form(name))
    if pack is not None:
        made.pack(pack)
        say(f"wrote {pack}")


class Report:
    """One recording with its analysis, rendered into the forms that are asked for."""

    def __init__(
        self,
        folder: Path,
        language: Language,
        *,
        show_values: bool,
        parties: Path | None,
        engines: Path | None = None,
    ) -> None:
        from farm.detect.analyse import analyse
        from farm.detect.batch import stored_analysis
        from farm.detect.rules import load_rules
        from farm.recording import Recording

        self._language = language
        self._show = show_values
        self._rules = load_rules(parties)
        self._recording = Recording.open_intact(folder)
        stored = None
        if parties is None:
            stored = stored_analysis(folder, self._recording.manifest_sha256)
        self._examined: list[EngineResult] = (
            [] if engines is None else _examined(engines, self._recording)
        )
        self._analysis = stored or analyse(self._recording, self._rules)

    def form(self, name: str) -> bytes:
        """The report in one of the forms `html`, `pdf`, `json`, `har`, `sarif`, `csv`."""
        from farm.report.export import to_json
        from farm.report.sarif import to_sarif
        from farm.report.table import to_csv

        session = self._recording.session
        forms: dict[str, Callable[[], bytes]] = {
            "html": lambda: self._page().encode("utf-8", "backslashreplace"),
            "pdf": self._pdf,
            "json": lambda: to_json(self._analysis, session=session, show_values=self._show),
            "har": self._har,
            "sarif": lambda: to_sarif(session, self._analysis, self._rules),
            "csv": lambda: to_csv(session, self._analysis),
        }
        return forms[name]()

    def pack(self, target: Path) -> None:
        """Write the evidence pack, with the analysis in full and the masked page."""
        from farm.recording import signer
        from farm.report.export import to_json
        from farm.report.pack import write_pack

        folder = self._recording.folder
        extras = {
            "analysis.json": to_json(
                self._analysis, session=self._recording.session, show_values=True
            ),
            "report.html": self._page().encode("utf-8", "backslashreplace"),
        }
        signed_by = signer(folder) if self._recording.sealed else ""
        write_pack(target, folder, extras, signed_by=signed_by)

    def _page(self) -> str:
        from farm.report.html import render_html

        return render_html(
            self._recording,
            self._analysis,
            self._language.value,
            show_values=self._show,
            rules=self._rules,
            examined=self._examined,
        )

    def _pdf(self) -> bytes:
        from farm.report.pdf import to_pdf

        return to_pdf(self._page())

    def _har(self) -> bytes:
        from farm.report.har import write_har
        from farm.report.html import secrets_of
        from farm.report.masking import Masker

        calls = self._recording.events(Stream.API)
        masker = Masker(secrets_of(calls, self._analysis), show=self._show)
        exchanges = self._recording.exchanges()
        return b"".join(write_har(self._recording.session, self._analysis, exchanges, masker))


def _examined(path: Path, recording: "Recording") -> "list[EngineResult]":
    """What engines said, of this very app."""
    from farm.cli.engines_compare import read_results

    results = read_results(path)
    wanted = recording.session.app.apk_sha256
    if other := [one for one in results if one.apk_sha256 != wanted]:
        raise UsageError(
            f"{path}: is of APK {plain(other[0].apk_sha256[:80])}; expected {wanted[:80]}, the "
            "recording's"
        )
    return results


def _write(target: Path, data: bytes) -> None:
    if str(target) == "-":
        typer.get_binary_stream("stdout").write(data)
        return
    try:
        target.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{target}: cannot be written ({error.strerror})") from error
    say(f"wrote {target}")
