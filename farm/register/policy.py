"""Queues new versions by policy: which of them are run, under what, and how soon.

The choice is a pure function of versions and rules. Sessions are planned as those of any
campaign; each rule with its plan has a campaign of its own, which goes on as versions come.
"""

import fnmatch
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec

from farm.campaign.database import Database
from farm.campaign.ledger.values import SessionOptions
from farm.campaign.plan.values import AppEntry, CampaignPlan, ScenarioRef, entry_of
from farm.campaign.plan.write import open_campaign, write_jobs
from farm.model.errors import UsageError
from farm.register.configuration import PolicyRule
from farm.register.values import IntakeState

log = logging.getLogger(__name__)

_BATCH = 1000


class VersionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule may ask of a version."""

    app_id: int
    product_id: int
    package: str
    version_code: int
    category: int | None
    developer: str
    stores: frozenset[str]
    flagged: bool


class Queued(msgspec.Struct, kw_only=True):
    """What a round of the policy did."""

    queued: dict[str, int] = {}  # by campaign
    left_out: int = 0
    waiting: list[str] = []  # why some could not be queued; they stay


def fits(rule: PolicyRule, version: VersionFacts) -> bool:
    """Whether a rule is meant for a version."""
    return (
        (
            not rule.packages
            or any(fnmatch.fnmatchcase(version.package, one) for one in rule.packages)
        )
        and (not rule.categories or version.category in rule.categories)
        and (not rule.developers or version.developer in rule.developers)
        and (not rule.stores or not version.stores.isdisjoint(rule.stores))
        and (rule.flagged_signer is None or version.flagged == rule.flagged_signer)
    )


def choose(
    rules: Sequence[PolicyRule], versions: Sequence[VersionFacts]
) -> dict[int, PolicyRule | None]:
    """The rule by which each version is queued; None where it is left out."""
    chosen: dict[int, PolicyRule | None] = {}
    newest: dict[tuple[int, str], VersionFacts] = {}
    for version in versions:
        rule = next((rule for rule in rules if fits(rule, version)), None)
        chosen[version.app_id] = rule if rule is not None and rule.scenarios else None
        if rule is not None and rule.newest_only:
            key = (version.product_id, rule.name)
            best = newest.get(key)
            if best is None or version.version_code > best.version_code:
                newest[key] = version
    for version in versions:
        rule = chosen[version.app_id]
        if rule is not None and rule.newest_only:
            best = newest[version.product_id, rule.name]
            # Builds of one version code (of two stores) are all run.
            if version.version_code < best.version_code:
                chosen[version.app_id] = None
    return chosen


async def queue_new(
    database: Database,
    rules: Sequence[PolicyRule],
    scenario: Callable[[str], ScenarioRef],
) -> Queued:
    """Queue every version that waits. Safe to repeat, also after a crash.

    Args:
        scenario: finds a scenario by name, in the text that is to be run.

    Raises:
        UsageError: a rule names a scenario that does not exist.
    """
    plans = {rule.name: _plan(rule, scenario) for rule in rules if rule.scenarios}
    done = Queued()
    after = 0
    while True:
        rows = await _waiting(database, after)
        if not rows:
            return done
        after = rows[-1]["app_id"]
        chosen = choose(rules, [_facts(row) for row in rows])
        for rule in rules:
            batch = [row for row in rows if chosen[row["app_id"]] is rule]
            if batch:
                await _queue(database, rule, plans[rule.name], batch, done)
        left = [row["app_id"] for row in rows if chosen[row["app_id"]] is None]
        await _decided(database, left, IntakeState.LEFT_OUT, "", None)
        done.left_out += len(left)


async def _queue(
    database: Database, rule: PolicyRule, plan: CampaignPlan, rows: Sequence[Any], done: Queued
) -> None:
    name = campaign_name(rule, plan)
    try:
        campaign = await open_campaign(database, name, plan, rule.priority)
    except UsageError as error:  # an operator cancelled it: its versions wait for another rule
        log.warning("policy %s: %s", rule.name, error)
        done.waiting.append(f"{len(rows)} versions of rule {rule.name}: {error}")
        return
    await write_jobs(database, campaign, plan, _batch([entry_of(row) for row in rows]))
    ids = [row["app_id"] for row in rows]
    await _decided(database, ids, IntakeState.QUEUED, rule.name, campaign)
    done.queued[name] = done.queued.get(name, 0) + len(rows)


def campaign_name(rule: PolicyRule, plan: CampaignPlan) -> str:
    """The campaign of a rule; another plan or priority makes another one."""
    digest = hashlib.blake2b(msgspec.json.encode([plan, rule.priority]), digest_size=4)
    return f"register-{rule.name}-{digest.hexdigest()}"


def _plan(rule: PolicyRule, scenario: Callable[[str], ScenarioRef]) -> CampaignPlan:
    return CampaignPlan(
        scenarios=tuple(scenario(name) for name in rule.scenarios),
        profiles=tuple(rule.profiles) or ("",),
        repeat=rule.repeat,
        options=SessionOptions(
            settle_seconds=rule.settle_seconds, grant_permissions=rule.grant_permissions
        ),
        examine=True,
    )


async def _waiting(database: Database, after: int) -> list[Any]:
    async with database.transaction(seconds=60) as client:
        rows = await client.fetch(
            "WITH fresh AS (SELECT app_id FROM version_intake WHERE state = 'waiting' "
            "AND app_id > $1 ORDER BY app_id LIMIT $2) "
            "SELECT a.id AS app_id, v.product_id, a.sha256, a.package, a.version_code, "
            "a.version_name, a.lowest_sdk, a.abis, a.files, p.category, "
            "coalesce(d.name, '') AS developer, coalesce(g.state = 'flagged', false) AS flagged, "
            "ARRAY(SELECT DISTINCT t.name FROM sighting s JOIN app_store t "
            "ON t.id = s.app_store_id WHERE s.app_id = a.id) AS stores "
            "FROM fresh JOIN app a ON a.id = fresh.app_id JOIN app_version v ON v.app_id = a.id "
            "JOIN product p ON p.id = v.product_id LEFT JOIN developer d ON d.id = p.developer_id "
            "LEFT JOIN product_signer g ON g.product_id = p.id "
            "AND g.signer_sha256 = v.signer_sha256 ORDER BY a.id",
            after,
            _BATCH,
        )
    return list(rows)


def _facts(row: Any) -> VersionFacts:
    return VersionFacts(
        app_id=row["app_id"],
        product_id=row["product_id"],
        package=row["package"],
        version_code=row["version_code"],
        category=row["category"],
        developer=row["developer"],
        stores=frozenset(row["stores"]),
        flagged=row["flagged"],
    )


async def _decided(
    database: Database,
    apps: Sequence[int],
    state: IntakeState,
    rule: str,
    campaign: int | None,
) -> None:
    if apps:
        async with database.transaction(seconds=60) as client:
            await client.execute(
                "UPDATE version_intake SET state = $2, rule = $3, campaign_id = $4, "
                "decided = now() WHERE app_id = ANY($1) AND state = 'waiting'",
                list(apps),
                state,
                rule,
                campaign,
            )


async def _batch(apps: Sequence[AppEntry]) -> AsyncIterator[Sequence[AppEntry]]:
    yield apps
