"""`farm engines compare`: stored results of engines beside each other and the farm's own."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from farm.apps.engines.comparison import Comparison, compare
from farm.apps.engines.statements import EngineResult
from farm.cli.engines_told import show_drifts, show_matrix
from farm.cli.output import EXIT_FINDINGS, emit_json, plain, say
from farm.model.clause import ClauseJudgement
from farm.model.errors import UsageError
from farm.model.finding import Analysis
from farm.recording import Recording

_LARGEST = 256 << 20
_MOST_SHOWN = 50
_SHORT = 12


def compare_engines(
    results: Annotated[
        list[Path],
        typer.Argument(
            metavar="RESULT...", help="Files that `farm engines run --json` printed, one an app."
        ),
    ],
    recordings: Annotated[
        list[Path] | None,
        typer.Option(
            "--recording",
            metavar="DIR",
            help="A judged recording (`DIR.analysis.json` beside it); again for each session.",
        ),
    ] = None,
    before: Annotated[
        list[Path] | None,
        typer.Option(
            "--before",
            metavar="RESULT",
            help="Results of a period known to be good: shows engines that drift. Again for more.",
        ),
    ] = None,
    share: Annotated[
        float,
        typer.Option(
            "--sample", min=0, max=1, help="Share of undisputed answers that persons check."
        ),
    ] = 0.02,
    salt: Annotated[
        str, typer.Option("--salt", help="Keeps the choice of the sample from being foreseen.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Merge what engines and the farm say, clause by clause; exit code 1 if an engine drifted.

    No engine outvotes another: each clause shows who said what, and whatever two of them decided
    differently is for a person. An engine that did not finish has no opinion.

    Example: farm engines compare night/*.json --recording ~/.farm/recordings/ID --before base.json
    """
    compared = compare(
        [one for path in results for one in read_results(path)],
        _judgements(recordings or []),
        [one for path in before or [] for one in read_results(path)],
        share=share,
        salt=salt,
    )
    if json:
        emit_json(compared)
    else:
        _show(compared)
    if compared.alarms:
        raise typer.Exit(EXIT_FINDINGS)


def _read(path: Path, help_text: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; {help_text}") from error
    if len(data) > _LARGEST:
        raise UsageError(f"{path}: larger than {_LARGEST >> 20} MiB; {help_text}")
    return data


def read_results(path: Path) -> list[EngineResult]:
    """A file that `farm engines run --json` printed.

    Raises:
        UsageError: it cannot be used.
    """
    help_text = "name a file that `farm engines run --json` printed"
    try:
        return msgspec.json.decode(_read(path, help_text), type=list[EngineResult])
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path}: {error}; {help_text}") from error


def _judgements(folders: list[Path]) -> dict[str, list[ClauseJudgement]]:
    found: dict[str, list[ClauseJudgement]] = {}
    for folder in folders:
        stored = folder.with_name(folder.name + ".analysis.json")
        help_text = f"run `farm analyse {folder}` first"
        try:
            analysis = msgspec.json.decode(_read(stored, help_text), type=Analysis)
        except msgspec.MsgspecError as error:
            raise UsageError(f"{stored}: {error}; {help_text}") from error
        session = Recording.open(folder).session
        if session.session_id != analysis.session_id:
            raise UsageError(f"{stored}: is of another session; {help_text}")
        found.setdefault(session.app.apk_sha256, []).extend(analysis.clauses)
    return found


def _show(compared: Comparison) -> None:
    for app in compared.apps:
        disputed = [one for one in app.clauses if one.agreed is False]
        silent = ", ".join(plain(one) for one in app.silent)
        say(
            f"{plain(app.apk_sha256[:_SHORT])}: {len(app.clauses)} clauses, "
            f"{len(disputed)} disputed, {len(app.for_review)} for review, "
            f"{len(app.sampled)} sampled" + (f"; no answer from {silent}" if silent else "")
        )
        for clause in disputed[:_MOST_SHOWN]:
            said = ", ".join(f"{plain(each.engine)} {each.answer}" for each in clause.opinions)
            say(f"  {plain(clause.clause)}: {said} (confidence {clause.confidence:.2f})")
    show_matrix(compared.matrix)
    show_drifts((one.topic, one.drift) for one in compared.drifts)
