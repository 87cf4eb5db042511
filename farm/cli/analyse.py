"""`farm analyse`: judge recordings by the present rules and write the analyses beside them."""

from pathlib import Path
from typing import Annotated

import typer

from farm.cli.output import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    EXIT_UNDETERMINED,
    EXIT_USAGE,
    complain,
    emit_json_line,
    plain,
    say,
)
from farm.model.errors import UsageError
from farm.model.vocabulary import VerdictKind


def analyse(
    recordings: Annotated[
        list[Path], typer.Argument(metavar="RECORDING...", help="Folders of recordings.")
    ],
    jobs: Annotated[int, typer.Option(min=1, max=256, help="Processes at work at once.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="One JSON line for each recording.")] = False,
    parties: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML list of own and third-party domains and SDKs."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where analyses go; beside the recordings if not set."),
    ] = None,
) -> None:
    """Judge recordings again: findings, coverage and a verdict for each.

    The analysis of `DIR` is written to `DIR.analysis.json`, outside the sealed files. A recording
    that cannot be read costs one line; the others are judged all the same. Exit code: 2 if any
    could not be read, else 1 with findings, 3 if anything stays open, 0 if all are clean.
    """
    from farm.detect.batch import judge_folders

    if output is not None and not output.is_dir():
        raise UsageError(f"{output}: no such folder; create it or leave --output out")
    kinds: set[VerdictKind] = set()
    failed = False
    for judged in judge_folders(recordings, jobs=jobs, parties=parties, output=output):
        if json:
            emit_json_line(judged)
        if judged.verdict is None:
            failed = True
            complain(judged.error)
            continue
        kinds.add(judged.verdict.kind)
        if not json:
            why = plain(judged.verdict.reasons[0], 160) if judged.verdict.reasons else ""
            counts = f"{judged.findings} findings, {judged.undetermined} open, {judged.gaps} gaps"
            say(f"{plain(judged.recording)}: {judged.verdict.kind} ({counts}) {why}")
    raise typer.Exit(_exit_code(kinds, failed))


def _exit_code(kinds: set[VerdictKind], failed: bool) -> int:
    if failed:
        return EXIT_USAGE
    if VerdictKind.VIOLATION in kinds:
        return EXIT_FINDINGS
    return EXIT_CLEAN if kinds <= {VerdictKind.CLEAN} else EXIT_UNDETERMINED
