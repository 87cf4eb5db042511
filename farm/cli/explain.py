"""`farm explain`: the whole chain of one finding, for people or as JSON."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farm.cli.output import EXIT_CLEAN, console, emit_json, plain
from farm.model.errors import UsageError

if TYPE_CHECKING:
    from farm.report.explain import Explanation

_SHORTEST = 4


class Language(StrEnum):
    """Language of the texts."""

    ZH = "zh"
    EN = "en"


def explain(
    finding: Annotated[
        str, typer.Argument(metavar="FINDING", help="Id of the finding, or its beginning.")
    ],
    recordings: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...", help="Recordings, or folders with recordings directly below them."
        ),
    ],
    language: Annotated[Language, typer.Option(help="Language of the texts.")] = Language.ZH,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show identifiers in full instead of masked.")
    ] = False,
    parties: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The list of parties that the analysis was made with."),
    ] = None,
) -> None:
    """Tell a finding from the rule to the bytes: calls, operations, requests, receiver.

    Each step names the events of the recording it stands on, with their time and how exact it is.
    Ids are in the report and in `DIR.analysis.json`; `farm analyse --json DIR` lists them.

    Example: farm explain 3fa9c2 ~/.farm/recordings/s-20261125 --language en
    """
    from farm.detect.analyse import analyse
    from farm.detect.batch import find_recordings, stored_analysis
    from farm.detect.rules import load_rules
    from farm.model.vocabulary import Stream
    from farm.recording import Recording
    from farm.report.explain import explain as tell
    from farm.report.explain import find_by_id
    from farm.report.html import secrets_of
    from farm.report.masking import Masker

    if len(finding) < _SHORTEST or not all(c in "0123456789abcdef" for c in finding.lower()):
        raise UsageError(
            f"{plain(finding)}: no id of a finding; give at least {_SHORTEST} hexadecimal digits, "
            "as they stand in the report"
        )
    rules = load_rules(parties)
    told: list[Explanation] = []
    for folder in find_recordings(recordings):
        recording = Recording.open_intact(folder)
        stored = None if parties else stored_analysis(folder, recording.manifest_sha256)
        analysis = stored or analyse(recording, rules)
        for one, counts in find_by_id(analysis, finding):
            secrets = secrets_of(recording.events(Stream.API), analysis)
            masker = Masker(secrets, show=show_values)
            told.append(tell(one, counts, rules, masker, language.value))
    if not told:
        raise UsageError(
            f"{finding}: no such finding in {len(recordings)} recordings under the present rules; "
            "`farm analyse --json DIR` lists the ids"
        )
    if len({one.finding_id for one in told}) > 1:
        ids = ", ".join(sorted({one.finding_id for one in told})[:10])
        raise UsageError(f"{finding}: several findings begin so: {ids}; give more digits")
    if json:
        emit_json(told)
    else:
        for explanation in told:
            _print(explanation)
    raise typer.Exit(EXIT_CLEAN)


def _print(one: "Explanation") -> None:
    from rich.text import Text

    console.print(Text.assemble((plain(one.title), "bold"), f"  {one.finding_id}"))
    for number, step in enumerate(one.steps, 1):
        line = Text.assemble((f"{number:>3}. ", "dim"), plain(step.text, 600))
        where = [plain(event, 60) for event in step.events]
        if step.host_time is not None:
            where.append(_clock(step.host_time, step.bound))
        if where:
            line.append(f"  [{', '.join(where)}]", "dim")
        console.print(line, soft_wrap=True)
        for detail in step.details:
            console.print(Text(f"       {plain(detail, 600)}", "dim"), soft_wrap=True)


def _clock(host_ns: int, bound: int | None) -> str:
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(host_ns // 1_000_000_000, UTC)
    text = f"{moment:%Y-%m-%d %H:%M:%S}.{host_ns % 1_000_000_000 // 1_000_000:03d} UTC"
    return text if not bound else f"{text} ± {bound / 1e6:.1f} ms"
