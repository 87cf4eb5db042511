"""How outside engines do over all apps: results, pairs that disagree, drift, and the sample.

Everything comes from what campaigns examined and judged.
"""

import datetime

import msgspec

from farm.apps.engines.comparison import Pair
from farm.apps.engines.merging import Drift, drift
from farm.apps.engines.statements import EngineResult, Statement, Status, Topic
from farm.campaign.audit import record
from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.model.errors import UsageError

_NOW = datetime.timedelta(days=7)
_BEFORE = datetime.timedelta(days=30)
_STATEMENTS = msgspec.json.Decoder(list[Statement])


class EngineLine(msgspec.Struct, frozen=True, kw_only=True):
    """One engine with how its examinations of the last month ended."""

    engine: str
    versions: list[str]
    done: int
    failed: int
    timed_out: int
    absent: int
    seconds: float  # of a finished examination, the mean
    last: datetime.datetime


class TopicDrift(msgspec.Struct, frozen=True, kw_only=True):
    """An engine's share of apps with something of a topic, now beside before."""

    topic: Topic
    drift: Drift


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """All engines."""

    engines: list[EngineLine]
    matrix: list[Pair]
    drifts: list[TopicDrift]
    share: float  # of decided answers that are put before a person although nobody disputes them

    @property
    def alarms(self) -> list[TopicDrift]:
        """What changed by more than chance explains."""
        return [one for one in self.drifts if one.drift.alarm]


async def overview(
    database: Database,
    *,
    now: datetime.timedelta = _NOW,
    before: datetime.timedelta = _BEFORE,
) -> Overview:
    """Engines of the present period beside the period before it.

    Args:
        now: length of the present period, up to this moment.
        before: length of the period that it is held against.
    """
    async with database.transaction(seconds=60) as client:
        lines = await client.fetch(
            "SELECT engine, array_agg(DISTINCT version) AS versions, "
            "count(*) FILTER (WHERE status = 'done') AS done, "
            "count(*) FILTER (WHERE status = 'failed') AS failed, "
            "count(*) FILTER (WHERE status = 'timed_out') AS timed_out, "
            "count(*) FILTER (WHERE status = 'absent') AS absent, "
            "coalesce(avg(seconds) FILTER (WHERE status = 'done'), 0)::float8 AS seconds, "
            "max(examined) AS last FROM engine_result WHERE examined > now() - $1::interval "
            "GROUP BY engine ORDER BY engine",
            now + before,
        )
        return Overview(
            engines=[EngineLine(**line) for line in lines],
            matrix=await _matrix(client),
            drifts=await _drifts(client, now, before),
            share=await client.fetchval("SELECT share FROM engine_sample"),
        )


async def _matrix(client: Client) -> list[Pair]:
    # From where an outside engine decided; of the farm's sessions the gravest answer counts.
    rows = await client.fetch(
        "WITH outside AS (SELECT app_id, clause, engine, answer FROM clause_opinion "
        "WHERE engine <> 'farm' AND answer IN ('broken', 'kept')), "
        "own AS (SELECT o.app_id, o.clause, 'farm'::text AS engine, "
        "min(array_position(ARRAY['broken', 'for_review', 'kept'], f.answer)) AS place "
        "FROM (SELECT DISTINCT app_id, clause FROM outside) o "
        "JOIN clause_opinion f ON f.app_id = o.app_id AND f.clause = o.clause "
        "AND f.engine = 'farm' GROUP BY 1, 2), "
        "everybody AS (SELECT * FROM outside UNION ALL SELECT app_id, clause, engine, "
        "CASE place WHEN 1 THEN 'broken' ELSE 'kept' END FROM own WHERE place <> 2) "
        "SELECT a.engine AS first, b.engine AS second, count(*) AS decided, "
        "count(*) FILTER (WHERE a.answer <> b.answer) AS disagreed FROM everybody a "
        "JOIN everybody b ON b.app_id = a.app_id AND b.clause = a.clause AND b.engine > a.engine "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [Pair(**row) for row in rows]


async def _drifts(
    client: Client, now: datetime.timedelta, before: datetime.timedelta
) -> list[TopicDrift]:
    # An app that was examined by two versions counts once in each period, by its newest.
    rows = await client.fetch(
        "WITH newest AS (SELECT DISTINCT ON (app_id, engine, examined > now() - $1::interval) "
        "engine, topics, examined > now() - $1::interval AS present FROM engine_result "
        "WHERE status = 'done' AND examined > now() - $2::interval "
        "ORDER BY app_id, engine, examined > now() - $1::interval, examined DESC) "
        "SELECT engine, topic, "
        "count(*) FILTER (WHERE NOT present AND topic = ANY(topics)) AS said_before, "
        "count(*) FILTER (WHERE NOT present) AS before, "
        "count(*) FILTER (WHERE present AND topic = ANY(topics)) AS said_now, "
        "count(*) FILTER (WHERE present) AS now "
        "FROM newest CROSS JOIN unnest($3::text[]) AS topic GROUP BY 1, 2 ORDER BY 1, 2",
        now,
        now + before,
        list(Topic),
    )
    return [
        TopicDrift(
            topic=Topic(row["topic"]),
            drift=drift(
                row["engine"],
                (row["said_before"], row["before"]),
                (row["said_now"], row["now"]),
            ),
        )
        for row in rows
        if row["before"] and row["now"] and (row["said_before"] or row["said_now"])
    ]


async def results_of(database: Database, sha256: str) -> list[EngineResult]:
    """What each engine said of one app version, by its newest version there."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT DISTINCT ON (r.engine) r.engine, r.version, a.sha256 AS apk_sha256, r.status, "
            "r.reason, r.seconds, r.statements FROM engine_result r JOIN app a ON a.id = r.app_id "
            "WHERE a.sha256 = $1 ORDER BY r.engine, (r.status = 'done') DESC, r.examined DESC",
            sha256,
        )
    return [
        EngineResult(
            **{
                **row,
                "status": Status(row["status"]),
                "statements": _STATEMENTS.decode(row["statements"]),
            }
        )
        for row in rows
    ]


async def set_sample(database: Database, share: float, *, actor: str) -> None:
    """Set which share of decided answers persons check although nobody disputes them.

    Raises:
        UsageError: the share is not from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise UsageError(f"share: expected 0 to 1, got {share}")
    async with database.transaction() as client:
        await client.execute("UPDATE engine_sample SET share = $1", share)
        await record(
            client,
            actor=actor,
            action="engines.sample",
            subject="engines",
            detail={"share": share},
        )
