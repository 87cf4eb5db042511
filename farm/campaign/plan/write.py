"""Writes a campaign's jobs in batches. Doing it again, or after a crash, adds what is missing.

A job's identity is app digest, scenario text, profile, options and repetition, so that the same
job is never planned twice in one campaign.
"""

import hashlib
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from typing import Any

import msgspec

from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.campaign.decisions import ANALYSIS_KEY, EXAMINATION_KEY, Requirement
from farm.campaign.plan.values import AppEntry, CampaignPlan, ScenarioRef, requirement_of
from farm.campaign.vocabulary import CampaignState, JobKind
from farm.model.errors import UsageError

BATCH = 2000
"""Apps that are written in one transaction."""


class Planned(msgspec.Struct, kw_only=True):
    """How far planning has got."""

    campaign_id: int
    apps: int = 0
    jobs: int = 0  # of the plan
    new: int = 0  # of these, not there before


async def open_campaign(
    database: Database, name: str, plan: CampaignPlan, priority: int = 0
) -> int:
    """Make the campaign, or find it where the same plan made it before; returns its id.

    Raises:
        UsageError: another plan has that name, or the campaign is over.
    """
    encoded = msgspec.json.encode(plan).decode()
    async with database.transaction() as client:
        row = await client.fetchrow(
            "INSERT INTO campaign (name, state, priority, plan, planner_beat) "
            "VALUES ($1, 'planning', $2, $3, now()) ON CONFLICT (name) DO NOTHING RETURNING id",
            name,
            priority,
            encoded,
        )
        if row is None:
            row = await client.fetchrow(
                "SELECT id, state, plan FROM campaign WHERE name = $1 FOR UPDATE", name
            )
            _check_same(name, row, plan)
        campaign: int = row["id"]
        for scenario in plan.scenarios:
            for profile in plan.profiles:
                await client.execute(
                    "INSERT INTO task (campaign_id, kind, scenario, scenario_sha256, profile, "
                    "options) VALUES ($1, 'session', $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                    campaign,
                    scenario.name,
                    scenario.sha256,
                    profile,
                    msgspec.json.encode(plan.options).decode(),
                )
        if plan.analyse:
            await client.execute(
                "INSERT INTO task (campaign_id, kind) VALUES ($1, 'analysis') "
                "ON CONFLICT DO NOTHING",
                campaign,
            )
            await _requirement(client, campaign, ANALYSIS_KEY, Requirement())
        if plan.examine:
            await client.execute(
                "INSERT INTO task (campaign_id, kind) VALUES ($1, 'examination') "
                "ON CONFLICT DO NOTHING",
                campaign,
            )
    return campaign


def _check_same(name: str, row: Any, plan: CampaignPlan) -> None:
    if row["state"] == CampaignState.CANCELLED:
        raise UsageError(f"campaign {name}: was cancelled; choose another name")
    known = msgspec.json.decode(row["plan"], type=CampaignPlan)
    different = [
        field
        for field in CampaignPlan.__struct_fields__
        if field != "apps" and getattr(known, field) != getattr(plan, field)
    ]
    if different:
        raise UsageError(
            f"campaign {name}: exists with other {', '.join(different)}; choose another name"
        )


async def write_jobs(
    database: Database,
    campaign: int,
    plan: CampaignPlan,
    apps: AsyncIterable[Sequence[AppEntry]],
    progress: Callable[[Planned], None] | None = None,
) -> Planned:
    """Write the jobs of all apps and let the campaign begin.

    Args:
        apps: batches of apps; only one batch is in memory at a time.
    """
    planned = Planned(campaign_id=campaign)
    async for batch in apps:
        async with database.transaction(seconds=300) as client:
            new = await _write_batch(client, campaign, plan, batch)
        planned.apps += len(batch)
        planned.jobs += len(batch) * plan.jobs_of_an_app
        planned.new += new
        if progress is not None:
            progress(planned)
    async with database.transaction() as client:
        await client.execute(
            "UPDATE campaign SET state = 'active', finished = NULL, planner_beat = NULL "
            "WHERE id = $1 AND (state = 'planning' OR (state = 'finished' AND $2))",
            campaign,
            planned.new > 0,
        )
    return planned


async def _write_batch(
    client: Client, campaign: int, plan: CampaignPlan, batch: Sequence[AppEntry]
) -> int:
    await client.execute("UPDATE campaign SET planner_beat = now() WHERE id = $1", campaign)
    apps = await _app_ids(client, batch)
    tasks = {
        (row["scenario"], row["profile"]): row["id"]
        for row in await client.fetch(
            "SELECT id, scenario, profile FROM task WHERE campaign_id = $1 AND kind = $2",
            campaign,
            JobKind.SESSION,
        )
    }
    wanted = {requirement_of(plan, profile, app) for app in batch for profile in plan.profiles}
    requirements = {
        wants: await _requirement(client, campaign, wants.key, wants) for wants in sorted(wanted)
    }
    await client.execute(
        "CREATE TEMPORARY TABLE fresh (key bytea, task_id bigint, app_id bigint, "
        "requirement_id integer, repetition smallint) ON COMMIT DROP"
    )
    await client.copy_records_to_table(
        "fresh", records=_records(campaign, plan, batch, apps, tasks, requirements)
    )
    if plan.examine:
        await client.copy_records_to_table(
            "fresh", records=await _examinations(client, campaign, batch, apps)
        )
    status: str = await client.execute(
        "INSERT INTO job (key, campaign_id, task_id, app_id, requirement_id, repetition) "
        "SELECT key, $1, task_id, app_id, requirement_id, repetition FROM fresh "
        "ON CONFLICT (key) DO NOTHING",
        campaign,
    )
    return int(status.rsplit(" ", 1)[1])


def _records(
    campaign: int,
    plan: CampaignPlan,
    batch: Sequence[AppEntry],
    apps: dict[str, int],
    tasks: dict[tuple[str, str], int],
    requirements: dict[Requirement, int],
) -> Iterable[tuple[bytes, int, int, int, int]]:
    options = msgspec.json.encode(plan.options)
    for app in batch:
        for profile in plan.profiles:
            requirement = requirements[requirement_of(plan, profile, app)]
            for scenario in plan.scenarios:
                task = tasks[scenario.name, profile]
                for repetition in range(1, plan.repeat + 1):
                    key = session_key(campaign, app.sha256, scenario, profile, options, repetition)
                    yield key, task, apps[app.sha256], requirement, repetition


async def _examinations(
    client: Client, campaign: int, batch: Sequence[AppEntry], apps: dict[str, int]
) -> list[tuple[bytes, int, int, int, int]]:
    """One job for each app, however many sessions it has."""
    task: int = await client.fetchval(
        "SELECT id FROM task WHERE campaign_id = $1 AND kind = $2", campaign, JobKind.EXAMINATION
    )
    requirement = await _requirement(client, campaign, EXAMINATION_KEY, Requirement())
    return [
        (examination_key(campaign, app.sha256), task, apps[app.sha256], requirement, 1)
        for app in batch
    ]


def examination_key(campaign: int, sha256: str) -> bytes:
    """Identity of the job that has an app examined."""
    return hashlib.blake2b(f"examination/{campaign}/{sha256}".encode(), digest_size=16).digest()


def session_key(
    campaign: int, sha256: str, scenario: ScenarioRef, profile: str, options: bytes, repetition: int
) -> bytes:
    """Identity of a session job."""
    parts = (sha256, scenario.name, scenario.sha256, profile, options.decode(), str(repetition))
    text = "\n".join((f"session/{campaign}", *parts))
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


async def _app_ids(client: Client, batch: Sequence[AppEntry]) -> dict[str, int]:
    await client.execute(
        "CREATE TEMPORARY TABLE fresh_app (sha256 text, package text, version_code bigint, "
        "version_name text, lowest_sdk integer, abis text[], files jsonb) ON COMMIT DROP"
    )
    await client.copy_records_to_table(
        "fresh_app",
        records=(
            (
                app.sha256, text(app.package), app.version_code, text(app.version_name),
                app.lowest_sdk, list(app.abis), msgspec.json.encode(app.files).decode(),
            )
            for app in batch
        ),
    )  # fmt: skip
    await client.execute(
        "INSERT INTO app (sha256, package, version_code, version_name, lowest_sdk, abis, files) "
        "SELECT DISTINCT ON (sha256) * FROM fresh_app ON CONFLICT (sha256) DO NOTHING"
    )
    rows = await client.fetch("SELECT id, sha256 FROM app JOIN fresh_app USING (sha256)")
    return {row["sha256"]: row["id"] for row in rows}


async def _requirement(client: Client, campaign: int, key: str, wants: Requirement) -> int:
    await client.execute(
        "INSERT INTO requirement (key, wants) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        key,
        msgspec.json.encode(wants).decode(),
    )
    number: int = await client.fetchval("SELECT id FROM requirement WHERE key = $1", key)
    await client.execute(
        "INSERT INTO campaign_requirement VALUES ($1, $2) ON CONFLICT DO NOTHING", campaign, number
    )
    return number
