"""Keeps cases up to date while the lab runs: every worker takes turns, and none is special.

A turn is claimed in the database, so that one host in each interval does the round. A host that is
killed in its turn is followed by the next; one that freezes and wakes finds that what it had begun
was done by another, for each judgement is taken once.
"""

import asyncio
import datetime
import logging

import asyncpg

from farm.campaign.database import Database, DatabaseUnavailable
from farm.campaign.store import Store, StoreError, StoreUnavailable
from farm.cases.update import Updated, update
from farm.detect.rules import Rules
from farm.model.errors import UsageError

log = logging.getLogger(__name__)

_NAME = "cases"


async def keep_cases(
    database: Database, store: Store, rules: Rules, *, host: str, interval: float = 5.0
) -> None:
    """Do a round whenever it is this host's turn, until cancelled; failures are tried again.

    Args:
        host: this host's name, to be found in the database beside the last turn.
        interval: seconds between turns of all hosts together.
    """
    while True:
        try:
            if await claim(database, host, interval):
                done = await update(database, store, rules.pack, rules.packs)
                if changed(done):
                    log.info("cases: %s", done)
        except (DatabaseUnavailable, StoreUnavailable, StoreError, UsageError) as error:
            log.warning("cases: %s", error)
        except asyncpg.PostgresError:
            log.exception("cases: a round failed; it is tried again")
        await asyncio.sleep(interval)


async def claim(database: Database, host: str, interval: float) -> bool:
    """Whether this host has the turn: nobody had one for `interval` seconds."""
    async with database.transaction() as client:
        taken: bool | None = await client.fetchval(
            "INSERT INTO chore (name, done, detail) VALUES ($1, clock_timestamp(), $2) "
            "ON CONFLICT (name) DO UPDATE SET done = excluded.done, detail = excluded.detail "
            "WHERE chore.done <= clock_timestamp() - $3::interval RETURNING true",
            _NAME,
            host[:200],
            datetime.timedelta(seconds=interval),
        )
    return bool(taken)


def changed(done: Updated) -> bool:
    """Whether a round found anything to do."""
    return bool(done.taken.judgements or done.examinations or done.retests or done.overdue)
