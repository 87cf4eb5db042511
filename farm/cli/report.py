"""`farm report`: one recording's analysis as a page for people or JSON for programs."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from farm.cli.output import say
from farm.model.errors import UsageError


class Language(StrEnum):
    """Languages a page can open with; both are always in it."""

    ZH = "zh"
    EN = "en"


def report(
    recording: Annotated[Path, typer.Argument(help="Folder of one recording.")],
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one self-contained page.")
    ] = None,
    json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write JSON; `-` for stdout.")
    ] = None,
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
) -> None:
    """Write the report of a recording.

    Uses the analysis beside the recording if it is of the same bytes and the present rules, else
    judges anew. Values of identifiers are masked unless `--show-values` is given.
    """
    from farm.detect.analyse import analyse
    from farm.detect.batch import stored_analysis
    from farm.detect.rules import load_rules
    from farm.recording import Recording
    from farm.report.export import to_json
    from farm.report.html import render_html

    if html is None and json is None:
        raise UsageError("nothing to write: name a file with --html FILE or --json FILE")
    opened = Recording.open(recording)
    analysis = None
    if parties is None:
        analysis = stored_analysis(
            recording, opened.manifest_sha256, masked_will_do=not show_values
        )
    if analysis is None:
        analysis = analyse(opened, load_rules(parties))
    if json is not None:
        _write(json, to_json(analysis, session=opened.session, show_values=show_values))
    if html is not None:
        page = render_html(opened, analysis, language.value, show_values=show_values)
        _write(html, page.encode("utf-8", "backslashreplace"))


def _write(target: Path, data: bytes) -> None:
    if str(target) == "-":
        typer.get_binary_stream("stdout").write(data)
        return
    try:
        target.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{target}: cannot be written ({error.strerror})") from error
    say(f"wrote {target}")
