"""`farm campaign`: plan thousands of sessions, steer them, and see how far they have got."""

import asyncio
import datetime
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from farm.campaign.decisions import Capability, Requirement
from farm.campaign.ledger.values import SessionOptions
from farm.campaign.plan.apps import check_apps, read_apps
from farm.campaign.plan.forecast import Forecast, end_day, forecast
from farm.campaign.plan.history import known_phones, session_seconds
from farm.campaign.plan.schedule import (
    Schedule,
    add_schedule,
    check_schedule,
    next_due,
    schedules,
)
from farm.campaign.plan.stored import stored_apps
from farm.campaign.plan.values import (
    CampaignPlan,
    ScenarioRef,
    check_name,
    requirement_of,
)
from farm.campaign.plan.write import Planned, open_campaign, write_jobs
from farm.campaign.status import campaigns
from farm.campaign.worker.sources import scenario_name
from farm.cli.campaign_database import (
    DatabaseOption,
    HomeOption,
    StoreOption,
    campaign_database,
    open_store,
)
from farm.cli.campaign_status import status
from farm.cli.campaign_steer import cancel, judge, pause, resume, retry, unschedule
from farm.cli.options import JsonOption
from farm.cli.output import console, emit_json, plain, say
from farm.devices.profiles import load_profiles
from farm.explore.loader import Scenario, load
from farm.model.errors import UsageError
from farm.paths import DEVICE_PROFILES

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help=(
        "Thousands of apps on many phones and hosts, nothing lost.\n\n"
        "`farm campaign create NAME --apps FOLDER`, then `farm worker` on every host with phones, "
        "then `farm campaign status NAME --watch`."
    ),
)
app.command("status")(status)
for _command in (pause, resume, cancel, retry, judge, unschedule):
    app.command()(_command)

_NameArgument = Annotated[str, typer.Argument(help="Name of the campaign.")]


@app.command()
def create(
    name: _NameArgument,
    apps: Annotated[
        Path,
        typer.Option(
            metavar="LIST|FOLDER",
            help="A folder with APKs (or folders of base.apk and splits), or a file with one "
            "path or JSON object a line.",
        ),
    ],
    scenarios: Annotated[
        str, typer.Option(help="Scenarios by name or file, separated by commas.")
    ] = "accept",
    profiles: Annotated[
        str, typer.Option(help="Device profiles, separated by commas [default: any phone].")
    ] = "",
    access: Annotated[
        str, typer.Option(help="Only phones with this access: su, adb_root or gadget.")
    ] = "",
    priority: Annotated[int, typer.Option(min=-1000, max=1000, help="Higher goes first.")] = 0,
    repeat: Annotated[int, typer.Option(min=1, max=100, help="Sessions of each kind.")] = 1,
    settle: Annotated[
        float, typer.Option(min=0, max=3600, help="Seconds to watch on after a scenario.")
    ] = 10.0,
    grant: Annotated[
        bool, typer.Option("--grant", help="Grant all permissions at installation.")
    ] = False,
    bypass_pinning: Annotated[
        bool,
        typer.Option(
            "--bypass-pinning",
            help="Override the apps' checks of pinned certificates, so that their traffic can be "
            "read; each override is recorded.",
        ),
    ] = False,
    no_analysis: Annotated[
        bool, typer.Option("--no-analysis", help="Record only; judge later.")
    ] = False,
    no_engines: Annotated[
        bool, typer.Option("--no-engines", help="Let no outside engine examine the apps.")
    ] = False,
    schedule: Annotated[
        str,
        typer.Option(metavar="CRON", help='Make it again and again: "0 2 * * *" is every night.'),
    ] = "",
    timezone: Annotated[
        str,
        typer.Option(metavar="ZONE", help="Whose clock --schedule means, such as Asia/Shanghai."),
    ] = "UTC",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show jobs, phone-hours and the day it ends.")
    ] = False,
    database: DatabaseOption = "",
    store: StoreOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Write a campaign's jobs: every app under every scenario on every profile.

    Doing it again adds what is missing and nothing twice; a crash in between is no harm.
    Exit codes: 0 planned, 2 the list, a scenario or a profile cannot be used.
    """
    check_name(name)
    due = Schedule(cron=schedule, timezone=timezone, priority=priority)
    if schedule:
        check_schedule(due)
    chosen = [load(one.strip()) for one in scenarios.split(",") if one.strip()]
    if not chosen:
        raise UsageError("--scenarios: names none; see `farm scenario list`")
    wanted = CampaignPlan(
        scenarios=tuple(ScenarioRef(name=s.name, sha256=s.sha256) for s in chosen),
        profiles=_profiles(profiles),
        access=_access(access),
        repeat=repeat,
        options=SessionOptions(
            settle_seconds=settle, grant_permissions=grant, bypass_pinning=bypass_pinning
        ),
        analyse=not no_analysis,
        examine=not no_engines,
        apps=str(apps.absolute()),
    )
    if dry_run:
        shown = asyncio.run(_dry_run(wanted, apps, database, home))
        if json:
            emit_json(shown)
        else:
            _show_forecast(shown)
        return
    planned = asyncio.run(_create(name, wanted, chosen, apps, due, database, store, home))
    if json:
        emit_json(planned)
    elif schedule:
        say(
            f"schedule {name} ({schedule}, {timezone}): the first campaign is made when it is due, "
            f"{next_due(due, datetime.datetime.now(datetime.UTC)):%Y-%m-%d %H:%M} UTC"
        )
    else:
        say(f"campaign {name}: {planned.apps} apps, {planned.jobs} jobs, {planned.new} new")


def _profiles(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
    if not names:
        return ("",)
    known = {profile.name for profile in load_profiles(DEVICE_PROFILES)}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"--profiles: unknown {', '.join(unknown)}; there are {sorted(known)}")
    return names


def _access(text: str) -> str:
    if text not in ("", "su", "adb_root", "gadget"):
        raise UsageError(f"--access: expected su, adb_root or gadget, got {text!r}")
    return text


async def _create(
    name: str,
    wanted: CampaignPlan,
    scenarios: Sequence[Scenario],
    apps: Path,
    due: Schedule,
    database: str,
    address: str,
    home: Path | None,
) -> Planned:
    await asyncio.to_thread(check_apps, apps)  # a list that cannot be used leaves no campaign
    store = open_store(address, home)
    for scenario in scenarios:
        await store.put_file(scenario_name(scenario.sha256), scenario.path, scenario.sha256)
    async with campaign_database(database, home) as opened:
        if due.cron:
            await add_schedule(opened, name, due, wanted)
            return Planned(campaign_id=0)
        campaign = await open_campaign(opened, name, wanted, due.priority)
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("planning", total=None)

            def show(planned: Planned) -> None:
                progress.update(task, description=f"{planned.apps} apps, {planned.jobs} jobs")

            return await write_jobs(opened, campaign, wanted, stored_apps(apps, store), show)


async def _dry_run(wanted: CampaignPlan, apps: Path, url: str, home: Path | None) -> Forecast:
    counts: Counter[Requirement] = Counter()
    number = 0
    for item in read_apps(apps):
        number += 1
        for profile in wanted.profiles:
            counts[requirement_of(wanted, profile, item.entry)] += (
                len(wanted.scenarios) * wanted.repeat
            )
    async with campaign_database(url, home) as database:
        phones: list[Capability] = await known_phones(database)
        seconds = await session_seconds(database, [s.name for s in wanted.scenarios])
    mean = sum(seconds.values()) / len(seconds)
    return forecast(number, {w: n * mean for w, n in counts.items()}, counts, phones)


def _show_forecast(shown: Forecast) -> None:
    say(f"{shown.apps} apps, {shown.jobs} jobs, {shown.phone_hours:,.1f} phone-hours")
    for key, count in sorted(shown.impossible.items()):
        say(f"  {count} jobs that no known phone can run: {plain(key)}")
    if shown.days is not None:
        today = datetime.datetime.now(datetime.UTC)
        say(f"ends {end_day(shown.days, today)} with {shown.phones} phones, if nothing fails")
    elif not shown.phones:
        say("no phone is known yet: start `farm worker` where phones are, then ask again")


@app.command("list")
def list_campaigns(
    database: DatabaseOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List campaigns, the newest first, and schedules that make more of them."""

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            found, coming = await campaigns(opened), await schedules(opened)
        if json:
            emit_json({"campaigns": found, "schedules": coming})
            return
        for one in found:
            say(f"{one.name}  {one.state}  priority {one.priority}  {one.created:%Y-%m-%d %H:%M}")
        for due in coming:
            say(
                f"{due.name}  schedule {due.cron} {due.timezone}  priority {due.priority}  "
                f"next {due.next_due:%Y-%m-%d %H:%M} UTC"
            )
        if not found and not coming:
            say("no campaign yet: `farm campaign create NAME --apps FOLDER`")

    asyncio.run(work())
