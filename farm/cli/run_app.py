"""`farm run`: one app, one scenario, one phone, seen live, ending in a verdict and a report."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from farm.cli.judgement import EXIT_CODES, VERDICT_STYLES, Judgement, judge_recording
from farm.cli.one_session import TWIN_PROFILE, inspect_live, lab_on, load_bound, parse_settings
from farm.cli.output import EXIT_UNDETERMINED, complain, console, emit_json, plain, say
from farm.cli.stopping import run, until_stopped
from farm.detect.clauses.scope import check_category
from farm.detect.rules import load_rules
from farm.devices.states import Wants
from farm.model.errors import SetupError
from farm.model.vocabulary import Outcome
from farm.session.lab import Order, inspect_apk
from farm.session.settings import LabSettings, default_home


def run_app(
    apk: Annotated[
        list[Path], typer.Argument(help="The app: its base APK first, then its splits.")
    ],
    scenario: Annotated[
        str, typer.Option(help="Name of a shipped scenario, or a file with one of yours.")
    ] = "accept",
    phone: Annotated[
        str, typer.Option(help="A serial of `farm devices`, `any`, or `twin` for no phone at all.")
    ] = "any",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter of the scenario, NAME=VALUE; may be repeated."),
    ] = None,
    hints: Annotated[
        Path | None, typer.Option(help="What your lab knows of the app, YAML.")
    ] = None,
    settle: Annotated[
        float, typer.Option(min=0, max=3600, help="Seconds to watch on after the scenario ended.")
    ] = 10.0,
    grant: Annotated[
        bool, typer.Option("--grant", help="Grant all permissions at installation.")
    ] = False,
    category: Annotated[
        str,
        typer.Option(help="The app's category by CAC-14, such as 浏览器类 or browsers."),
    ] = "",
    bypass_pinning: Annotated[
        bool,
        typer.Option(
            "--bypass-pinning",
            help="Override the app's checks of pinned certificates, so that its traffic can be "
            "read; each override is recorded.",
        ),
    ] = False,
    parties: Annotated[
        Path | None, typer.Option(help="Your list of first and third parties, YAML.")
    ] = None,
    hosts: Annotated[
        Path | None,
        typer.Option(help='Where the proxy connects instead: {"host:443": ["address", port]}.'),
    ] = None,
    hooks: Annotated[
        list[Path] | None,
        typer.Option(help="Folder with hooks of your own, see `farm hooks`; repeat for more."),
    ] = None,
    home: Annotated[
        Path | None, typer.Option(help="The lab's folder [default: $FARM_HOME or ~/.farm].")
    ] = None,
    twin_profile: Annotated[
        str, typer.Option(help="Which phone the twin plays; `farm twin profiles` lists them.")
    ] = TWIN_PROFILE,
    language: Annotated[str, typer.Option(help="Language the report opens in: zh or en.")] = "zh",
    json: Annotated[bool, typer.Option("--json", help="Print the analysis on stdout.")] = False,
) -> None:
    """Run one scenario on one app and say what it collected before consent.

    Shows calls, flows and phases as they come, and ends with the verdict and the report's path.

    Exit codes: 0 clean, 1 findings, 2 usage or set-up, 3 undetermined or not observable.
    """
    rules = load_rules(parties)
    check_category(category)
    chosen = load_bound(scenario, parse_settings(set_), hints)
    settings = LabSettings(
        home=home or default_home(), hosts=hosts, parties=parties, hooks=tuple(hooks or ())
    )
    serial = "" if phone in {"any", "twin"} else phone

    async def work() -> Judgement | None:
        app = await inspect_apk(apk[0])
        order = Order(
            apks=tuple(apk),
            app=app,
            scenario=chosen,
            wants=Wants(serial=serial),
            settle_seconds=settle,
            grant_permissions=grant,
            bypass_pinning=bypass_pinning,
            category=category,
            attempts=1,
            wait_seconds=60.0,
        )
        say(f"{plain(app.label)} {plain(app.version_name)} ({app.package}), {chosen.info.title}")
        async with lab_on(phone, settings, twin_profile) as lab:
            result = await inspect_live(lab, order)
        if result.setup_failed:
            raise SetupError(f"{result.reason} (recording: {result.folder})")
        if not result.sealed:
            return None
        if result.outcome is not Outcome.COMPLETE:
            complain(f"the session was interrupted: {result.reason}")
        return await asyncio.to_thread(judge_recording, result.folder, rules, language)

    judgement = run(until_stopped(work()))
    if judgement is None:
        complain("no sealed recording; `farm recording recover` may save what was written")
        raise typer.Exit(EXIT_UNDETERMINED)
    if json:
        emit_json(judgement.analysis)
    _print_verdict(judgement)
    raise typer.Exit(EXIT_CODES[judgement.analysis.verdict.kind])


def _print_verdict(judgement: Judgement) -> None:
    verdict = judgement.analysis.verdict
    console.print(Text(f"verdict: {verdict.kind}", style=VERDICT_STYLES[verdict.kind]))
    for reason in verdict.reasons[:8]:
        console.print(Text(f"  {plain(reason, 400)}"))
    say(f"report: {judgement.report_file}")
