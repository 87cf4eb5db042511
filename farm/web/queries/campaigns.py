"""Campaigns as the page lists them, and the sessions of one."""

import datetime

import msgspec

from farm.campaign.database import Database

LINES = 50


class CampaignRow(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign in a list."""

    id: int
    name: str
    state: str
    priority: int
    created: datetime.datetime
    finished: datetime.datetime | None


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One session of a campaign with its latest judgement. Texts of the app are hostile."""

    job: int
    package: str
    version: str
    scenario: str
    profile: str
    state: str
    reason: str | None
    slot: str | None
    session_id: str | None
    ended: datetime.datetime | None
    verdict: str | None
    findings: int


async def campaigns(
    database: Database, *, before: int = 0, limit: int = LINES
) -> list[CampaignRow]:
    """Campaigns, the newest first; `before` is the last id of the page before."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT id, name, state, priority, created, finished FROM campaign "
            "WHERE $1::bigint = 0 OR id < $1 ORDER BY id DESC LIMIT $2",
            before,
            limit,
        )
    return [CampaignRow(**row) for row in rows]


async def exists(database: Database, name: str) -> bool:
    """Whether there is a campaign of that name."""
    async with database.transaction() as client:
        found: bool = await client.fetchval(
            "SELECT EXISTS (SELECT FROM campaign WHERE name = $1)", name
        )
    return found


async def counts(database: Database, campaign: int) -> dict[str, int]:
    """Session jobs of a campaign by state."""
    async with database.transaction(seconds=60) as client:
        rows = await client.fetch(
            "SELECT j.state, count(*) AS n FROM job j JOIN task t ON t.id = j.task_id "
            "WHERE j.campaign_id = $1 AND j.subject_job IS NULL AND t.kind = 'session' GROUP BY 1",
            campaign,
        )
    return {row["state"]: row["n"] for row in rows}


async def sessions(
    database: Database,
    campaign: str,
    *,
    verdict: str = "",
    state: str = "",
    before: int = 0,
    limit: int = LINES,
) -> list[SessionRow]:
    """Sessions of a campaign, the newest job first."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT j.id AS job, p.package, p.version_name AS version, t.scenario, t.profile, "
            "j.state, a.reason, a.slot, a.session_id, a.ended, n.verdict, "
            "coalesce(n.findings, 0) AS findings FROM job j JOIN app p ON p.id = j.app_id "
            "JOIN task t ON t.id = j.task_id "
            "LEFT JOIN attempt a ON a.job_id = j.id AND a.fence = j.fence "
            "LEFT JOIN LATERAL (SELECT r.verdict, (SELECT count(*) FROM finding f "
            "WHERE f.job_id = k.id AND f.determined) AS findings FROM job k "
            "JOIN result r ON r.job_id = k.id AND r.verdict IS NOT NULL "
            "WHERE k.subject_job = j.id ORDER BY k.id DESC LIMIT 1) n ON true "
            "WHERE j.campaign_id = (SELECT id FROM campaign WHERE name = $1) "
            "AND j.subject_job IS NULL AND t.kind = 'session' AND ($2::bigint = 0 OR j.id < $2) "
            "AND ($4 = '' OR n.verdict = $4) AND ($5 = '' OR j.state = $5) "
            "ORDER BY j.id DESC LIMIT $3",
            campaign,
            before,
            limit,
            verdict,
            state,
        )
    return [SessionRow(**row) for row in rows]
