"""What waits, what runs, and on which hosts."""

import datetime

import msgspec

from farm.campaign.database import Database
from farm.campaign.decisions import Requirement, can_run
from farm.campaign.plan.history import known_phones

_RUNNING = 100


class WaitingRow(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs of one campaign that ask the same of a phone."""

    campaign: str
    state: str  # of the campaign
    priority: int
    key: str  # what they ask for, "" for nothing
    planned: int
    queued: int
    phones: int  # that are known and could run them; analysis needs none


class RunningRow(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt that runs. Texts of the app are hostile."""

    campaign: str
    package: str
    kind: str
    scenario: str
    slot: str
    host: str
    attempt: int
    started: datetime.datetime
    beat: datetime.datetime


class WaitingWork(msgspec.Struct, frozen=True, kw_only=True):
    """What waits, and since when this was true."""

    rows: list[WaitingRow]
    at: datetime.datetime


async def waiting(database: Database) -> WaitingWork:
    """Open jobs by campaign and by what they ask of a phone."""
    phones = await known_phones(database)
    async with database.transaction(seconds=60) as client:
        rows = await client.fetch(
            "SELECT c.name AS campaign, c.state, c.priority, q.key, q.wants, n.planned, n.queued "
            "FROM (SELECT campaign_id, requirement_id, "
            "count(*) FILTER (WHERE state = 'planned') AS planned, "
            "count(*) FILTER (WHERE state = 'queued') AS queued FROM job "
            "WHERE state IN ('planned', 'queued') GROUP BY 1, 2) n "
            "JOIN campaign c ON c.id = n.campaign_id JOIN requirement q ON q.id = n.requirement_id "
            "ORDER BY c.priority DESC, c.id, q.key LIMIT 500"
        )
        now = await client.fetchval("SELECT now()")
    found = []
    for row in rows:
        facts = dict(row)
        wants = msgspec.json.decode(facts.pop("wants"), type=Requirement)
        count = sum(can_run(phone, wants) for phone in phones)
        found.append(WaitingRow(**facts, phones=count))
    return WaitingWork(rows=found, at=now)


async def running(database: Database) -> list[RunningRow]:
    """Attempts that run, the oldest first."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT c.name AS campaign, p.package, t.kind, t.scenario, a.slot, a.host, "
            "a.fence AS attempt, a.started, a.beat FROM attempt a JOIN job j ON j.id = a.job_id "
            "JOIN campaign c ON c.id = j.campaign_id JOIN task t ON t.id = j.task_id "
            "JOIN app p ON p.id = j.app_id WHERE a.state = 'running' AND j.state = 'running' "
            "ORDER BY a.started LIMIT $1",
            _RUNNING,
        )
    return [RunningRow(**row) for row in rows]
