"""The audit log: who did what, in one chain of hashes, so that nothing is taken out unseen.

Each entry's hash covers the entry and the hash before it. The database refuses changes; whoever
gets around that breaks the chain, which `verify` shows. Cutting off the newest entries shows only
against a hash that was written down elsewhere: `head` gives it.
"""

import datetime
import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text

_LOCK = 0x66617261  # entries are written one after another
_FIRST = bytes(32)
_CHUNK = 5000


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. `detail` is JSON, as it was hashed."""

    id: int
    at: datetime.datetime
    actor: str
    action: str
    subject: str
    detail: str


async def record(
    client: Client,
    *,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry inside the caller's transaction: both are kept, or neither.

    Args:
        actor: a user name, or "farm" for what happened by itself.
        action: what was done, as `review.sign`.
        subject: to what, as `case:17`.
        detail: whatever else matters; no secret, no value of an identifier.
    """
    await client.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
    last = await client.fetchrow("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1")
    entry = Entry(
        id=last["id"] + 1 if last else 1,
        at=await client.fetchval("SELECT clock_timestamp()"),
        actor=text(actor),
        action=text(action),
        subject=text(subject),
        detail=text(msgspec.json.encode(detail or {}, order="sorted").decode(), 8000),
    )
    previous = bytes(last["hash"]) if last else _FIRST
    await client.execute(
        "INSERT INTO audit (id, at, actor, action, subject, detail, previous, hash) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        entry.id,
        entry.at,
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
        previous,
        chained(previous, entry),
    )


def chained(previous: bytes, entry: Entry) -> bytes:
    """The hash of an entry behind the one before it."""
    at = entry.at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    fields = [entry.id, at, entry.actor, entry.action, entry.subject, entry.detail]
    return hashlib.sha256(previous + msgspec.json.encode(fields)).digest()


async def entries(
    database: Database,
    *,
    actor: str = "",
    subject: str = "",
    before: int | None = None,
    limit: int = 100,
) -> list[Entry]:
    """Entries, the newest first; `before` is the id that the page before ended with."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT id, at, actor, action, subject, detail FROM audit "
            "WHERE ($1 = '' OR actor = $1) AND ($2 = '' OR subject = $2) "
            "AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4",
            text(actor),
            text(subject),
            before,
            limit,
        )
    return [Entry(**row) for row in rows]


async def head(database: Database) -> tuple[int, str]:
    """Number and hash of the newest entry, to be written down where the farm cannot reach."""
    async with database.transaction() as client:
        row = await client.fetchrow("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1")
    return (row["id"], bytes(row["hash"]).hex()) if row else (0, _FIRST.hex())


async def verify(database: Database) -> list[str]:
    """What is wrong with the chain, one line each; nothing where it is whole."""
    problems: list[str] = []
    expected, previous = 1, _FIRST
    async with database.transaction(seconds=600) as client:
        cursor = await client.cursor(
            "SELECT id, at, actor, action, subject, detail, previous, hash FROM audit ORDER BY id"
        )
        while rows := await cursor.fetch(_CHUNK):
            for row in rows:
                facts = dict(row)
                claimed, own = bytes(facts.pop("previous")), bytes(facts.pop("hash"))
                entry = Entry(**facts)
                if entry.id != expected:
                    problems.append(f"entries {expected} to {entry.id - 1} are missing")
                if claimed != previous:
                    problems.append(f"entry {entry.id} does not follow the one before it")
                if chained(claimed, entry) != own:
                    problems.append(f"entry {entry.id} was changed")
                expected, previous = entry.id + 1, own
                if len(problems) >= 100:
                    return problems
    return problems
