"""Campaigns that come again by a clock: each due time makes one, however many schedulers run.

Which campaigns there are is decided by a unique row; writing their jobs may be done, and done
again, by whoever is there.
"""

import datetime
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from cronsim import CronSim, CronSimError

from farm.campaign.database import Database
from farm.campaign.plan.values import AppEntry, CampaignPlan
from farm.campaign.plan.write import open_campaign, write_jobs
from farm.model.errors import UsageError

_ABANDONED = datetime.timedelta(minutes=5)  # a planner that gave no sign for so long is dead

Apps = Callable[[Path], AsyncIterator[Sequence[AppEntry]]]
"""Reads a list of apps in batches, with its files brought into the store."""


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """When a campaign comes again, and how urgent each one is."""

    cron: str
    timezone: str = "UTC"  # whose clock `cron` means, by its name in the IANA database
    priority: int = 0


def check_schedule(schedule: Schedule) -> None:
    """Refuse what names no time.

    Raises:
        UsageError: see the message.
    """
    zone_of(schedule.timezone)
    try:
        next_due(schedule, datetime.datetime.now(datetime.UTC))
    except (CronSimError, StopIteration) as error:
        raise UsageError(
            f'--schedule: {schedule.cron!r} is no cron expression ({error}); "0 2 * * *" is every '
            "night"
        ) from error


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        UsageError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder's name
        raise UsageError(
            f"timezone {name!r}: unknown; expected an IANA name such as UTC or Asia/Shanghai"
        ) from error


def next_due(schedule: Schedule, after: datetime.datetime) -> datetime.datetime:
    """The first time after `after` that a schedule names, in UTC.

    Where clocks are set forward, a time that does not exist comes at the hour's change; where they
    are set back, one that exists twice comes once (as Debian's cron does, cronsim).
    """
    local = after.astimezone(zone_of(schedule.timezone))
    return next(CronSim(schedule.cron, local)).astimezone(datetime.UTC)


async def add_schedule(
    database: Database, name: str, schedule: Schedule, plan: CampaignPlan
) -> None:
    """Make a schedule, or change the one of that name."""
    async with database.transaction() as client:
        now = await client.fetchval("SELECT now()")
        await client.execute(
            "INSERT INTO schedule (name, cron, timezone, priority, plan, next_due) "
            "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO UPDATE SET cron = $2, "
            "timezone = $3, priority = $4, plan = $5, next_due = $6, enabled = true",
            name,
            schedule.cron,
            schedule.timezone,
            schedule.priority,
            msgspec.json.encode(plan).decode(),
            next_due(schedule, now),
        )


class ScheduleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One schedule in a list."""

    name: str
    cron: str
    timezone: str
    priority: int
    next_due: datetime.datetime


async def schedules(database: Database) -> list[ScheduleLine]:
    """Schedules that make campaigns, the next one first."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT name, cron, timezone, priority, next_due FROM schedule WHERE enabled "
            "ORDER BY next_due, name"
        )
    return [ScheduleLine(**row) for row in rows]


async def end_schedule(database: Database, name: str) -> bool:
    """Make no more campaigns of a schedule; False where there is none of that name."""
    async with database.transaction() as client:
        status: str = await client.execute(
            "UPDATE schedule SET enabled = false WHERE name = $1 AND enabled", name
        )
    return status.endswith(" 1")


async def start_due(database: Database) -> list[str]:
    """Make the campaigns that are due, without their jobs; returns their names.

    A time that passed while nobody ran is made up for once, not once for each time missed.
    """
    made: list[str] = []
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT id, name, cron, timezone, priority, plan, next_due, now() AS now FROM schedule "
            "WHERE enabled AND next_due <= now() FOR UPDATE SKIP LOCKED"
        )
        for row in rows:
            schedule = Schedule(
                cron=row["cron"], timezone=row["timezone"], priority=row["priority"]
            )
            name = f"{row['name']}-{row['next_due']:%Y%m%dT%H%MZ}"
            created = await client.fetchval(
                "INSERT INTO campaign (name, state, priority, plan, schedule_id, due) "
                "VALUES ($1, 'planning', $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING name",
                name,
                row["priority"],
                row["plan"],
                row["id"],
                row["next_due"],
            )
            if created:
                made.append(created)
            await client.execute(
                "UPDATE schedule SET next_due = $2 WHERE id = $1",
                row["id"],
                next_due(schedule, row["now"]),
            )
    return made


async def plan_started(database: Database, apps: Apps) -> str | None:
    """Write the jobs of one started campaign whose planner is not at work; returns its name."""
    async with database.transaction() as client:
        row = await client.fetchrow(
            "UPDATE campaign SET planner_beat = now() WHERE id = (SELECT id FROM campaign "
            "WHERE state = 'planning' AND schedule_id IS NOT NULL "
            "AND (planner_beat IS NULL OR planner_beat < now() - $1::interval) "
            "ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING name, plan, priority",
            _ABANDONED,
        )
    if row is None:
        return None
    plan = msgspec.json.decode(row["plan"], type=CampaignPlan)
    campaign = await open_campaign(database, row["name"], plan, row["priority"])
    await write_jobs(database, campaign, plan, apps(Path(plan.apps)))
    name: str = row["name"]
    return name
