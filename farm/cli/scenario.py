"""`farm scenario`: write scenarios of your own, find their mistakes, try them on a twin."""

from pathlib import Path
from typing import Annotated

import typer

from farm import paths
from farm.cli.output import EXIT_USAGE, complain, emit_json, plain, say
from farm.cli.scenario_record import record_scenario
from farm.cli.scenario_try import try_scenario
from farm.explore import checking, loader
from farm.explore.hints import load_hints
from farm.explore.template import new_scenario

app = typer.Typer(
    no_args_is_help=True,
    help=(
        "Write scenarios, find their mistakes, and try them.\n\n"
        "A first one: `farm scenario new my_check.py`, then `farm scenario check my_check.py`, "
        "then `farm scenario try my_check.py APP.apk`."
    ),
)

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


@app.command("new")
def new(
    file: Annotated[Path, typer.Argument(help="The file to write, such as my_check.py.")],
    title: Annotated[str, typer.Option(help="What it does, in one line.")] = "My own check",
    json: _Json = False,
) -> None:
    """Write a scenario to start from; an existing file is left alone."""
    path = new_scenario(file, title)
    if json:
        emit_json({"path": str(path)})
    else:
        say(f"{path}: written; now `farm scenario check {path}`")


@app.command("list")
def list_scenarios(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Folder to look in; default: those that ship.")
    ] = None,
    json: _Json = False,
) -> None:
    """List the scenarios of a folder with title, usual duration and parameters."""
    found = loader.available(folder)
    if json:
        emit_json([_described(each) for each in found])
        return
    if not found:
        say(f"no scenarios in {folder or paths.SCENARIOS}")
    for each in found:
        say(
            f"{each.name:<26} {each.info.duration:>5.0f} s  "
            f"{plain(each.info.title)} / {plain(each.info.title_zh)}"
        )
        if each.signature.parameters:
            shown = ", ".join(f"{one.name}={one.default}" for one in each.signature.parameters)
            say(f"{'':<37}{plain(shown)}")


@app.command("check")
def check_scenarios(
    scenarios: Annotated[list[str], typer.Argument(help="Names, or paths of .py files.")],
    hints: Annotated[
        Path | None, typer.Option(help="An app's hints, to check the names of hints.")
    ] = None,
    json: _Json = False,
) -> None:
    """Find mistakes without any phone; exit code 2 and one line each where there are some."""
    known = load_hints(hints) if hints is not None else None
    problems = {each: checking.check(each, hints=known) for each in scenarios}
    if json:
        emit_json(
            [
                {
                    "scenario": each,
                    "usable": not found,
                    "problems": [
                        {"path": one.path, "line": one.line, "message": one.message}
                        for one in found
                    ],
                }
                for each, found in problems.items()
            ]
        )
    for each, found in problems.items():
        for one in found:
            complain(str(one))
        if not found and not json:
            say(f"{plain(each)}: no mistakes found")
    if any(problems.values()):
        raise typer.Exit(EXIT_USAGE)


app.command("try")(try_scenario)
app.command("record")(record_scenario)


def _described(scenario: loader.Scenario) -> dict[str, object]:
    return {
        "name": scenario.name,
        "title": scenario.info.title,
        "title_zh": scenario.info.title_zh,
        "duration": scenario.info.duration,
        "clauses": list(scenario.info.clauses),
        "parameters": {each.name: each.default for each in scenario.signature.parameters},
        "sha256": scenario.sha256,
        "path": str(scenario.path),
    }
