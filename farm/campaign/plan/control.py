"""What an operator does to a whole campaign: pause, resume, cancel, try or judge again."""

import msgspec

from farm.campaign import queue
from farm.campaign.database import Database
from farm.campaign.decisions import ANALYSIS_KEY, Requirement
from farm.model.errors import UsageError


async def pause(database: Database, name: str) -> bool:
    """Let running sessions end and start nothing new; False where it was not active."""
    async with database.transaction(seconds=60) as client:
        campaign = await client.fetchval(
            "UPDATE campaign SET state = 'paused' WHERE name = $1 AND state = 'active' "
            "RETURNING id",
            name,
        )
        if campaign is None:
            return False
        rows = await client.fetch(
            "WITH held AS (SELECT id, queue_id FROM job WHERE campaign_id = $1 "
            "AND state = 'queued' FOR UPDATE) "
            "UPDATE job SET state = 'planned', queue_id = NULL FROM held "
            "WHERE job.id = held.id RETURNING held.queue_id",
            campaign,
        )
        await queue.finish(client, [row["queue_id"] for row in rows if row["queue_id"]])
    return True


async def resume(database: Database, name: str) -> bool:
    """Go on with a paused campaign; False where it was not paused."""
    async with database.transaction() as client:
        status: str = await client.execute(
            "UPDATE campaign SET state = 'active' WHERE name = $1 AND state = 'paused'", name
        )
    return status.endswith(" 1")


async def cancel(database: Database, name: str) -> int | None:
    """End a campaign; returns how many jobs were withdrawn, None where it was over.

    Sessions that run are stopped at their workers' next heartbeat; their evidence stays.
    """
    async with database.transaction(seconds=600) as client:
        campaign = await client.fetchval(
            "UPDATE campaign SET state = 'cancelled', finished = now() "
            "WHERE name = $1 AND state IN ('planning', 'active', 'paused') RETURNING id",
            name,
        )
        if campaign is None:
            return None
        entries = await client.fetch(
            "SELECT queue_id FROM job WHERE campaign_id = $1 AND state IN ('queued', 'running') "
            "AND queue_id IS NOT NULL FOR UPDATE",
            campaign,
        )
        await queue.finish(client, [row["queue_id"] for row in entries])
        status: str = await client.execute(
            "UPDATE job SET state = 'cancelled', queue_id = NULL WHERE campaign_id = $1 "
            "AND state IN ('planned', 'queued', 'running')",
            campaign,
        )
    return int(status.rsplit(" ", 1)[1])


async def retry_failed(database: Database, name: str) -> int:
    """Plan all failed jobs again, with fresh counts; their attempts and evidence stay."""
    async with database.transaction(seconds=300) as client:
        await client.execute(
            "WITH again AS (DELETE FROM result USING job, campaign c WHERE result.job_id = job.id "
            "AND job.state = 'failed' AND job.campaign_id = c.id AND c.name = $1 "
            "RETURNING result.job_id, result.fence) "
            "UPDATE attempt SET state = 'retried' FROM again WHERE attempt.job_id = again.job_id "
            "AND attempt.fence = again.fence AND attempt.state = 'accepted'",
            name,
        )
        status: str = await client.execute(
            "UPDATE job SET state = 'planned', faults = 0, unknowns = 0, losses = 0, "
            "avoid = NULL, avoid_until = NULL, not_before = NULL FROM campaign c "
            "WHERE job.campaign_id = c.id AND c.name = $1 AND job.state = 'failed'",
            name,
        )
        count = int(status.rsplit(" ", 1)[1])
        if count:
            await client.execute(
                "UPDATE campaign SET state = 'active', finished = NULL "
                "WHERE name = $1 AND state = 'finished'",
                name,
            )
    return count


async def judge_again(database: Database, name: str, rules: str) -> int:
    """Plan a judgement of every stored recording of a campaign; returns how many are new.

    Args:
        rules: identifies the rules that are meant. Judgements planned for the same rules before
            are not planned twice; judgements by other rules stay beside the new ones.

    Raises:
        UsageError: there is no such campaign, or it was cancelled.
    """
    async with database.transaction(seconds=300) as client:
        campaign = await client.fetchval(
            "SELECT id FROM campaign WHERE name = $1 AND state <> 'cancelled' FOR UPDATE", name
        )
        if campaign is None:
            raise UsageError(f"campaign {name}: there is none that could be judged again")
        await client.execute(
            "INSERT INTO task (campaign_id, kind) VALUES ($1, 'analysis') ON CONFLICT DO NOTHING",
            campaign,
        )
        await client.execute(
            "INSERT INTO requirement (key, wants) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            ANALYSIS_KEY,
            msgspec.json.encode(Requirement()).decode(),
        )
        await client.execute(
            "INSERT INTO campaign_requirement SELECT $1, id FROM requirement WHERE key = $2 "
            "ON CONFLICT DO NOTHING",
            campaign,
            ANALYSIS_KEY,
        )
        status: str = await client.execute(
            "INSERT INTO job (key, campaign_id, task_id, app_id, requirement_id, subject_job, "
            "subject_fence) SELECT decode(md5(concat_ws('/', 'again', s.id, r.fence, $2::text)), "
            "'hex'), $1, t.id, s.app_id, q.id, s.id, r.fence FROM job s "
            "JOIN task st ON st.id = s.task_id AND st.kind = 'session' "
            "JOIN result r ON r.job_id = s.id "
            "JOIN attempt a ON a.job_id = s.id AND a.fence = r.fence AND a.recording IS NOT NULL "
            "CROSS JOIN task t CROSS JOIN requirement q "
            "WHERE s.campaign_id = $1 AND t.campaign_id = $1 AND t.kind = 'analysis' "
            "AND q.key = $3 ON CONFLICT DO NOTHING",
            campaign,
            rules,
            ANALYSIS_KEY,
        )
        count = int(status.rsplit(" ", 1)[1])
        if count:
            await client.execute(
                "UPDATE campaign SET state = 'active', finished = NULL "
                "WHERE id = $1 AND state = 'finished'",
                campaign,
            )
    return count
