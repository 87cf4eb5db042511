"""Finds runs: of a campaign, and the last comparable ones before it, as facts."""

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.dataset as ds

from farm.campaign.database import Database
from farm.campaign.nightly.compare import RunFacts
from farm.campaign.plan.values import AppEntry, entry_of
from farm.campaign.store import Store, StoreUnavailable
from farm.campaign.store.events import EVENTS, events_name
from farm.campaign.store.parts import where
from farm.campaign.store.query import open_files
from farm.campaign.worker.hook_store import hooks_key
from farm.detect.domains import registrable_domain
from farm.model.finding import Analysis, Finding
from farm.model.session import Session
from farm.model.vocabulary import CANARY_HOST


class StoredAnalysis(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a stored analysis that says under which conditions it was made."""

    session: Session


_ANALYSIS = msgspec.json.Decoder(Analysis)
_SESSION = msgspec.json.Decoder(StoredAnalysis)

_COLUMNS = """
SELECT p.package, p.sha256, p.version_code, p.version_name, t.scenario, t.profile,
       s.recording, s.session_id, aa.detail AS analysis, r.recorded
FROM job j
JOIN attempt aa ON aa.job_id = j.id AND aa.fence = j.fence
JOIN result r ON r.job_id = j.id
JOIN attempt s ON s.job_id = j.subject_job AND s.fence = j.subject_fence
JOIN job sj ON sj.id = j.subject_job
JOIN task t ON t.id = sj.task_id
JOIN app p ON p.id = j.app_id
JOIN campaign c ON c.id = j.campaign_id
WHERE r.cause = 'none' AND r.verdict IS NOT NULL
"""


async def runs_of(database: Database, store: Store, campaign: str) -> list[RunFacts]:
    """Every judged session of a campaign."""
    async with database.transaction(seconds=60) as client:
        rows = await client.fetch(f"{_COLUMNS} AND c.name = $1 ORDER BY j.id", campaign)
    return [await _facts(store, row) for row in rows]


async def last_before(
    database: Database, store: Store, run: RunFacts, campaigns: Iterable[str]
) -> RunFacts | None:
    """The newest earlier run of the same package, scenario and profile; None: it is the first.

    Args:
        campaigns: names of this night's campaigns, whose runs are not earlier ones. Runs of
            versions that some night made to trace a change are left out as well.
    """
    async with database.transaction(seconds=60) as client:
        row = await client.fetchrow(
            f"{_COLUMNS} AND p.package = $1 AND t.scenario = $2 AND t.profile = $3 "
            "AND NOT (c.name = ANY($4)) AND coalesce(c.plan->>'purpose', '') <> 'trace' "
            "ORDER BY r.recorded DESC LIMIT 1",
            run.package,
            run.scenario,
            run.profile,
            list(campaigns),
        )
    return None if row is None else await _facts(store, row)


async def seen_apps(database: Database, scenarios: Iterable[str]) -> set[str]:
    """Digests of apps that have a judged session under all these scenarios."""
    wanted = sorted(set(scenarios))
    async with database.transaction(seconds=60) as client:
        rows = await client.fetch(
            "SELECT p.sha256 FROM job j JOIN task t ON t.id = j.task_id "
            "JOIN app p ON p.id = j.app_id WHERE t.kind = 'session' AND j.state = 'done' "
            "AND t.scenario = ANY($1) GROUP BY 1 HAVING count(DISTINCT t.scenario) = $2",
            wanted,
            len(wanted),
        )
    return {row["sha256"] for row in rows}


async def app_entry(database: Database, sha256: str) -> AppEntry:
    """An app that was planned before, to be run again."""
    async with database.transaction() as client:
        row = await client.fetchrow("SELECT * FROM app WHERE sha256 = $1", sha256)
    return entry_of(row)


async def _facts(store: Store, row: Any) -> RunFacts:
    data = await store.get_bytes(row["analysis"])
    return facts_of(
        _ANALYSIS.decode(data),
        _SESSION.decode(data).session,
        recording=row["recording"],
        scenario=row["scenario"],
        profile=row["profile"],
        apis=await called_apis(store, row["session_id"]),
    )


def facts_of(
    analysis: Analysis,
    session: Session,
    *,
    recording: str,
    scenario: str,
    profile: str,
    apis: frozenset[str],
) -> RunFacts:
    """What an analysis says, reduced to what nights are compared by."""
    found = analysis.findings
    seen = [*found, *analysis.undetermined]
    hosts = [*analysis.coverage.hosts_seen, *analysis.coverage.hosts_refused]
    tools = {name: session.versions.get(name, "") for name in ("mitmproxy", "frida", "farm")}
    return RunFacts(
        package=session.app.package,
        scenario=scenario,
        profile=profile,
        session_id=session.session_id,
        recording=recording,
        app_sha256=session.app.apk_sha256,
        version_name=session.app.version_name,
        version_code=session.app.version_code,
        verdict=analysis.verdict.kind,
        findings={finding.finding_id: _told(finding) for finding in found},
        parties=frozenset(registrable_domain(host) or host for host in hosts if host != CANARY_HOST)
        | frozenset(f.receiver.domain or f.receiver.name for f in seen if f.receiver),
        sdks=frozenset(f.caller.sdk or f.caller.name for f in seen if f.caller.third),
        permissions=frozenset(session.app.permissions),
        apis=apis,
        hooks_failed=frozenset(analysis.coverage.hooks_failed),
        rules=analysis.rules,
        hook_bundle=hooks_key(session.hook_bundle_sha256, session.hook_catalogue_sha256),
        phone=session.device.build_fingerprint,
        network=session.options.get("network", ""),
        tools=" ".join(f"{name} {version}" for name, version in sorted(tools.items())),
    )


def _told(finding: Finding) -> str:
    to = f" to {finding.receiver.name}" if finding.receiver else ""
    return f"{finding.data_type} {finding.level} {finding.phase} by {finding.caller.name}{to}"


async def called_apis(store: Store, session_id: str) -> frozenset[str]:
    """APIs that the session's hooks saw called; reads only what a day's file has of the session.

    Raises:
        StoreUnavailable: the file cannot be read.
    """
    file = await where(store, events_name(session_id))
    return await asyncio.to_thread(_apis_in, store, file, session_id) if file else frozenset()


def _apis_in(store: Store, file: str, session_id: str) -> frozenset[str]:
    wanted = (ds.field("session_id") == session_id) & (ds.field("kind") == "call")
    try:
        table = open_files(store, "events", EVENTS, [file]).to_table(["api"], filter=wanted)
    except (pa.ArrowException, OSError) as error:
        why = " ".join(str(error).split())[:200]
        raise StoreUnavailable(f"{store.address}/{file}: cannot be read: {why}") from error
    return frozenset(api for api in table["api"].to_pylist() if api)
