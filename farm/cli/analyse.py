"""`farm analyse`: judge recordings by the present rules and write the analyses beside them."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farm.cli.output import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    EXIT_UNDETERMINED,
    EXIT_USAGE,
    complain,
    console,
    emit_json_line,
    plain,
    say,
)
from farm.model.errors import UsageError
from farm.model.vocabulary import VerdictKind

if TYPE_CHECKING:
    from farm.detect.batch import Judged


def analyse(
    recordings: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...", help="Recordings, or folders with recordings directly below them."
        ),
    ],
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=256,
            help="Processes at work at once; 1 leaves a shared machine to the others. If not set, "
            "two where the recordings are large and two processors may be used.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[
        bool,
        typer.Option("--json", help="One JSON line for each recording, then one for each app."),
    ] = False,
    parties: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="YAML list of own and third-party domains, SDKs and signers, and of a country "
            "database (`countries: FILE.mmdb`).",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where analyses go; beside the recordings if not set."),
    ] = None,
) -> None:
    """Judge recordings again: findings, coverage and a verdict for each.

    The analysis of `DIR` is written to `DIR.analysis.json`, outside the sealed files. A recording
    that cannot be read costs one line; the others are judged all the same. Several recordings of
    one version of an app give one verdict about it, which is `clean` only where every scenario was
    seen whole and the app hid nothing. Exit code: 2 if any could not be read, else 1 with findings,
    3 if anything stays open, 0 if all are clean.

    Example: farm analyse --jobs 4 ~/.farm/recordings
    """
    from farm.detect.app_verdict import app_verdicts
    from farm.detect.batch import find_recordings, judge_folders, usual_jobs

    if output is not None and not output.is_dir():
        raise UsageError(f"{output}: no such folder; create it or leave --output out")
    found = find_recordings(recordings)
    kinds: set[VerdictKind] = set()
    summaries = []
    failed = False
    jobs = usual_jobs(found) if jobs is None else jobs
    judging = judge_folders(found, jobs=jobs, parties=parties, output=output)
    for judged in _with_progress(judging, len(found)):
        if json:
            emit_json_line(judged)
        if judged.verdict is None:
            failed = True
            complain(judged.error)
            continue
        kinds.add(judged.verdict.kind)
        if judged.summary is not None:
            summaries.append(judged.summary)
        if not json:
            why = plain(judged.verdict.reasons[0], 160) if judged.verdict.reasons else ""
            counts = f"{judged.findings} findings, {judged.undetermined} open, {judged.gaps} gaps"
            say(f"{plain(judged.recording)}: {judged.verdict.kind} ({counts}) {why}")
    for app in app_verdicts(summaries):
        if json:
            emit_json_line({"app": app})
        elif len(app.recordings) > 1:
            why = plain(app.reasons[0], 200) if app.reasons else ""
            name = f"{plain(app.package)} {plain(app.version_name, 40)}"
            say(f"app {name}: {app.kind} ({len(app.recordings)} recordings) {why}")
    raise typer.Exit(_exit_code(kinds, failed))


def _with_progress(judging: "Iterator[Judged]", total: int) -> "Iterator[Judged]":
    """Show how far a long batch is, on a terminal only."""
    if total < 2 or not console.is_terminal:
        yield from judging
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("judging", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(judging, total=total)


def _exit_code(kinds: set[VerdictKind], failed: bool) -> int:
    if failed:
        return EXIT_USAGE
    if VerdictKind.VIOLATION in kinds:
        return EXIT_FINDINGS
    return EXIT_CLEAN if kinds <= {VerdictKind.CLEAN} else EXIT_UNDETERMINED
