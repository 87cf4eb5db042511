"""The same app from two stores, compared: signer, SDKs, permissions, and what sessions showed.

Behaviour is compared under the same scenario and phone profile only. What one store's build was
seen doing and the other's was not, stands as exactly that: not seen.
"""

import datetime
from collections.abc import Sequence
from typing import Any

import msgspec

from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.model.errors import UsageError


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """What judged sessions of one build showed under one scenario on one profile."""

    scenario: str
    profile: str
    sessions: int
    verdicts: list[str]
    findings: list[str]  # "data type, level, phase, receiver": determined ones


class StoreBuild(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version that one store offers."""

    store: str
    app_id: int
    sha256: str
    version_code: int
    version_name: str
    signer_sha256: str
    signer_state: str | None
    sdks: list[str]
    permissions: list[str]
    seen: datetime.datetime
    behaviours: list[Behaviour]


class BehaviourDifference(msgspec.Struct, frozen=True, kw_only=True):
    """How two builds differ under the same scenario on the same profile."""

    scenario: str
    profile: str
    only_first: list[str]
    only_second: list[str]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How the builds of two stores differ. Empty lists where they do not."""

    first: str  # store
    second: str
    same_file: bool
    same_version: bool
    same_signer: bool
    sdks_only_first: list[str]
    sdks_only_second: list[str]
    permissions_only_first: list[str]
    permissions_only_second: list[str]
    behaviour: list[BehaviourDifference]
    not_compared: list[str]  # scenario and profile that only one of them has sessions of


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One app in all its stores."""

    package: str
    builds: list[StoreBuild]  # by store
    differences: list[Difference]  # of every two stores

    @property
    def signers_differ(self) -> bool:
        """Whether two stores offer builds of different signers."""
        return any(not difference.same_signer for difference in self.differences)


def compare(first: StoreBuild, second: StoreBuild) -> Difference:
    """Compare two builds of one package."""
    known = {(one.scenario, one.profile): one for one in first.behaviours}
    others = {(one.scenario, one.profile): one for one in second.behaviours}
    both = sorted(known.keys() & others.keys())
    return Difference(
        first=first.store,
        second=second.store,
        same_file=first.sha256 == second.sha256,
        same_version=first.version_code == second.version_code,
        same_signer=first.signer_sha256 == second.signer_sha256,
        sdks_only_first=_only(first.sdks, second.sdks),
        sdks_only_second=_only(second.sdks, first.sdks),
        permissions_only_first=_only(first.permissions, second.permissions),
        permissions_only_second=_only(second.permissions, first.permissions),
        behaviour=[
            BehaviourDifference(
                scenario=scenario,
                profile=profile,
                only_first=_only(known[key].findings, others[key].findings),
                only_second=_only(others[key].findings, known[key].findings),
            )
            for key in both
            if set(known[key].findings) != set(others[key].findings)
            for scenario, profile in [key]
        ],
        not_compared=[
            f"{scenario} on {profile or 'any phone'}"
            for scenario, profile in sorted(known.keys() ^ others.keys())
        ],
    )


def _only(one: Sequence[str], other: Sequence[str]) -> list[str]:
    return sorted(set(one) - set(other))


async def compare_stores(
    database: Database, package: str, stores: Sequence[str] = ()
) -> Comparison:
    """Compare the newest versions of an app that its stores offer.

    Args:
        stores: only these; all of them by default.

    Raises:
        UsageError: the register does not have the app, or not in two stores.
    """
    async with database.transaction(seconds=60) as client:
        rows = await client.fetch(
            "SELECT DISTINCT ON (t.name) t.name AS store, v.app_id, a.sha256, v.version_code, "
            "a.version_name, v.signer_sha256, g.state AS signer_state, v.sdks, v.permissions, "
            "s.last_seen AS seen FROM product p JOIN app_version v ON v.product_id = p.id "
            "JOIN app a ON a.id = v.app_id JOIN sighting s ON s.app_id = v.app_id "
            "JOIN app_store t ON t.id = s.app_store_id "
            "LEFT JOIN product_signer g ON g.product_id = p.id "
            "AND g.signer_sha256 = v.signer_sha256 "
            "WHERE p.package = $1 AND ($2::text[] = '{}' OR t.name = ANY($2)) "
            "ORDER BY t.name, v.version_code DESC, s.last_seen DESC, v.app_id DESC",
            text(package),
            list(stores),
        )
        known = {row["store"] for row in rows}
        missing = [store for store in stores if store not in known]
        if missing:
            raise UsageError(f"{package}: no version of it was seen in {', '.join(missing)}")
        if len(rows) < 2:
            raise UsageError(f"{package}: was not seen in two stores; see `farm apps show`")
        builds = [
            StoreBuild(**row, behaviours=await _behaviours(client, row["app_id"])) for row in rows
        ]
    return Comparison(
        package=package,
        builds=builds,
        differences=[
            compare(first, second)
            for number, first in enumerate(builds)
            for second in builds[number + 1 :]
        ],
    )


async def _behaviours(client: Client, app_id: int) -> list[Behaviour]:
    """The latest judgement of every session of a build."""
    rows = await client.fetch(
        "SELECT DISTINCT ON (s.id) t.scenario, t.profile, r.verdict, k.id AS job FROM job s "
        "JOIN task t ON t.id = s.task_id AND t.kind = 'session' "
        "JOIN job k ON k.subject_job = s.id JOIN result r ON r.job_id = k.id "
        "AND r.verdict IS NOT NULL WHERE s.app_id = $1 "
        "ORDER BY s.id, r.recorded DESC, k.id DESC",
        app_id,
    )
    findings = await client.fetch(
        "SELECT job_id, data_type, level, phase, coalesce(nullif(receiver_domain, ''), receiver) "
        "AS receiver FROM finding WHERE determined AND job_id = ANY($1)",
        [row["job"] for row in rows],
    )
    told: dict[int, set[str]] = {}
    for one in findings:
        to = f" to {one['receiver']}" if one["receiver"] else ""
        told.setdefault(one["job_id"], set()).add(
            f"{one['data_type']} {one['level']} {one['phase']}{to}"
        )
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        groups.setdefault((row["scenario"], row["profile"]), []).append(row)
    return [
        Behaviour(
            scenario=scenario,
            profile=profile,
            sessions=len(members),
            verdicts=sorted({row["verdict"] for row in members}),
            findings=sorted(set().union(*(told.get(row["job"], set()) for row in members))),
        )
        for (scenario, profile), members in sorted(groups.items())
    ]
