"""Heartbeats of attempts and of hosts. A beat never brings back what another worker was given."""

import uuid
from collections.abc import Sequence

from farm.campaign import queue
from farm.campaign.database import Database
from farm.campaign.vocabulary import HostState


async def beat(
    database: Database,
    *,
    worker: uuid.UUID,
    host: str,
    state: HostState,
    version: str,
    slots: int,
    held: Sequence[tuple[int, int]],
) -> set[tuple[int, int]]:
    """Prolong what this worker holds, `(job, fence)`; returns what it holds no longer.

    Raises:
        DatabaseUnavailable: nothing was prolonged.
    """
    async with database.transaction(seconds=10) as client:
        await client.execute("SET LOCAL synchronous_commit = off")
        await client.execute(
            "INSERT INTO host (name, worker, state, version, slots) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT (name) DO UPDATE SET worker = $2, state = $3, beat = now(), "
            "version = $4, slots = $5, "
            "started = CASE WHEN host.worker = $2 THEN host.started ELSE now() END",
            host, worker, state, version, slots,
        )  # fmt: skip
        if not held:
            return set()
        mine = ([job for job, _ in held], [fence for _, fence in held])
        entries = await client.fetch(
            "SELECT queue_id FROM job, unnest($1::bigint[], $2::int[]) AS mine (job, fence) "
            "WHERE id = mine.job AND job.fence = mine.fence AND state = 'running' "
            "AND queue_id IS NOT NULL ORDER BY queue_id",
            *mine,
        )
        # Rows are locked in one order everywhere (job, queue entry, attempt): no deadlocks.
        await queue.beat(client, [row["queue_id"] for row in entries])
        rows = await client.fetch(
            "UPDATE attempt SET beat = now() FROM job, "
            "unnest($1::bigint[], $2::int[]) AS mine (job, fence) "
            "WHERE attempt.job_id = mine.job AND attempt.fence = mine.fence "
            "AND attempt.state = 'running' AND job.id = mine.job AND job.fence = mine.fence "
            "AND job.state = 'running' RETURNING job.id, job.fence",
            *mine,
        )
    return set(held) - {(row["id"], row["fence"]) for row in rows}


async def sign_off(database: Database, host: str, worker: uuid.UUID) -> None:
    """Say that this worker ended by itself."""
    async with database.transaction(seconds=10) as client:
        await client.execute(
            "UPDATE host SET state = $3, beat = now() WHERE name = $1 AND worker = $2",
            host,
            worker,
            HostState.GONE,
        )
