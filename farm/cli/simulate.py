"""`farm simulate`: how long, and how many phones, before they are bought."""

import asyncio
from typing import Annotated

import typer

from farm.campaign.decisions import Requirement
from farm.campaign.simulate.capacity import fleet, phones_needed
from farm.campaign.simulate.measured import Measured, measured
from farm.campaign.simulate.world import Figures, Outcome, World
from farm.cli.campaign_database import DatabaseOption, HomeOption, campaign_database
from farm.cli.options import JsonOption
from farm.cli.output import emit_json, say

_LONGEST_DAYS = 365.0


def simulate(
    apps: Annotated[int, typer.Option(min=1, help="Apps; a year's with --per-year.")] = 5000,
    scenarios: Annotated[int, typer.Option(min=1, help="Scenarios for each app.")] = 3,
    phones: Annotated[int, typer.Option(min=1, help="Phones.")] = 100,
    per_host: Annotated[int, typer.Option(min=1, help="Phones at each host.")] = 20,
    seconds: Annotated[float, typer.Option(min=0.1, help="Length of a session.")] = 150.0,
    phone_fault: Annotated[float, typer.Option(min=0, max=0.9, help="Share of attempts.")] = 0.02,
    app_fault: Annotated[float, typer.Option(min=0, max=0.9, help="Share of attempts.")] = 0.01,
    unknown: Annotated[float, typer.Option(min=0, max=0.9, help="Share of attempts.")] = 0.005,
    crashes: Annotated[float, typer.Option(min=0, help="Of each host, a day.")] = 0.1,
    per_year: Annotated[
        bool, typer.Option("--per-year", help="How many phones do that many apps a year need?")
    ] = False,
    like: Annotated[
        str, typer.Option(metavar="CAMPAIGN", help="Take all figures from a campaign that ran.")
    ] = "",
    seed: Annotated[int, typer.Option(help="Equal seeds give equal outcomes.")] = 1,
    database: DatabaseOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Simulate a campaign with the farm's own decisions on made-up phones.

    Lengths of sessions vary by a third around --seconds unless --like gives measured ones.
    """
    figures = Figures(
        seconds=tuple(seconds * (2 + step / 10) / 3 for step in range(21)),
        phone_fault=phone_fault,
        app_fault=app_fault,
        unknown=unknown,
        crashes_per_host_day=crashes,
    )
    if like:
        found = asyncio.run(_measured(like, database, home))
        if not per_year:
            _replay(found, seed, json)
            return
        figures = found.figures
    if per_year:
        need = phones_needed(apps, scenarios, per_host, figures, seed=seed, tell=_tell)
        if json:
            emit_json(need)
        say(
            f"{need.apps_per_year:,} apps a year under {need.scenarios} scenarios are "
            f"{need.sessions_per_day:,} sessions a day: {need.phones} phones at {need.hosts} "
            f"hosts, {need.busy_share:.0%} busy, done in {need.hours:.1f} h"
        )
        return
    jobs = [Requirement()] * (apps * scenarios)
    outcome = World(jobs, fleet(phones, per_host), figures, seed).run(_LONGEST_DAYS)
    if json:
        emit_json(outcome)
    _show(outcome)


def _replay(found: Measured, seed: int, json: bool) -> None:
    outcome = World(found.jobs, found.phones, found.figures, seed).run(_LONGEST_DAYS)
    if json:
        emit_json({"simulated": outcome, "measured_seconds": found.seconds})
    _show(outcome)
    off = outcome.seconds / found.seconds - 1
    say(f"it took {found.seconds / 3600:.2f} h in truth; the simulation is {off:+.1%} off")


async def _measured(name: str, url: str, home: HomeOption) -> Measured:
    async with campaign_database(url, home) as opened:
        return await measured(opened, name)


def _tell(count: int, outcome: Outcome) -> None:
    say(f"  {count} phones: {outcome.seconds / 3600:.1f} h, {outcome.busy_share:.0%} busy")


def _show(outcome: Outcome) -> None:
    say(
        f"{outcome.jobs:,} jobs: {outcome.done:,} done, {outcome.failed:,} given up, "
        f"{outcome.attempts:,} attempts in {outcome.seconds / 3600:.2f} h, "
        f"phones {outcome.busy_share:.0%} busy"
    )
