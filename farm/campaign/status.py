"""What campaigns, hosts and phones are doing, as values for people, machines and forecasts."""

import datetime

import msgspec

from farm.campaign.database import Database
from farm.campaign.plan.values import CampaignPlan
from farm.model.errors import UsageError

_RATE_MINUTES = 10


class CampaignLine(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign in a list."""

    name: str
    state: str
    priority: int
    created: datetime.datetime
    finished: datetime.datetime | None


class HostLine(msgspec.Struct, frozen=True, kw_only=True):
    """One host."""

    name: str
    state: str
    slots: int
    running: int


class CampaignStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign, now."""

    name: str
    state: str
    priority: int
    jobs: dict[str, dict[str, int]]  # kind -> state -> count
    causes: dict[str, int]  # ended attempts by reason, complete ones left out
    verdicts: dict[str, int]
    running: list[str]  # "package scenario on slot at host"
    rate: float  # results an hour, over the last minutes
    forecast: datetime.datetime | None  # when the last job ends at this rate

    @property
    def total(self) -> int:
        """All jobs."""
        return sum(sum(states.values()) for states in self.jobs.values())

    def count(self, *states: str) -> int:
        """Jobs in these states."""
        return sum(kinds.get(state, 0) for kinds in self.jobs.values() for state in states)


async def campaigns(database: Database) -> list[CampaignLine]:
    """All campaigns, the newest first."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT name, state, priority, created, finished FROM campaign ORDER BY id DESC"
        )
    return [CampaignLine(**row) for row in rows]


async def hosts(database: Database) -> list[HostLine]:
    """All hosts that ever signed on."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT name, state, slots, (SELECT count(*) FROM attempt a WHERE a.worker = h.worker "
            "AND a.state = 'running') AS running FROM host h ORDER BY name"
        )
    return [HostLine(**row) for row in rows]


async def campaign_plan(database: Database, name: str) -> CampaignPlan:
    """What a campaign was asked to do.

    Raises:
        UsageError: there is no such campaign.
    """
    async with database.transaction() as client:
        found = await client.fetchval("SELECT plan FROM campaign WHERE name = $1", name)
    if found is None:
        raise UsageError(f"campaign {name}: there is none of that name; see `farm campaign list`")
    return msgspec.json.decode(found, type=CampaignPlan)


async def campaign_status(database: Database, name: str) -> CampaignStatus:
    """One campaign in numbers.

    Raises:
        UsageError: there is no such campaign.
    """
    async with database.transaction(seconds=60) as client:
        row = await client.fetchrow(
            "SELECT id, name, state, priority FROM campaign WHERE name = $1", name
        )
        if row is None:
            raise UsageError(f"campaign {name}: there is none; see `farm campaign list`")
        campaign = row["id"]
        counts = await client.fetch(
            "SELECT t.kind, j.state, count(*) AS n FROM job j JOIN task t ON t.id = j.task_id "
            "WHERE j.campaign_id = $1 GROUP BY 1, 2",
            campaign,
        )
        causes = await client.fetch(
            "SELECT a.reason, count(*) AS n FROM attempt a JOIN job j ON j.id = a.job_id "
            "WHERE j.campaign_id = $1 AND a.reason <> 'complete' GROUP BY 1",
            campaign,
        )
        verdicts = await client.fetch(
            "SELECT r.verdict, count(*) AS n FROM result r JOIN job j ON j.id = r.job_id "
            "WHERE j.campaign_id = $1 AND r.verdict IS NOT NULL GROUP BY 1",
            campaign,
        )
        running = await client.fetch(
            "SELECT p.package, t.scenario, a.slot, a.host FROM job j "
            "JOIN attempt a ON a.job_id = j.id AND a.fence = j.fence "
            "JOIN app p ON p.id = j.app_id JOIN task t ON t.id = j.task_id "
            "WHERE j.campaign_id = $1 AND j.state = 'running' ORDER BY a.host, a.slot LIMIT 200",
            campaign,
        )
        recent = await client.fetchrow(
            "SELECT count(*) AS n, extract(epoch FROM now() - greatest(min(r.recorded), "
            "now() - make_interval(mins => $2)))::float8 AS seconds, now() AS now "
            "FROM result r JOIN job j ON j.id = r.job_id WHERE j.campaign_id = $1 "
            "AND r.recorded > now() - make_interval(mins => $2)",
            campaign,
            _RATE_MINUTES,
        )
    jobs: dict[str, dict[str, int]] = {}
    for count in counts:
        jobs.setdefault(count["kind"], {})[count["state"]] = count["n"]
    open_jobs = sum(
        states.get(state, 0)
        for states in jobs.values()
        for state in ("planned", "queued", "running")
    )
    rate = recent["n"] / max(recent["seconds"], 1.0) * 3600 if recent["n"] > 1 else 0.0
    return CampaignStatus(
        name=row["name"],
        state=row["state"],
        priority=row["priority"],
        jobs=jobs,
        causes={cause["reason"]: cause["n"] for cause in causes},
        verdicts={verdict["verdict"]: verdict["n"] for verdict in verdicts},
        running=[f"{r['package']} {r['scenario']} on {r['slot']} at {r['host']}" for r in running],
        rate=rate,
        forecast=_forecast(recent["now"], open_jobs, rate),
    )


def _forecast(now: datetime.datetime, jobs: int, rate: float) -> datetime.datetime | None:
    if not rate or not jobs:
        return None
    return now + datetime.timedelta(hours=min(jobs / rate, 24 * 3650))
