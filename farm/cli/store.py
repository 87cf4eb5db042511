"""`farm store`: what is kept, and for how long."""

import asyncio
from typing import Annotated

import typer

from farm.campaign.store.retention import Retention, find_expired, remove
from farm.cli.campaign_database import (
    DatabaseOption,
    HomeOption,
    StoreOption,
    campaign_database,
    open_store,
)
from farm.cli.output import plain, say
from farm.model.errors import UsageError

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
            files = await remove(opened, open_store(store, home), found)
            say(f"{len(found)} recordings with {files} files are removed")

    asyncio.run(work())
