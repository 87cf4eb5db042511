"""`farm scenario try`: play a scenario on a twin (or a phone) now, and see what it does.

For writing scenarios: no settling, a short recording that is thrown away unless it is asked for,
and the expectations' results at the end instead of a verdict about the app.
"""

import asyncio
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from farm import paths
from farm.apps.inspection import inspect
from farm.cli.one_session import TWIN_PROFILE, inspect_live, lab_on, load_bound, parse_settings
from farm.cli.output import EXIT_UNDETERMINED, EXIT_USAGE, complain, plain, say
from farm.cli.stopping import run, until_stopped
from farm.devices.states import Wants
from farm.explore import checking
from farm.model.session import App
from farm.model.vocabulary import Outcome
from farm.session.lab import Lab, Order
from farm.session.settings import LabSettings, default_home

SAMPLE = "eager"  # of the twin apps that ship: what is tried where no app is named


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

    async def work(home: Path) -> int:
        # A thread reads the app while the twin boots.
        reading = asyncio.get_running_loop().run_in_executor(None, inspect, apks[0])
        try:
            async with lab_on(phone, LabSettings(home=home), twin_profile) as lab:
                return await play(lab, await reading)
        finally:
            reading.cancel()

    async def play(lab: Lab, app: App) -> int:
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
        result = await inspect_live(lab, order, began)
        if not result.sealed:
            complain("no sealed recording: the session broke off")
            return EXIT_UNDETERMINED
        if result.outcome is not Outcome.COMPLETE:
            complain(f"the session was interrupted: {plain(result.reason)}")
        # What judges is loaded only now: the scenario was not to wait for it.
        outcome = await asyncio.to_thread(import_module, "farm.cli.scenario_outcome")
        return int(await asyncio.to_thread(outcome.show_outcome, result.folder, json=json))

    with tempfile.TemporaryDirectory(prefix="farm-try-") as temporary:
        home = keep or (Path(temporary) if phone == "twin" else default_home())
        code = run(until_stopped(work(home)))
    raise typer.Exit(code)
