"""`farm engines status` and `sample`: how docked engines do over all campaigns of the lab."""

import asyncio
from typing import Annotated

import typer

from farm.cases.engines import Overview, overview, set_sample
from farm.cli.campaign_database import DatabaseOption, HomeOption, campaign_database
from farm.cli.engines_told import show_drifts, show_matrix
from farm.cli.operator_name import operator
from farm.cli.options import JsonOption
from farm.cli.output import EXIT_FINDINGS, emit_json, plain, say


def engine_status(
    database: DatabaseOption = "", home: HomeOption = None, json: JsonOption = False
) -> None:
    """Show what engines said in campaigns, who disagrees with whom, and which of them drifted.

    The last 7 days stand beside the 30 days before. Exit code 1 if an engine drifted.
    """

    async def work() -> Overview:
        async with campaign_database(database, home) as opened:
            return await overview(opened)

    found = asyncio.run(work())
    if json:
        emit_json(found)
    else:
        _show(found)
    if found.alarms:
        raise typer.Exit(EXIT_FINDINGS)


def sample(
    share: Annotated[float, typer.Argument(min=0, max=1, help="0.01: one in a hundred; 0: none.")],
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Set which share of decided answers persons check although nobody disputes them."""

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            await set_sample(opened, share, actor=operator())

    asyncio.run(work())
    say(f"{100 * share:g} % of decided answers are put before a person from now on")


def _show(found: Overview) -> None:
    if not found.engines:
        say("no engine has examined anything yet: campaigns have it done by their workers")
    for one in found.engines:
        say(
            f"{plain(one.engine):<12} {plain(', '.join(one.versions), 60)}: {one.done} done, "
            f"{one.failed} failed, {one.timed_out} too late, {one.absent} not there; "
            f"{one.seconds:.1f} s each"
        )
    show_matrix(found.matrix)
    show_drifts((one.topic, one.drift) for one in found.drifts)
