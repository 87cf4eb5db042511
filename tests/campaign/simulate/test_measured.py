"""Figures of a campaign that ran give back, when they are simulated, how long it took."""

import datetime
import statistics
import uuid

import pytest

from farm.campaign.database import Database
from farm.campaign.simulate.measured import measured
from farm.campaign.simulate.world import World
from farm.model.errors import UsageError
from tests.campaign.planning import app, create

START = datetime.datetime(2026, 1, 2, 3, tzinfo=datetime.UTC)
LENGTHS = (60, 75, 90, 80, 70, 65, 85, 95, 60, 75)
PAUSE = 4
TAIL = 20  # seconds that a recording is on its way while the phone works on


async def ran(database: Database) -> float:
    """Two phones side by side; returns the seconds from the first start to the last end."""
    await create(database, "ran", [app(number) for number in range(2 * len(LENGTHS))])
    rows, ends = [], []
    async with database.transaction() as client:
        jobs = [row["id"] for row in await client.fetch("SELECT id FROM job ORDER BY id")]
        for phone in range(2):
            at = START
            for length in LENGTHS:
                end = at + datetime.timedelta(seconds=length)
                ended = end + datetime.timedelta(seconds=TAIL)
                rows.append((jobs.pop(), f"phone-{phone}", uuid.uuid4(), at, ended))
                at = end + datetime.timedelta(seconds=PAUSE)
                ends.append(ended)
        await client.executemany(
            "INSERT INTO attempt (job_id, fence, state, host, slot, worker, started, ended, cause) "
            "VALUES ($1, 1, 'accepted', 'lab', $2, $3, $4, $5, 'none')",
            rows,
        )
    return (max(ends) - START).total_seconds()


async def test_a_campaign_comes_out_as_it_was(database: Database) -> None:
    truth = await ran(database)
    found = await measured(database, "ran")
    assert found.seconds == truth
    assert len(found.jobs) == 20 and len(found.phones) == 2
    simulated = [
        World(found.jobs, found.phones, found.figures, seed).run(30).seconds for seed in range(20)
    ]
    assert abs(statistics.median(simulated) / truth - 1) < 0.1


async def test_nothing_is_made_of_a_campaign_that_did_not_run(database: Database) -> None:
    await create(database, "planned", [app(1)])
    with pytest.raises(UsageError, match="no session of it has ended"):
        await measured(database, "planned")
