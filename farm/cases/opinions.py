"""Who says what of a clause: the farm's own judgements and outside engines, side by side.

Nobody outvotes anybody: what two decided differently is put before a person, and so is a sample of
what nobody disputes. Reads what judgements and examinations left; runs no engine.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from farm.apps.engines.comparison import graver, gravest
from farm.apps.engines.merging import (
    DECIDED,
    FARM,
    MergedClause,
    Opinion,
    merged,
    opinions_of,
    sampled,
)
from farm.apps.engines.statements import EngineResult, Statement, Status
from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.cases.reviews import prepare
from farm.cases.values import ReviewEvidence
from farm.cases.vocabulary import ReviewKind
from farm.model.clause import ClauseAnswer, ClauseJudgement

_LOCK = 0x66617264  # one taker of examinations at a time
_SAID = (ClauseAnswer.BROKEN, ClauseAnswer.KEPT, ClauseAnswer.FOR_REVIEW)
_STATEMENTS = msgspec.json.Decoder(list[Statement])
_EVIDENCE = msgspec.json.Decoder(ReviewEvidence)
_MOST_SESSIONS = 20

_WAITING = """
SELECT r.app_id, r.engine, r.version, r.status, r.statements, a.sha256
FROM engine_result r JOIN app a ON a.id = r.app_id WHERE NOT r.taken
ORDER BY r.examined, r.app_id, r.engine LIMIT $1 FOR UPDATE OF r SKIP LOCKED
"""
_OPINION = (
    "INSERT INTO clause_opinion (app_id, clause, engine, source, answer, confidence, subjects, "
    "evidence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
)


async def note_judgement(
    client: Client,
    judgements: Sequence[ClauseJudgement],
    *,
    app_id: int,
    product: int,
    session: str,
    evidence: Callable[[ClauseJudgement], ReviewEvidence],
) -> int:
    """Keep what one session's newest judgement says of clauses; returns how many reviews it opened.

    What it cannot tell is no opinion.
    """
    await client.execute(
        "DELETE FROM clause_opinion WHERE app_id = $1 AND engine = $2 AND source = $3",
        app_id,
        FARM,
        text(session),
    )
    await client.executemany(
        _OPINION,
        [
            (
                app_id, text(one.clause), FARM, text(session), one.answer, 1.0, [],
                msgspec.json.encode(evidence(one)).decode(),
            )
            for one in gravest(judgements)
            if one.answer in _SAID
        ],
    )  # fmt: skip
    return await _ask(client, app_id, product)


async def take_examinations(database: Database, *, limit: int = 200) -> int:
    """Keep what engines said since the last time; returns how many results that were.

    Does nothing while another process does it.
    """
    async with database.transaction(seconds=300) as client:
        if not await client.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
            return 0
        rows = await client.fetch(_WAITING, limit)
        for row in rows:
            await _take(client, row)
    return len(rows)


async def _take(client: Client, row: Any) -> None:
    await client.execute(
        "UPDATE engine_result SET taken = true WHERE app_id = $1 AND engine = $2 AND version = $3",
        row["app_id"],
        row["engine"],
        row["version"],
    )
    if row["status"] != Status.DONE:
        return  # an engine that failed has no opinion
    result = EngineResult(
        engine=row["engine"],
        version=row["version"],
        apk_sha256=row["sha256"],
        status=Status.DONE,
        statements=_STATEMENTS.decode(row["statements"]),
    )
    await client.execute(
        "DELETE FROM clause_opinion WHERE app_id = $1 AND engine = $2", row["app_id"], row["engine"]
    )
    await client.executemany(
        _OPINION,
        [
            (
                row["app_id"], text(clause), text(said.engine), "", said.answer, said.confidence,
                [text(one) for one in said.subjects], None,
            )
            for clause, said in opinions_of(result)
        ],
    )  # fmt: skip
    product = await client.fetchval(
        "SELECT product_id FROM app_version WHERE app_id = $1", row["app_id"]
    )
    if product is not None:  # else its first judgement brings it into the register
        await _ask(client, row["app_id"], product)


async def opinions(database: Database, app_id: int) -> list[MergedClause]:
    """Every clause of one app version that somebody spoke of, with who said what."""
    async with database.transaction() as client:
        return await _merged(client, app_id)


async def _merged(client: Client, app_id: int) -> list[MergedClause]:
    said: dict[str, dict[str, Opinion]] = {}
    for row in await client.fetch(
        "SELECT clause, engine, answer, confidence, subjects FROM clause_opinion "
        "WHERE app_id = $1 ORDER BY clause, engine, source",
        app_id,
    ):
        one = Opinion(
            engine=row["engine"],
            answer=ClauseAnswer(row["answer"]),
            confidence=row["confidence"],
            subjects=row["subjects"],
        )
        kept = said.setdefault(row["clause"], {})
        known = kept.get(one.engine)
        if known is None or graver(one.answer, known.answer):
            kept[one.engine] = one
    return [merged(clause, list(kept.values())) for clause, kept in sorted(said.items())]


async def _ask(client: Client, app_id: int, product: int) -> int:
    """Put what is disputed, and the sample, before people, once each and with its evidence."""
    sha256 = await client.fetchval("SELECT sha256 FROM app WHERE id = $1", app_id)
    sample = await client.fetchrow("SELECT share, salt FROM engine_sample")
    wanted = [
        one.clause
        for one in await _merged(client, app_id)
        if one.agreed is False
        or (
            any(said.answer in DECIDED for said in one.opinions)
            and sampled(sha256, one.clause, sample["share"], sample["salt"])
        )
    ]
    if not wanted:
        return 0
    rows = await client.fetch(
        "SELECT clause, array_agg(evidence ORDER BY said, source) AS evidence FROM clause_opinion "
        "WHERE app_id = $1 AND clause = ANY($2) AND evidence IS NOT NULL AND clause NOT IN "
        "(SELECT clause FROM review WHERE app_id = $1 AND kind = 'clause') GROUP BY clause "
        "ORDER BY clause",
        app_id,
        wanted,
    )
    for row in rows:
        await prepare(
            client,
            kind=ReviewKind.CLAUSE,
            product=product,
            app_id=app_id,
            clause=row["clause"],
            evidence=[_EVIDENCE.decode(one) for one in row["evidence"][-_MOST_SESSIONS:]],
        )
    return len(rows)
