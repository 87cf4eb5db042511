"""What passes by itself is waited for; what does not is said."""

import asyncpg
import pytest

from farm.campaign.database import Database, DatabaseUnavailable

PASSING = {
    "53100": "disk full",
    "53200": "out of memory",
    "53300": "too many connections",
    "57P01": "admin shutdown",
    "57P02": "crash shutdown",
    "57014": "cancelled",
    "58030": "I/O error",
    "40001": "serialization failure",
    "40P01": "deadlock",
    "55P03": "lock not available",
    "25006": "read-only, as a stand-by is after a failover",
    "08006": "connection failure",
}


@pytest.mark.parametrize("state", PASSING)
async def test_what_passes_by_itself_is_told_apart(database: Database, state: str) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with database.transaction() as client:
            await client.execute(f"DO $$ BEGIN RAISE 'now' USING ERRCODE = '{state}'; END $$")
    async with database.transaction() as client:  # and is usable again
        assert await client.fetchval("SELECT 1") == 1


async def test_a_server_that_only_reads_for_now_is_waited_for(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable, match="read-only"):
        async with database.transaction() as client:
            await client.execute("SET TRANSACTION READ ONLY")
            await client.execute("CREATE TABLE never (a int)")


async def test_what_is_wrong_stays_an_error(database: Database) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with database.transaction() as client:
            await client.fetchval("SELECT 1 / 0")
