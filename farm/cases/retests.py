"""Queues re-tests: a new version of an app with an open case is run as the old one was.

The sessions are planned like any others, under the scenarios (in the very text) and on the phone
profiles under which the problem was shown.
"""

import hashlib
import logging
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from farm.campaign.audit import record
from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.campaign.ledger.values import SessionOptions
from farm.campaign.nightly.runs import app_entry
from farm.campaign.plan.values import AppEntry, CampaignPlan, ScenarioRef
from farm.campaign.plan.write import open_campaign, write_jobs
from farm.cases import history
from farm.cases.decisions import OPEN_STATES
from farm.cases.vocabulary import Action, CaseState
from farm.model.errors import UsageError

log = logging.getLogger(__name__)

PRIORITY = 50
"""Of campaigns of re-tests: somebody waits for the answer."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions that a re-test needs of one version."""

    case: int
    app_id: int
    sha256: str
    plans: tuple[CampaignPlan, ...]


async def plan_retests(database: Database, *, limit: int = 200) -> int:
    """Queue re-tests of versions that nobody has asked about; returns how many cases have one.

    Safe to repeat: what was planned before is not planned twice.
    """
    async with database.transaction(seconds=60) as client:
        versions = await client.fetch(
            "SELECT v.app_id, v.product_id, v.version_code, a.sha256 FROM app_version v "
            "JOIN app a ON a.id = v.app_id WHERE NOT v.cases_told ORDER BY v.app_id LIMIT $1",
            limit,
        )
        wanted = [
            one
            for version in versions
            for case in await _cases(client, version)
            if (one := await _ask(client, case, version)) is not None
        ]
    for one in wanted:
        try:
            await _queue(database, one)
        except UsageError as error:  # an operator cancelled that campaign
            await _cannot_queue(database, one, str(error))
    # Told only now: after a crash in between they are asked again.
    async with database.transaction() as client:
        await client.execute(
            "UPDATE app_version SET cases_told = true WHERE app_id = ANY($1)",
            [version["app_id"] for version in versions],
        )
    return len(wanted)


async def retest(
    database: Database, case: int, *, actor: str, reason: str, sha256: str = ""
) -> None:
    """Queue the re-test of a version because a person asks for it, also once more.

    Args:
        sha256: digest of the version; the app's newest by default.

    Raises:
        UsageError: there is no such version, or the case shows no session to repeat.
    """
    if not actor.strip() or not reason.strip():
        raise UsageError("expected who asks for the re-test, and why")
    async with database.transaction(seconds=60) as client:
        row = await history.locked(client, case)
        version = await client.fetchrow(
            "SELECT v.app_id, v.version_code, a.sha256 FROM app_version v "
            "JOIN app a ON a.id = v.app_id WHERE v.product_id = $1 AND ($2 = '' OR a.sha256 = $2) "
            "ORDER BY v.version_code DESC, v.app_id DESC LIMIT 1",
            row["product_id"],
            sha256,
        )
        if version is None:
            raise UsageError(f"case {case}: its app has no version {sha256[:80]}")
        wanted = await _ask(client, row, version, actor=actor, reason=reason)
        if wanted is None:
            raise UsageError(f"case {case}: shows no session that could be repeated")
        await record(
            client,
            actor=actor,
            action="case.retest",
            subject=f"case:{case}",
            detail={"sha256": version["sha256"], "reason": reason},
        )
        times = await client.fetchval(
            "SELECT count(*) FROM case_event WHERE case_id = $1 AND action = $2",
            case,
            Action.RETEST,
        )
    # A campaign of its own: the same sessions again, whatever was run before.
    await _queue(database, wanted, f"-case-{case}-{times}")


async def _cases(client: Client, version: Any) -> list[Any]:
    """Open cases of the product that an older version shows."""
    return [
        row
        for row in await history.locked_of_product(client, version["product_id"])
        if CaseState(row["state"]) in OPEN_STATES and row["found_code"] < version["version_code"]
    ]


async def _ask(
    client: Client,
    case: Any,
    version: Any,
    *,
    actor: str = history.FARM,
    reason: str = "a new version is in the register",
) -> Wanted | None:
    plans = await _plans(client, case["id"])
    if not plans:
        return None
    status: str = await client.execute(
        "INSERT INTO case_retest (case_id, app_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        case["id"],
        version["app_id"],
    )
    if status.endswith(" 1") or actor != history.FARM:
        state = CaseState.RETEST if case["state"] == CaseState.NOTICED else None
        await history.change(
            client, case, actor=actor, action=Action.RETEST, state=state, reason=reason,
            app_id=version["app_id"],
        )  # fmt: skip
    return Wanted(case=case["id"], app_id=version["app_id"], sha256=version["sha256"], plans=plans)


async def _plans(client: Client, case: int) -> tuple[CampaignPlan, ...]:
    """One plan for each scenario under which the problem was shown, on the profile of the last
    time."""
    newest: dict[str, Any] = {}
    for row in await history.shown_under(client, case):
        if row["scenario"] not in newest or row["at"] > newest[row["scenario"]]["at"]:
            newest[row["scenario"]] = row
    plans: list[CampaignPlan] = []
    for _, row in sorted(newest.items()):
        task = await client.fetchrow(
            "SELECT t.scenario, t.scenario_sha256, t.options FROM job j "
            "JOIN job s ON s.id = j.subject_job JOIN task t ON t.id = s.task_id WHERE j.id = $1",
            row["job_id"],
        )
        if task is not None:
            plans.append(
                CampaignPlan(
                    scenarios=(ScenarioRef(name=task["scenario"], sha256=task["scenario_sha256"]),),
                    profiles=(row["profile"],),
                    options=msgspec.json.decode(task["options"], type=SessionOptions),
                )
            )
    return tuple(plans)


async def _queue(database: Database, wanted: Wanted, suffix: str = "") -> None:
    entry = await app_entry(database, wanted.sha256)
    for plan in wanted.plans:
        campaign = await open_campaign(database, name_of(plan) + suffix, plan, PRIORITY)
        await write_jobs(database, campaign, plan, _batch([entry]))
        async with database.transaction() as client:
            await client.execute(
                "UPDATE case_retest SET campaign_id = $3 WHERE case_id = $1 AND app_id = $2",
                wanted.case,
                wanted.app_id,
                campaign,
            )


async def _cannot_queue(database: Database, wanted: Wanted, why: str) -> None:
    log.warning("case %d: its re-test cannot be queued: %s", wanted.case, why)
    async with database.transaction() as client:
        await client.execute(
            "UPDATE case_retest SET reason = $3 WHERE case_id = $1 AND app_id = $2",
            wanted.case,
            wanted.app_id,
            text(f"not queued: {why}", 2000),
        )


def name_of(plan: CampaignPlan) -> str:
    """The campaign that all re-tests of one plan share."""
    (scenario,), (profile,) = plan.scenarios, plan.profiles
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{scenario.name[:24]}-{profile[:24]}".strip("-"))
    digest = hashlib.blake2b(msgspec.json.encode(plan), digest_size=4).hexdigest()
    return f"retest-{readable}-{digest}"


async def _batch(apps: Sequence[AppEntry]) -> AsyncIterator[Sequence[AppEntry]]:
    yield apps
