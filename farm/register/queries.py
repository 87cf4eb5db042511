"""Reads the register: lists of apps in pages, and everything about one app. Writes nothing."""

from typing import Any

from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.model.errors import UsageError
from farm.register.paging import Page, at_text, at_time, check_limit, cursor
from farm.register.search import bounds, fold
from farm.register.values import (
    AppFilter,
    AppLine,
    AppPage,
    FactLine,
    SessionLine,
    SightingLine,
    SignerLine,
    SourceLine,
    VersionLine,
)

_MOST_VERSIONS = 200
_MOST_SIGHTINGS = 500

_LINE = """
SELECT p.id, p.package, p.label, p.developer_id, coalesce(d.name, '') AS developer,
       p.product_line, p.category, p.first_seen, p.last_seen, p.versions,
       coalesce(a.version_name, '') AS latest_version, p.verdict, p.judged, p.open_cases,
       p.flagged_signers
"""
_JOINS = """
LEFT JOIN developer d ON d.id = p.developer_id LEFT JOIN app a ON a.id = p.latest_app
"""

_IN_STORE = (
    "EXISTS (SELECT FROM product_store s WHERE s.product_id = p.id AND s.app_store_id = "
    "(SELECT id FROM app_store WHERE name"
)


async def apps(
    database: Database, wanted: AppFilter | None = None, *, after: str = "", limit: int = 50
) -> Page[AppLine]:
    """Apps, those with the newest versions first; a search lists by the word that was found.

    Raises:
        UsageError: the cursor or limit cannot be used.
    """
    check_limit(limit)
    wanted = wanted or AppFilter()
    async with database.transaction() as client:
        if fold(wanted.search):
            return await _found(client, wanted, after, limit)
        return await _recent(client, wanted, after, limit)


async def _recent(client: Client, wanted: AppFilter, after: str, limit: int) -> Page[AppLine]:
    values: list[Any] = []
    conditions = _conditions(wanted, values)
    at = at_time(after)
    if at is not None:
        values += at
        conditions.append(f"(p.last_seen, p.id) < (${len(values) - 1}, ${len(values)})")
    values.append(limit + 1)
    rows = await client.fetch(
        f"{_LINE} FROM product p {_JOINS} {_where(conditions)} "
        f"ORDER BY p.last_seen DESC, p.id DESC LIMIT ${len(values)}",
        *values,
    )
    items = [AppLine(**row) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    return Page(items=items, after=cursor(last.last_seen, last.id) if last else "")


async def _found(client: Client, wanted: AppFilter, after: str, limit: int) -> Page[AppLine]:
    low, high = bounds(wanted.search)
    values: list[Any] = [low, high]
    # An app that several of its words find is listed at the first of them.
    conditions = [
        "w.word >= $1 AND w.word < $2",
        (
            "NOT EXISTS (SELECT FROM product_word o WHERE o.product_id = p.id "
            "AND o.word >= $1 AND o.word < w.word)"
        ),
        *_conditions(wanted, values),
    ]
    at = at_text(after)
    if at is not None:
        values += at
        conditions.append(f"(w.word, w.product_id) > (${len(values) - 1}, ${len(values)})")
    values.append(limit + 1)
    rows = await client.fetch(
        f"{_LINE}, w.word FROM product_word w JOIN product p ON p.id = w.product_id {_JOINS} "
        f"{_where(conditions)} ORDER BY w.word, w.product_id LIMIT ${len(values)}",
        *values,
    )
    items = [AppLine(**{k: v for k, v in row.items() if k != "word"}) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(items=items, after=cursor(last["word"], last["id"]) if last else "")


def _conditions(wanted: AppFilter, values: list[Any]) -> list[str]:
    found: list[str] = []
    for column, value in (
        ("category", wanted.category),
        ("developer_id", wanted.developer),
        ("verdict", wanted.verdict or None),
    ):
        if value is not None:
            values.append(value)
            found.append(f"p.{column} = ${len(values)}")
    if wanted.store:
        values.append(wanted.store)
        found.append(f"{_IN_STORE} = ${len(values)}))")
    if wanted.flagged:
        found.append("p.flagged_signers > 0")
    if wanted.offending:
        found.append("p.open_cases > 0")
    return found


def _where(conditions: list[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


async def app_page(database: Database, package: str) -> AppPage:
    """Everything about one app.

    Raises:
        UsageError: the register does not have it.
    """
    async with database.transaction() as client:
        row = await client.fetchrow(
            f"{_LINE} FROM product p {_JOINS} WHERE p.package = $1", text(package)
        )
        if row is None:
            raise UsageError(f"{package}: not in the register; see `farm apps list`")
        product = row["id"]
        return AppPage(
            app=AppLine(**row),
            versions=await _versions(client, product),
            signers=[
                SignerLine(**one)
                for one in await client.fetch(
                    "SELECT signer_sha256, state, first_seen, decided, decided_by, reason "
                    "FROM product_signer WHERE product_id = $1 ORDER BY first_seen, signer_sha256",
                    product,
                )
            ],
            facts=[
                FactLine(**one)
                for one in await client.fetch(
                    "SELECT field, value, source, said FROM product_fact WHERE product_id = $1 "
                    "ORDER BY field, weight DESC, said DESC, source",
                    product,
                )
            ],
            sightings=[
                SightingLine(**one)
                for one in await client.fetch(
                    "SELECT s.app_id, t.name AS store, s.source, s.reference, s.first_seen, "
                    "s.last_seen FROM sighting s JOIN app_store t ON t.id = s.app_store_id "
                    "JOIN app_version v ON v.app_id = s.app_id WHERE v.product_id = $1 "
                    "ORDER BY s.first_seen DESC, s.app_id DESC, t.name LIMIT $2",
                    product,
                    _MOST_SIGHTINGS,
                )
            ],
        )


async def _versions(client: Client, product: int) -> list[VersionLine]:
    rows = await client.fetch(
        "SELECT v.app_id, a.sha256, v.version_code, a.version_name, v.label, v.signer_sha256, "
        "g.state AS signer_state, v.size, v.target_sdk, v.sdks, v.first_seen, "
        "ARRAY(SELECT DISTINCT t.name FROM sighting s JOIN app_store t ON t.id = s.app_store_id "
        "WHERE s.app_id = v.app_id ORDER BY t.name) AS stores, i.state AS intake, "
        "coalesce(r.sessions, 0) AS sessions, r.verdict "
        "FROM app_version v JOIN app a ON a.id = v.app_id "
        "LEFT JOIN product_signer g ON g.product_id = v.product_id "
        "AND g.signer_sha256 = v.signer_sha256 "
        "LEFT JOIN version_intake i ON i.app_id = v.app_id "
        "LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE t.kind = 'session') AS sessions, "
        # The gravest first: no verdict may hide a graver one.
        "(array_agg(x.verdict ORDER BY array_position(ARRAY['violation', 'undetermined', "
        "'not_observable', 'clean'], x.verdict)) FILTER (WHERE x.verdict IS NOT NULL))[1] "
        "AS verdict FROM job j JOIN task t ON t.id = j.task_id "
        "JOIN result x ON x.job_id = j.id WHERE j.app_id = v.app_id) r "
        "ON true WHERE v.product_id = $1 "
        "ORDER BY v.version_code DESC, v.app_id DESC LIMIT $2",
        product,
        _MOST_VERSIONS,
    )
    return [VersionLine(**row) for row in rows]


async def sessions(database: Database, app_id: int, *, limit: int = 100) -> list[SessionLine]:
    """Sessions of one version, the newest first, each with its latest judgement."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT j.id AS job, c.name AS campaign, t.scenario, t.profile, j.state, a.cause, "
            "a.reason, a.session_id, a.recording, a.started, a.ended, n.id AS analysis_job, "
            "n.detail AS analysis, n.verdict, coalesce(n.findings, 0) AS findings "
            "FROM job j JOIN task t ON t.id = j.task_id AND t.kind = 'session' "
            "JOIN campaign c ON c.id = j.campaign_id "
            "LEFT JOIN attempt a ON a.job_id = j.id AND a.fence = j.fence "
            "LEFT JOIN LATERAL (SELECT k.id, x.detail, r.verdict, (SELECT count(*) FROM finding f "
            "WHERE f.job_id = k.id AND f.determined) AS findings "
            "FROM job k JOIN result r ON r.job_id = k.id AND r.verdict IS NOT NULL "
            "JOIN attempt x ON x.job_id = k.id AND x.fence = r.fence WHERE k.subject_job = j.id "
            "ORDER BY r.recorded DESC, k.id DESC LIMIT 1) n ON true "
            "WHERE j.app_id = $1 ORDER BY j.id DESC LIMIT $2",
            app_id,
            check_limit(limit),
        )
    return [SessionLine(**row) for row in rows]


async def sources(database: Database) -> list[SourceLine]:
    """All sources that were ever looked at."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT s.name, s.kind, s.checked, s.succeeded, s.error, "
            "count(i.reference) FILTER (WHERE i.state = 'taken') AS taken, "
            "count(i.reference) FILTER (WHERE i.state = 'refused') AS refused "
            "FROM app_source s LEFT JOIN source_item i ON i.source = s.name "
            "GROUP BY s.name ORDER BY s.name"
        )
    return [SourceLine(**row) for row in rows]


async def stores(database: Database) -> list[str]:
    """Names of all stores."""
    async with database.transaction() as client:
        rows = await client.fetch("SELECT name FROM app_store ORDER BY name")
    return [row["name"] for row in rows]
