"""`farm store`: what is kept, and for how long."""

import asyncio
import datetime
from typing import Annotated

import typer

from farm.campaign.chores import compact_alone
from farm.campaign.store.compact import Compacted
from farm.campaign.store.retention import Retention, find_expired, remove
from farm.cli.campaign_database import (
    DatabaseOption,
    HomeOption,
    StoreOption,
    campaign_database,
    open_store,
)
from farm.cli.output import complain, plain, say
from farm.model.errors import UsageError

_UNFINISHED = datetime.timedelta(days=7)  # an upload that nobody went on with for so long

app = typer.Typer(no_args_is_help=True, help="Look after the store of recordings.")


@app.callback()
def main() -> None:
    """Look after the store of recordings."""


@app.command()
def prune(
    clean: Annotated[int, typer.Option(min=0, help="Days for clean sessions; 0: for ever.")] = 0,
    undecided: Annotated[
        int, typer.Option("--open", min=0, help="Days for undetermined or not observable ones.")
    ] = 0,
    violation: Annotated[int, typer.Option(min=0, help="Days for ones with violations.")] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go.")] = False,
    database: DatabaseOption = "",
    store: StoreOption = "",
    home: HomeOption = None,
) -> None:
    """Remove recordings that are older than their verdict's days. Analyses and events stay."""
    rules = Retention(clean=clean, open=undecided, violation=violation)
    if rules == Retention():
        raise UsageError("say for how long recordings are kept: --clean, --open or --violation")

    async def work() -> None:
        async with campaign_database(database, home) as opened:
            found = await find_expired(opened, rules)
            if dry_run:
                for item in found:
                    say(f"{plain(item.recording)}  {item.verdict}  judged {item.judged:%Y-%m-%d}")
                say(f"{len(found)} recordings would go")
                return
            place = open_store(store, home)
            files = await remove(opened, place, found)
            say(f"{len(found)} recordings with {files} files are removed")
            unfinished = await place.give_up_uploads(_UNFINISHED)
            if unfinished:
                say(f"{unfinished} uploads that nobody completed are given up")

    asyncio.run(work())


@app.command("compact")
def compact_command(
    days: Annotated[
        int, typer.Option(min=0, help="Days that must have passed since the end of a day.")
    ] = 1,
    database: DatabaseOption = "",
    store: StoreOption = "",
    home: HomeOption = None,
) -> None:
    """Make few large Parquet files of many small ones; workers do it once a day by themselves.

    May be stopped at any time, and run again. Questions see every row once all the while.
    """

    async def work() -> Compacted | None:
        async with campaign_database(database, home) as opened:
            return await compact_alone(opened.url, open_store(store, home), days=days)

    made = asyncio.run(work())
    if made is None:
        say("somebody else is at it")
    else:
        say(f"{made.files} files became {made.parts}; {made.removed} are removed")
    if made is not None and made.damaged:
        complain(f"{made.damaged} groups of files hold a damaged one and were left as they are")
