"""Takes note of judgements: each opens cases, decides re-tests and prepares reviews, once.

Reads the stored analysis of every judged session, the only thing that a case may rest on. One
intake works at a time; what it did of a judgement is one transaction.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec

from farm.campaign.database import Database
from farm.campaign.database.text import text
from farm.campaign.nightly.runs import StoredAnalysis
from farm.campaign.store import Store, StoreError
from farm.cases import clauses
from farm.cases.moving import move_cases
from farm.cases.opinions import note_judgement
from farm.cases.problems import problems
from farm.cases.records import Judged, show_gravest_verdict
from farm.cases.values import ReviewEvidence
from farm.detect.clauses.packs import LoadedPack
from farm.detect.rules import RulePack
from farm.model.clause import ClauseJudgement
from farm.model.finding import Analysis
from farm.model.session import Session
from farm.register.values import Listing
from farm.register.write import register

log = logging.getLogger(__name__)

_LOCK = 0x66617262  # one intake at a time
_ANALYSIS = msgspec.json.Decoder(Analysis)
_SESSION = msgspec.json.Decoder(StoredAnalysis)

# Judgements are taken in the order they were recorded; a day of grace for those committed late.
_WAITING = """
SELECT r.job_id, r.recorded, j.app_id, x.detail AS analysis, c.name AS campaign
FROM result r JOIN job j ON j.id = r.job_id JOIN task t ON t.id = j.task_id
JOIN campaign c ON c.id = j.campaign_id JOIN attempt x ON x.job_id = r.job_id AND x.fence = r.fence
WHERE r.recorded >= (SELECT coalesce(max(recorded), '-infinity') - interval '1 day'
                     FROM judgement_intake)
AND t.kind = 'analysis' AND r.verdict IS NOT NULL AND r.cause = 'none'
AND NOT EXISTS (SELECT FROM judgement_intake i WHERE i.job_id = r.job_id)
ORDER BY r.recorded, r.job_id LIMIT $1
"""

# What could not be read is tried again: a store may have been away in a way that looked like a
# lost file, such as a network folder that was not mounted.
_AGAIN = """
SELECT i.job_id, i.recorded, j.app_id, x.detail AS analysis, c.name AS campaign
FROM judgement_intake i JOIN result r ON r.job_id = i.job_id JOIN job j ON j.id = r.job_id
JOIN campaign c ON c.id = j.campaign_id JOIN attempt x ON x.job_id = r.job_id AND x.fence = r.fence
WHERE i.outcome = 'unreadable' AND i.at < now() - interval '1 hour' ORDER BY i.at LIMIT 20
"""


class Taken(msgspec.Struct, kw_only=True):
    """What a round of intake did."""

    judgements: int = 0
    unreadable: int = 0
    opened: int = 0
    moved: int = 0
    reviews: int = 0

    def add(self, other: "Taken") -> None:
        """Count another round in."""
        for field in self.__struct_fields__:
            setattr(self, field, getattr(self, field) + getattr(other, field))


async def take(
    database: Database,
    store: Store,
    rules: RulePack,
    packs: Sequence[LoadedPack],
    *,
    limit: int = 200,
    patience: float = 120.0,
) -> Taken:
    """Take note of up to `limit` judgements; does nothing while another intake works.

    Args:
        patience: seconds on one judgement after which this intake is taken for frozen or cut off,
            and another one goes on.

    Raises:
        DatabaseUnavailable, StoreUnavailable: what was taken is kept; the rest comes next time.
    """
    done = Taken()
    async with database.transaction(seconds=600) as guard:
        if not await guard.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
            return done
        await guard.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', $1, true)",
            f"{patience * 1000:.0f}ms",
        )
        waiting = [*await guard.fetch(_AGAIN), *await guard.fetch(_WAITING, limit)]
        for row in waiting:
            await guard.execute("SELECT 1")  # still the only one: else this ends here
            await _take_one(database, store, rules, packs, row, done)
    return done


async def _take_one(
    database: Database,
    store: Store,
    rules: RulePack,
    packs: Sequence[LoadedPack],
    row: Any,
    done: Taken,
) -> None:
    try:
        data = await store.get_bytes(row["analysis"] or "")
        analysis, session = await asyncio.to_thread(_decode, data)
    except (FileNotFoundError, StoreError, msgspec.MsgspecError) as error:
        log.warning("judgement %d: %s cannot be read: %s", row["job_id"], row["analysis"], error)
        await _unreadable(database, row, str(error))
        done.unreadable += 1
        return
    try:
        own = Taken()
        await _note(database, row, analysis, session, rules, packs, own)
        done.add(own)
    except asyncpg.PostgresError as error:
        # One judgement that cannot be kept must not hold up all that come after it.
        log.exception("judgement %d cannot be taken", row["job_id"])
        await _unreadable(database, row, f"{type(error).__name__}: {error}")
        done.unreadable += 1


async def _note(
    database: Database,
    row: Any,
    analysis: Analysis,
    session: Session,
    rules: RulePack,
    packs: Sequence[LoadedPack],
    done: Taken,
) -> None:
    """Write all that one judgement says, in one transaction."""
    # An app that a campaign brought along stands in the register from its first judgement on.
    entered = await register(
        database, session.app, Listing(store="", source=f"campaign {row['campaign']}")
    )
    async with database.transaction(seconds=60) as client:
        product = await client.fetchval(
            "SELECT p.id FROM product p JOIN app_version v ON v.product_id = p.id "
            "WHERE v.app_id = $1 FOR UPDATE OF p",
            entered.app_id,
        )
        judged = Judged(
            job=row["job_id"],
            app_id=entered.app_id,
            product=product,
            name=row["analysis"],
            analysis=analysis,
            session=session,
        )
        status = await client.execute(
            "INSERT INTO judgement_intake (job_id, recorded, outcome) VALUES ($1, $2, 'taken') "
            "ON CONFLICT (job_id) DO UPDATE SET outcome = 'taken', at = now(), detail = '' "
            "WHERE judgement_intake.outcome = 'unreadable'",
            row["job_id"],
            row["recorded"],
        )
        if not status.endswith(" 1"):
            return
        done.judgements += 1

        def brings(judgement: ClauseJudgement) -> ReviewEvidence:
            return clauses.evidence_of(
                judgement, job=judged.job, analysis=judged.name, session=session
            )

        moved = await move_cases(client, judged, rules, problems(analysis, packs))
        done.opened += moved.opened
        done.moved += moved.moved
        done.reviews += await clauses.prepare_reviews(
            client,
            analysis,
            product=product,
            app_id=entered.app_id,
            evidence=brings,
        )
        done.reviews += await note_judgement(
            client,
            analysis.clauses,
            app_id=entered.app_id,
            product=product,
            session=session.session_id,
            evidence=brings,
        )
        await show_gravest_verdict(client, product)


def _decode(data: bytes) -> tuple[Analysis, Session]:
    return _ANALYSIS.decode(data), _SESSION.decode(data).session


async def _unreadable(database: Database, row: Any, why: str) -> None:
    async with database.transaction() as client:
        await client.execute(
            "INSERT INTO judgement_intake (job_id, recorded, outcome, detail) "
            "VALUES ($1, $2, 'unreadable', $3) ON CONFLICT (job_id) DO UPDATE "
            "SET at = now(), detail = excluded.detail "
            "WHERE judgement_intake.outcome = 'unreadable'",
            row["job_id"],
            row["recorded"],
            text(why),
        )
