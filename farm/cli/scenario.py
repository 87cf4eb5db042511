"""`farm scenario list` and `check`: what can be run, and whether a script could be."""

from pathlib import Path
from typing import Annotated

import typer

from farm import paths
from farm.cli.output import EXIT_USAGE, complain, emit_json, plain, say
from farm.explore import loader

app = typer.Typer(no_args_is_help=True, help="List the scenarios, or check one of your own.")

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


@app.command("list")
def list_scenarios(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Folder to look in; default: those that ship.")
    ] = None,
    json: _Json = False,
) -> None:
    """List the scenarios of a folder with title and usual duration."""
    found = loader.available(folder)
    if json:
        emit_json([_described(each) for each in found])
        return
    if not found:
        say(f"no scenarios in {folder or paths.SCENARIOS}")
    for each in found:
        say(
            f"{each.name:<20} {each.info.duration:>5.0f} s  "
            f"{plain(each.info.title)} / {plain(each.info.title_zh)}"
        )


@app.command("check")
def check_scenarios(
    scenarios: Annotated[list[str], typer.Argument(help="Names, or paths of .py files.")],
    json: _Json = False,
) -> None:
    """Check that scenarios can be loaded; exit code 2 and one line each for those that cannot."""
    problems = {each: loader.check(each) for each in scenarios}
    if json:
        emit_json(
            [
                {"scenario": each, "usable": not why, "problem": why}
                for each, why in problems.items()
            ]
        )
    for each, why in problems.items():
        if why:
            complain(why)
        elif not json:
            say(f"{plain(each)}: can be run")
    if any(problems.values()):
        raise typer.Exit(EXIT_USAGE)


def _described(scenario: loader.Scenario) -> dict[str, object]:
    return {
        "name": scenario.name,
        "title": scenario.info.title,
        "title_zh": scenario.info.title_zh,
        "duration": scenario.info.duration,
        "sha256": scenario.sha256,
        "path": str(scenario.path),
    }
