"""`farm demo`: the main job end to end on embedded twins, held against what was expected of it.

Three twins of different profiles, two with wrong clocks, inspect eight twin apps under three
scenarios through the pool. Every decision comes from the recordings; what should come out stands
in `demo_data/expected.yaml`, apart from the code.
"""

import asyncio
import time
from contextlib import AsyncExitStack
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import yaml
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from farm.cli.embedded import EmbeddedTwins, TwinDescription
from farm.cli.judgement import VERDICT_STYLES, Judgement, judge_recording
from farm.cli.output import EXIT_CLEAN, EXIT_FINDINGS, console, emit_json, plain, say
from farm.cli.stopping import until_stopped
from farm.detect.rules import Rules, load_rules
from farm.explore.loader import load
from farm.model.errors import SetupError
from farm.model.finding import Finding
from farm.model.vocabulary import DataType, Level, Phase, VerdictKind
from farm.session.lab import Lab, Order, inspect_apk
from farm.session.plan import SessionPlan, SessionResult
from farm.session.settings import LabSettings
from farm.twin.building.apk import APKS

TWINS = [
    TwinDescription(profile="xiaomi-mi8-android9-su", clock_offset=37.0),
    TwinDescription(profile="emulator-android9-root", clock_drift_ppm=200.0),
    TwinDescription(profile="huawei-p20-android8-locked"),
]
_SETTLE_SECONDS = 3.0
# Shorter than a lab would watch: a sample app is done, or back from its crash, well before.
_WATCHED_SECONDS = 8.0
_ORDER = [Level.ACCESSED, Level.TRANSMITTED, Level.TRANSMITTED_THIRD_PARTY]


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One finding that a violation has to show."""

    data_type: DataType
    phase: Phase
    level: Level
    form: str = ""
    caller: str = ""

    def shown_by(self, finding: Finding) -> bool:
        """Whether a finding shows at least this."""
        forms = {match.form for flow in finding.flows for match in flow.matches}
        return (
            finding.data_type is self.data_type
            and finding.phase is self.phase
            and _ORDER.index(finding.level) >= _ORDER.index(self.level)
            and (not self.form or any(form.split()[0] == self.form for form in forms))
            and (not self.caller or finding.caller.name == self.caller)
        )


class ExpectedApp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one app must come to, by scenario."""

    says: str
    verdicts: dict[str, VerdictKind]
    must_find: list[Wanted] = []


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file apart from the code."""

    format: int
    apps: dict[str, ExpectedApp]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One session of the demonstration against what was expected of it."""

    app: str
    scenario: str
    serial: str
    expected: VerdictKind
    verdict: VerdictKind
    missing: list[str]
    seconds: float
    report: str

    @property
    def right(self) -> bool:
        """Verdict as expected and every wanted finding shown."""
        return self.verdict is self.expected and not self.missing


def load_expected() -> Expected:
    """Load the expectations that ship with the demonstration."""
    text = files("farm.cli").joinpath("demo_data/expected.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Expected)


def missing_findings(expected: ExpectedApp, judgement: Judgement) -> list[str]:
    """Name the wanted findings that the analysis does not show."""
    if judgement.analysis.verdict.kind is not VerdictKind.VIOLATION:
        return []
    findings = judgement.analysis.findings
    return [
        f"{wanted.data_type} {wanted.phase} {wanted.level} {wanted.form} {wanted.caller}".strip()
        for wanted in expected.must_find
        if not any(wanted.shown_by(finding) for finding in findings)
    ]


def demo(
    home: Annotated[Path, typer.Option(help="Where recordings and reports go.")] = Path(
        ".farm/demo"
    ),
    only: Annotated[
        list[str] | None, typer.Option(help="Only these apps; may be given again.")
    ] = None,
    settle: Annotated[
        float, typer.Option(min=0, help="Seconds to watch on after each scenario.")
    ] = _SETTLE_SECONDS,
    watched: Annotated[
        float, typer.Option(min=1, help="Seconds that each scenario watches the app.")
    ] = _WATCHED_SECONDS,
    json: Annotated[bool, typer.Option("--json", help="Print the rows on stdout.")] = False,
) -> None:
    """Inspect 8 twin apps under 3 scenarios on 3 twins, and check every verdict.

    Exit codes: 0 every verdict is as expected, 1 some verdict is not, 2 set-up.
    """
    expected = load_expected()
    chosen = {name: app for name, app in expected.apps.items() if not only or name in only}
    if not chosen:
        raise SetupError(f"--only: none of {', '.join(expected.apps)} was named")
    parties = Path(str(files("farm.cli").joinpath("demo_data/parties.yaml")))
    began = time.monotonic()
    rows = asyncio.run(
        until_stopped(_demonstrate(home, chosen, settle, watched, load_rules(parties), parties))
    )
    rows.sort(key=lambda row: (list(chosen).index(row.app), row.scenario))
    if json:
        emit_json(rows)
    _print_table(rows)
    wrong = [row for row in rows if not row.right]
    total = sum(len(app.verdicts) for app in chosen.values())
    say(
        f"{len(rows) - len(wrong)} of {total} sessions as expected, "
        f"{time.monotonic() - began:.0f} s, reports in {home / 'recordings'}"
    )
    raise typer.Exit(EXIT_CLEAN if not wrong and len(rows) == total else EXIT_FINDINGS)


async def _demonstrate(
    home: Path,
    chosen: dict[str, ExpectedApp],
    settle: float,
    watched: float,
    rules: Rules,
    parties: Path,
) -> list[Row]:
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
    rows: list[Row] = []
    async with AsyncExitStack() as stack:
        say("starting 3 twins, their adb server and their local internet")
        twins = await stack.enter_async_context(EmbeddedTwins(TWINS))
        settings = twins.settings(LabSettings(home=home, parties=parties))
        lab = await stack.enter_async_context(Lab(settings))
        stack.enter_context(progress)
        jobs = [(name, scenario) for name, app in chosen.items() for scenario in app.verdicts]
        overall = progress.add_task("sessions", total=len(jobs))
        # One judgement at a time: the phones need the processor more than the analysis does.
        judging = asyncio.Semaphore(1)

        async def inspect(name: str, scenario: str) -> None:
            apk = APKS / f"{name}.apk"
            order = Order(
                apks=(apk,),
                app=await inspect_apk(apk),
                scenario=load(scenario).bound({"watched": f"{watched:g}"}, None),
                settle_seconds=settle,
            )
            tasks: list[int] = []

            def begin(plan: SessionPlan, serial: str) -> None:
                text = f"  {serial} {name}/{scenario}"
                tasks.append(int(progress.add_task(text, total=None)))

            result = await lab.inspect(order, begin)
            for task in tasks:
                progress.remove_task(task)  # type: ignore[arg-type]
            async with judging:
                rows.append(await _judge(name, scenario, chosen[name], result, rules))
            progress.advance(overall)

        async with asyncio.TaskGroup() as group:
            for name, scenario in jobs:
                group.create_task(inspect(name, scenario))
    return rows


async def _judge(
    name: str, scenario: str, expected: ExpectedApp, result: SessionResult, rules: Rules
) -> Row:
    judgement = await asyncio.to_thread(judge_recording, result.folder, rules)
    return Row(
        app=name,
        scenario=scenario,
        serial=result.serial,
        expected=expected.verdicts[scenario],
        verdict=judgement.analysis.verdict.kind,
        missing=missing_findings(expected, judgement),
        seconds=round(result.seconds, 1),
        report=str(judgement.report_file),
    )


def _print_table(rows: list[Row]) -> None:
    table = Table(title="farm demo", title_justify="left")
    for column in ("app", "scenario", "phone", "expected", "verdict", "", "seconds"):
        table.add_column(column)
    for row in rows:
        mark = Text("as expected", style="green") if row.right else Text("WRONG", style="bold red")
        table.add_row(
            row.app,
            row.scenario,
            plain(row.serial),
            str(row.expected),
            Text(str(row.verdict), style=VERDICT_STYLES[row.verdict]),
            mark,
            f"{row.seconds:.1f}",
        )
    console.print(table)
    for row in rows:
        for missing in row.missing:
            say(f"{row.app}/{row.scenario}: missing {missing}")
        say(f"{row.app}/{row.scenario}: {row.report}")
