"""Puts right what crashes may leave between the queue and our tables, and closes campaigns."""

from datetime import timedelta

from farm.campaign import queue
from farm.campaign.database.connect import Client

_LOG_DAYS = 1.0


async def mend(client: Client, lease: float) -> int:
    """Plan jobs again whose queue entry is gone; returns how many.

    None is lost in normal running: take, report and feed write both sides in one transaction.
    A queue that was emptied by hand, or restored from elsewhere, is what this is for.
    """
    rows = await client.fetch(
        "SELECT id, queue_id FROM job WHERE state IN ('queued', 'running') "
        "AND NOT EXISTS (SELECT FROM attempt a WHERE a.job_id = job.id AND a.fence = job.fence "
        "AND a.state = 'running' AND a.beat > now() - $1::interval) FOR UPDATE SKIP LOCKED",
        timedelta(seconds=2 * lease),
    )
    there = await queue.existing(client, [row["queue_id"] for row in rows if row["queue_id"]])
    gone = [row["id"] for row in rows if row["queue_id"] not in there]
    if gone:
        await client.execute(
            "UPDATE job SET state = 'planned', queue_id = NULL WHERE id = ANY($1)", gone
        )
    return len(gone)


async def finish_campaigns(client: Client) -> None:
    """Close active campaigns all of whose jobs have ended."""
    await client.execute(
        "UPDATE campaign c SET state = 'finished', finished = now() WHERE state = 'active' "
        "AND NOT EXISTS (SELECT FROM job WHERE campaign_id = c.id AND state = 'planned') "
        "AND NOT EXISTS (SELECT FROM job WHERE campaign_id = c.id "
        "AND state IN ('queued', 'running'))"
    )


async def note_silent_hosts(client: Client, lease: float) -> None:
    """Call hosts gone whose worker gave no beat for a while."""
    await client.execute(
        "UPDATE host SET state = 'gone' WHERE state <> 'gone' AND beat < now() - $1::interval",
        timedelta(seconds=lease),
    )


async def prune(client: Client) -> None:
    """Forget what nobody reads any more."""
    await queue.prune_log(client, _LOG_DAYS)
    await client.execute("DELETE FROM phone_health WHERE at < now() - interval '400 days'")
