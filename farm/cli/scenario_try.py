"""`farm scenario try`: play a scenario on a twin (or a phone) now, and see what it does.

For writing scenarios: no settling, a short recording that is thrown away unless it is asked for,
and the expectations' results at the end instead of a verdict about the app.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from farm import paths
from farm.cli.one_session import TWIN_PROFILE, inspect_live, lab_on, load_bound, parse_settings
from farm.cli.output import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    EXIT_UNDETERMINED,
    EXIT_USAGE,
    complain,
    console,
    emit_json,
    plain,
    say,
)
from farm.cli.stopping import until_stopped
from farm.detect.claims import Passed, ScenarioResult, scenario_result
from farm.devices.states import Wants
from farm.explore import checking
from farm.model.vocabulary import Outcome
from farm.recording import Recording
from farm.session.lab import Order, inspect_apk
from farm.session.plan import SessionResult
from farm.session.settings import LabSettings, default_home

SAMPLE = "eager"  # of the twin apps that ship: what is tried where no app is named
_EXIT = {
    Passed.YES: EXIT_CLEAN,
    Passed.NO: EXIT_FINDINGS,
    Passed.UNDETERMINED: EXIT_UNDETERMINED,
}
_STYLES = {Passed.YES: "green", Passed.NO: "bold red", Passed.UNDETERMINED: "bold yellow"}


def try_scenario(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or a .py file.")],
    apk: Annotated[
        list[Path] | None,
        typer.Argument(help="The app: base APK, then splits [default: a sample app]."),
    ] = None,
    phone: Annotated[
        str, typer.Option(help="`twin`, `any`, or a serial of `farm devices`.")
    ] = "twin",
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter, NAME=VALUE; may be repeated.")
    ] = None,
    hints: Annotated[
        Path | None, typer.Option(help="What your lab knows of the app, YAML.")
    ] = None,
    twin_profile: Annotated[
        str, typer.Option(help="Which phone the twin plays; `farm twin profiles` lists them.")
    ] = TWIN_PROFILE,
    keep: Annotated[Path | None, typer.Option(help="Keep the recording in this folder.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result on stdout.")] = False,
) -> None:
    """Play a scenario on a twin now, showing events as they come, then say what it expected.

    Exit codes: 0 all expectations hold, 1 some do not, 2 usage, 3 some cannot be told.
    """
    began = time.monotonic()
    problems = checking.check(scenario)
    if problems:
        for problem in problems:
            complain(str(problem))
        raise typer.Exit(EXIT_USAGE)
    chosen = load_bound(scenario, parse_settings(set_), hints)
    apks = tuple(apk or [paths.BUILD / "twin" / "apks" / f"{SAMPLE}.apk"])

    async def work(home: Path) -> ScenarioResult | None:
        app = await inspect_apk(apks[0])
        say(f"{plain(app.label)} {plain(app.version_name)} ({app.package}), {chosen.info.title}")
        order = Order(
            apks=apks,
            app=app,
            scenario=chosen,
            wants=Wants(serial="" if phone in {"any", "twin"} else phone),
            settle_seconds=0.0,
            attempts=1,
            wait_seconds=60.0,
        )
        async with lab_on(phone, LabSettings(home=home), twin_profile) as lab:
            result = await inspect_live(lab, order, began)
        return await asyncio.to_thread(_read, result) if result.sealed else None

    with tempfile.TemporaryDirectory(prefix="farm-try-") as temporary:
        home = keep or (Path(temporary) if phone == "twin" else default_home())
        outcome = asyncio.run(until_stopped(work(home)))
    if outcome is None:
        complain("no sealed recording: the session broke off")
        raise typer.Exit(EXIT_UNDETERMINED)
    show_result(outcome, json=json)
    raise typer.Exit(_EXIT[outcome.passed])


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


def _read(result: SessionResult) -> ScenarioResult:
    if result.outcome is not Outcome.COMPLETE:
        complain(f"the session was interrupted: {plain(result.reason)}")
    return scenario_result(Recording.open(result.folder))
