"""What a scenario expected, and whether it was so: judged from the recording and printed."""

from pathlib import Path

from rich.text import Text

from farm.cli.output import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    EXIT_UNDETERMINED,
    complain,
    console,
    emit_json,
    plain,
)
from farm.detect.claims import Passed, ScenarioResult, scenario_result
from farm.recording import Recording

_EXIT = {
    Passed.YES: EXIT_CLEAN,
    Passed.NO: EXIT_FINDINGS,
    Passed.UNDETERMINED: EXIT_UNDETERMINED,
}
_STYLES = {Passed.YES: "green", Passed.NO: "bold red", Passed.UNDETERMINED: "bold yellow"}


def show_outcome(folder: Path, *, json: bool) -> int:
    """Judge the recording of a scenario and print the result; returns the exit code.

    Raises:
        RecordingError: the recording cannot be read.
    """
    outcome = scenario_result(Recording.open(folder))
    show_result(outcome, json=json)
    return _EXIT[outcome.passed]


def show_result(result: ScenarioResult, *, json: bool) -> None:
    """Print what a scenario expected and whether it was so."""
    if json:
        emit_json(result)
    for expected in result.expectations:
        where = f" ({expected.place})" if expected.place else ""
        console.print(
            Text.assemble(
                (f"{expected.held:<13}", _STYLES[expected.held]),
                plain(f"{expected.name}{where}", 200),
                (f"  {plain(expected.detail, 200)}" if expected.detail else "", "dim"),
            ),
            soft_wrap=True,
        )
    for step in result.failed_steps:
        complain(f"step {plain(step)}")
    console.print(Text(f"scenario: {result.passed}", style=_STYLES[result.passed]))
