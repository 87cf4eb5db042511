"""`farm nightly`: run the list, compare with last time, repeat, trace, report."""

import asyncio
import datetime
import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from farm.campaign.ledger.values import SessionOptions
from farm.campaign.nightly.config import NightlyConfig, read_config
from farm.campaign.nightly.entry import Night
from farm.campaign.nightly.night import Nightly
from farm.campaign.nightly.output import summary, write_night
from farm.campaign.nightly.webhook import VARIABLE, notify
from farm.campaign.plan.schedule import zone_of
from farm.campaign.plan.values import CampaignPlan, ScenarioRef, check_name
from farm.campaign.worker.sources import scenario_name
from farm.cli.campaign_database import (
    DatabaseOption,
    HomeOption,
    StoreOption,
    campaign_database,
    open_store,
)
from farm.cli.output import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    EXIT_UNDETERMINED,
    complain,
    emit_json,
    plain,
    say,
)
from farm.explore.loader import load


def nightly(
    config: Annotated[Path, typer.Argument(metavar="CONFIG.yaml", help="What to run.")],
    day: Annotated[
        str, typer.Option(help="The night's date [default: today]; a second start joins it.")
    ] = "",
    parties: Annotated[
        Path | None, typer.Option(help="Your list of first and third parties, YAML.")
    ] = None,
    database: DatabaseOption = "",
    store: StoreOption = "",
    home: HomeOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print the night on stdout.")] = False,
) -> None:
    """Run a list of apps and report what changed since each one's last comparable run.

    Sessions run on whatever `farm worker` serves the same database. Changes are repeated before
    they are reported, and traced to app, rules, hooks, phone or network by running again with one
    of them as it was before. The webhook's calls are signed with $FARM_WEBHOOK_SECRET.

    The shortest configuration is `name: top` and `apps: FOLDER`; docs/campaigns.md shows more.

    Exit codes: 0 nothing to look at, 1 changes or violations, 2 the configuration cannot be used,
    3 not everything ran.
    """
    wanted = read_config(config)
    check_name(wanted.name)
    when = _day(day, zone_of(wanted.timezone))
    night = asyncio.run(_run(wanted, config, when, parties, database, store, home))
    paths = write_night(night, config.parent / wanted.output)
    if wanted.webhook:
        secret = os.environ.get(VARIABLE, "")
        problem = asyncio.run(notify(night, wanted.webhook, secret))
        if problem:
            complain(f"the webhook was not told: {problem}")
    if json:
        emit_json(night)
    for entry in night.entries:
        if entry.reported:
            say(f"{plain(entry.run.package, 80)} {entry.run.scenario}: {plain(summary(entry))}")
    say(f"{night.name}: {len(night.entries)} sessions; {', '.join(str(path) for path in paths)}")
    raise typer.Exit(exit_code(night))


def exit_code(night: Night) -> int:
    """What a night means to the shell: a missing session is never "clean"."""
    if any(entry.reported or entry.run.verdict == "violation" for entry in night.entries):
        return EXIT_FINDINGS
    open_ = any(e.run.verdict in ("undetermined", "not_observable") for e in night.entries)
    return EXIT_UNDETERMINED if open_ or not night.complete else EXIT_CLEAN


async def _run(
    wanted: NightlyConfig,
    config: Path,
    when: datetime.date,
    parties: Path | None,
    database: str,
    address: str,
    home: Path | None,
) -> Night:
    scenarios = [load(_beside(config, name)) for name in wanted.scenarios]
    store = open_store(address, home)
    for scenario in scenarios:
        await store.put_file(scenario_name(scenario.sha256), scenario.path, scenario.sha256)
    apps = config.parent / wanted.apps
    plan = CampaignPlan(
        scenarios=tuple(ScenarioRef(name=s.name, sha256=s.sha256) for s in scenarios),
        profiles=wanted.profiles,
        options=SessionOptions(settle_seconds=wanted.settle, bypass_pinning=wanted.bypass_pinning),
        examine=True,
        apps=str(apps.absolute()),
    )
    async with campaign_database(database, home) as opened:
        made = Nightly(opened, store, wanted, plan, parties=parties, tell=say)
        return await made.run(apps, when)


def _beside(config: Path, name: str) -> str | Path:
    return config.parent / name if name.endswith(".py") else name


def _day(text: str, zone: datetime.tzinfo) -> datetime.date:
    if not text:
        return datetime.datetime.now(zone).date()
    try:
        return msgspec.convert(text, datetime.date)
    except msgspec.ValidationError as error:
        raise typer.BadParameter(f"{text!r}: expected YYYY-MM-DD") from error
