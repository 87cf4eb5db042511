"""Keeps a window of jobs in the queue, so that a million planned ones cost it nothing."""

from typing import Any

from farm.campaign import queue
from farm.campaign.database.connect import Client

WINDOW = 2000
"""Jobs that wait in each queue at most; at 100 jobs/s they last 20 s."""


async def feed(client: Client, window: int = WINDOW) -> int:
    """Top up every queue that has work, urgent campaigns first; returns how many were queued."""
    pairs: list[Any] = await client.fetch(
        "SELECT c.id, c.priority, r.id AS requirement_id, r.key FROM campaign c "
        "JOIN campaign_requirement cr ON cr.campaign_id = c.id "
        "JOIN requirement r ON r.id = cr.requirement_id "
        "WHERE c.state = 'active' ORDER BY c.priority DESC, c.id, r.id"
    )
    if not pairs:
        return 0
    waiting = await queue.waiting(client)
    fed = 0
    for pair in pairs:
        # Urgent work is not kept out by a window full of other work.
        room = window - (waiting.get(pair["key"], 0) if pair["priority"] <= 0 else 0)
        if pair["priority"] > 0:
            room = min(room, window - await _own(client, pair["id"], pair["requirement_id"]))
        if room <= 0:
            continue
        count = await _feed_pair(client, pair, room)
        waiting[pair["key"]] = waiting.get(pair["key"], 0) + count
        fed += count
    return fed


async def _own(client: Client, campaign: int, requirement: int) -> int:
    count: int = await client.fetchval(
        "SELECT count(*) FROM job WHERE campaign_id = $1 AND requirement_id = $2 "
        "AND state = 'queued'",
        campaign,
        requirement,
    )
    return count


async def _feed_pair(client: Client, pair: Any, room: int) -> int:
    rows = await client.fetch(
        "WITH next AS (SELECT id FROM job WHERE campaign_id = $1 AND requirement_id = $2 "
        "AND state = 'planned' AND (not_before IS NULL OR not_before <= now()) "
        "ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED) "
        "UPDATE job SET state = 'queued', delivery = delivery + 1 FROM next "
        "WHERE job.id = next.id RETURNING job.id, job.delivery",
        pair["id"],
        pair["requirement_id"],
        room,
    )
    if not rows:
        return 0
    rows = sorted(rows, key=lambda row: row["id"])
    numbers = await queue.enqueue(
        client,
        [
            queue.Pointer(
                key=pair["key"],
                job=row["id"],
                delivery=row["delivery"],
                priority=pair["priority"],
            )
            for row in rows
        ],
    )
    await client.execute(
        "UPDATE job SET queue_id = x.queue_id "
        "FROM unnest($1::bigint[], $2::bigint[]) AS x (id, queue_id) WHERE job.id = x.id",
        [row["id"] for row in rows],
        numbers,
    )
    return len(rows)
