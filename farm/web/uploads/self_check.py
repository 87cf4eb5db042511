"""A company's own app, from the file to a self-check campaign, and what became of it."""

import datetime
import hashlib

import msgspec

from farm.campaign.audit import record
from farm.campaign.ledger.values import AppFile
from farm.campaign.plan.values import AppEntry
from farm.campaign.worker.sources import apk_name
from farm.model.errors import UsageError
from farm.model.session import App
from farm.register.values import Listing
from farm.register.write import register
from farm.web.accounts.users import User
from farm.web.campaigns.planning import Wanted, plan_apps, scenarios
from farm.web.site import Site
from farm.web.uploads.reading import read_app
from farm.web.uploads.receiving import Received

SCENARIOS = ("accept", "decline", "launch_idle")
_SOURCE = "self-check"
_MOST = 200


class SelfCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One app that was given in. Package, label and version are the app's own words."""

    sha256: str
    package: str
    label: str
    version: str
    given: datetime.datetime
    campaign: str | None  # None: given in for later campaigns
    open_jobs: int  # sessions and judgements that are not over
    verdict: str | None  # the gravest so far


class CheckedFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a self-check, without any value."""

    scenario: str
    determined: bool
    rule: str
    clause: str
    phase: str
    level: str
    data_type: str
    severity: str
    confidence: str
    caller_sdk: str
    receiver_domain: str


async def give_in(site: Site, user: User, file: Received, *, check: bool) -> SelfCheck:
    """Read, store and register an APK; with `check`, plan its sessions.

    Raises:
        UsageError: it is no APK, or cannot be planned.
        StoreError, StoreUnavailable: it could not be stored.
    """
    app = await read_app(file.path)
    if app.apk_sha256 != file.sha256:
        raise UsageError("the file changed while it was read; send it again")
    await site.store.put_file(apk_name(file.sha256), file.path, file.sha256)
    entered = await register(
        site.database,
        app,
        Listing(store="", source=f"{_SOURCE}: {user.name}"),
        files=(AppFile(sha256=file.sha256, size=file.size),),
    )
    campaign = await _planned(site, user, app) if check else None
    async with site.database.transaction() as client:
        await client.execute(
            "INSERT INTO self_check (account_id, app_id, campaign_id) "
            "VALUES ($1, $2, (SELECT id FROM campaign WHERE name = $3)) "
            "ON CONFLICT (account_id, app_id) DO UPDATE "
            "SET campaign_id = coalesce(excluded.campaign_id, self_check.campaign_id)",
            user.id,
            entered.app_id,
            campaign,
        )
        await record(
            client,
            actor=user.name,
            action="app.give_in",
            subject=f"app:{app.package}",
            detail={"sha256": file.sha256, "campaign": campaign or ""},
        )
    found = await one_check(site, user, file.sha256)
    assert found is not None  # noqa: S101 - it was entered just now
    return found


async def _planned(site: Site, user: User, app: App) -> str:
    known = {one.name: one.sha256 for one in await scenarios()}
    # Another text of a scenario is another campaign; the month keeps each of bounded size.
    digest = hashlib.sha256(" ".join(known[name] for name in SCENARIOS).encode()).hexdigest()
    month = datetime.datetime.now(datetime.UTC)
    wanted = Wanted(
        name=f"self-check-{month:%Y-%m}-{user.name}-{digest[:6]}",
        packages=(),
        scenarios=SCENARIOS,
        priority=-10,
    )
    entry = AppEntry(
        sha256=app.apk_sha256,
        package=app.package,
        version_code=app.version_code,
        version_name=app.version_name,
        lowest_sdk=app.lowest_sdk,
        abis=tuple(app.abis),
        files=(AppFile(sha256=app.apk_sha256, size=app.size),),
    )
    await plan_apps(site, wanted, [entry], user.name)
    return wanted.name


_LINE = """
SELECT a.sha256, a.package, coalesce(v.label, '') AS label, a.version_name AS version, s.given,
       c.name AS campaign,
       (SELECT count(*) FROM job j JOIN task t ON t.id = j.task_id
        WHERE t.kind <> 'examination' AND j.app_id = a.id AND j.campaign_id = s.campaign_id
        AND j.state IN ('planned', 'queued', 'running')) AS open_jobs,
       (SELECT r.verdict FROM job j JOIN result r ON r.job_id = j.id WHERE j.app_id = a.id
        AND j.campaign_id = s.campaign_id AND r.verdict IS NOT NULL
        ORDER BY array_position(ARRAY['violation', 'undetermined', 'not_observable', 'clean'],
        r.verdict) LIMIT 1) AS verdict
FROM self_check s JOIN app a ON a.id = s.app_id LEFT JOIN app_version v ON v.app_id = a.id
LEFT JOIN campaign c ON c.id = s.campaign_id
"""


async def own_checks(site: Site, user: User) -> list[SelfCheck]:
    """What somebody gave in, the latest first."""
    async with site.database.transaction() as client:
        rows = await client.fetch(
            f"{_LINE} WHERE s.account_id = $1 ORDER BY s.given DESC, s.id DESC LIMIT $2",
            user.id,
            _MOST,
        )
    return [SelfCheck(**row) for row in rows]


async def one_check(site: Site, user: User, sha256: str) -> SelfCheck | None:
    """One app of somebody's own, None where they did not give it in."""
    async with site.database.transaction() as client:
        row = await client.fetchrow(
            f"{_LINE} WHERE s.account_id = $1 AND a.sha256 = $2", user.id, sha256
        )
    return None if row is None else SelfCheck(**row)


async def findings_of(site: Site, user: User, sha256: str) -> list[CheckedFinding]:
    """What the sessions of a self-check showed, the gravest first."""
    async with site.database.transaction() as client:
        rows = await client.fetch(
            "SELECT DISTINCT t.scenario, f.determined, f.rule, f.clause, f.phase, f.level, "
            "f.data_type, f.severity, f.confidence, f.caller_sdk, f.receiver_domain, "
            "array_position(ARRAY['high', 'medium', 'low'], f.severity) AS gravity "
            "FROM self_check s JOIN app a ON a.id = s.app_id "
            "JOIN job j ON j.app_id = a.id AND j.campaign_id = s.campaign_id "
            "JOIN finding f ON f.job_id = j.id LEFT JOIN job o ON o.id = j.subject_job "
            "JOIN task t ON t.id = coalesce(o.task_id, j.task_id) "
            "WHERE s.account_id = $1 AND a.sha256 = $2 "
            "ORDER BY f.determined DESC, gravity, f.rule, f.data_type LIMIT $3",
            user.id,
            sha256,
            _MOST,
        )
    return [CheckedFinding(**{k: v for k, v in row.items() if k != "gravity"}) for row in rows]
