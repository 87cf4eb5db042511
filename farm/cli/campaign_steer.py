"""What is done to a whole campaign: `farm campaign pause`, `resume`, `cancel`, `retry`, `judge`."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from farm.campaign.database import Database
from farm.campaign.plan import control
from farm.campaign.plan.schedule import end_schedule
from farm.cli.campaign_database import DatabaseOption, HomeOption, campaign_database
from farm.cli.output import say
from farm.detect.rules import load_rules
from farm.model.errors import UsageError

_T = TypeVar("_T")
_NameArgument = Annotated[str, typer.Argument(help="Name of the campaign.")]


def pause(name: _NameArgument, database: DatabaseOption = "", home: HomeOption = None) -> None:
    """Let running sessions end and start nothing new."""
    if not _steer(database, home, name, control.pause):
        raise UsageError(f"campaign {name}: is not active")
    say(f"campaign {name} is paused")


def resume(name: _NameArgument, database: DatabaseOption = "", home: HomeOption = None) -> None:
    """Go on with a paused campaign."""
    if not _steer(database, home, name, control.resume):
        raise UsageError(f"campaign {name}: is not paused")
    say(f"campaign {name} goes on")


def cancel(name: _NameArgument, database: DatabaseOption = "", home: HomeOption = None) -> None:
    """End a campaign: running sessions are stopped, their recordings kept."""
    withdrawn = _steer(database, home, name, control.cancel)
    if withdrawn is None:
        raise UsageError(f"campaign {name}: there is none that could be cancelled")
    say(f"campaign {name} is cancelled, {withdrawn} jobs withdrawn")


def retry(
    name: _NameArgument,
    failed: Annotated[bool, typer.Option("--failed", help="All jobs that were given up.")] = False,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Plan jobs again that were given up; earlier attempts and their evidence stay."""
    if not failed:
        raise UsageError("say what to try again: --failed")
    say(f"{_steer(database, home, name, control.retry_failed)} jobs are planned again")


def judge(
    name: _NameArgument,
    parties: Annotated[
        Path | None, typer.Option(help="The list of parties that the workers were given, YAML.")
    ] = None,
    database: DatabaseOption = "",
    home: HomeOption = None,
) -> None:
    """Judge all its recordings again by the present rules, on hosts with or without phones.

    Earlier judgements stay. Asked twice under the same rules, nothing is done twice.
    """
    digests = sorted(load_rules(parties).digests.items())
    rules = " ".join(f"{key}={value}" for key, value in digests)

    async def again(opened: Database, campaign: str) -> int:
        return await control.judge_again(opened, campaign, rules)

    say(f"{_steer(database, home, name, again)} recordings are to be judged again")


def unschedule(name: _NameArgument, database: DatabaseOption = "", home: HomeOption = None) -> None:
    """End a schedule: it makes no more campaigns; the ones that it made go on."""
    if not _steer(database, home, name, end_schedule):
        raise UsageError(f"schedule {name}: there is none; see `farm campaign list`")
    say(f"schedule {name} is ended")


def _steer(
    url: str, home: Path | None, name: str, action: Callable[[Database, str], Awaitable[_T]]
) -> _T:
    async def work() -> _T:
        async with campaign_database(url, home) as database:
            return await action(database, name)

    return asyncio.run(work())
