"""The audit log: a chain that shows what was changed or taken out."""

import asyncio

import asyncpg
import pytest

from farm.campaign import audit
from farm.campaign.database import Database


async def _write(database: Database, count: int) -> None:
    for number in range(count):
        async with database.transaction() as client:
            await audit.record(
                client, actor="li", action="case.notice", subject=f"case:{number}", detail={"n": 1}
            )


async def _tamper(database: Database, statement: str) -> None:
    async with database.transaction() as client:
        await client.execute("ALTER TABLE audit DISABLE TRIGGER append_only")
        await client.execute(statement)


async def test_an_untouched_log_is_whole(database: Database) -> None:
    await _write(database, 5)
    assert await audit.verify(database) == []
    newest = await audit.entries(database, limit=2)
    assert [entry.id for entry in newest] == [5, 4]
    assert [e.id for e in await audit.entries(database, before=4)] == [3, 2, 1]
    assert [e.subject for e in await audit.entries(database, subject="case:2")] == ["case:2"]


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE audit SET actor = 'wang' WHERE id = 3", "entry 3 was changed"),
        ("UPDATE audit SET at = at + interval '1 us' WHERE id = 3", "entry 3 was changed"),
        ("UPDATE audit SET detail = '{}' WHERE id = 1", "entry 1 was changed"),
        ("DELETE FROM audit WHERE id = 3", "entries 3 to 3 are missing"),
        ("DELETE FROM audit WHERE id = 1", "entries 1 to 1 are missing"),
        ("UPDATE audit SET hash = sha256('x') WHERE id = 3", "does not follow"),
    ],
)
async def test_what_was_done_to_the_log_shows(
    database: Database, statement: str, problem: str
) -> None:
    await _write(database, 5)
    await _tamper(database, statement)
    assert any(problem in one for one in await audit.verify(database))


async def test_a_log_that_was_cut_off_shows_against_a_head_written_down(
    database: Database,
) -> None:
    await _write(database, 5)
    written_down = await audit.head(database)
    await _tamper(database, "DELETE FROM audit WHERE id = 5")
    assert await audit.verify(database) == []
    assert await audit.head(database) != written_down


async def test_the_database_refuses_changes(database: Database) -> None:
    await _write(database, 1)
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            async with database.transaction() as client:
                await client.execute(statement)


async def test_entries_at_once_make_one_chain(database: Database) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(_write(database, 5))
    assert await audit.verify(database) == []
    assert (await audit.head(database))[0] == 20


async def test_an_entry_goes_with_what_it_tells_of(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as client:
            await audit.record(client, actor="li", action="x", subject="y")
            raise RuntimeError
    assert await audit.entries(database) == []


async def test_hostile_text_keeps_the_chain_whole(database: Database) -> None:
    async with database.transaction() as client:
        await audit.record(
            client, actor="li\0\ud800", action="x" * 900, subject="\u202e", detail={"a": "\0é"}
        )
    assert await audit.verify(database) == []
