"""Reviews: what a person has to decide, signed by two different people on the same evidence.

What was signed is never changed. Two equal answers of two people agree; without them the review
stays with the next person.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from farm.campaign.audit import record
from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.cases.values import ReviewEvidence, ReviewLine, ReviewPage, SignatureLine
from farm.cases.vocabulary import ReviewAnswer, ReviewKind, ReviewState
from farm.model.errors import UsageError
from farm.register.paging import Page, at_time, check_limit, cursor

_LONGEST_REASON = 4000
_EVIDENCE = msgspec.json.Decoder(list[ReviewEvidence])

_LINE = """
SELECT r.id, r.kind, p.package, p.label, a.version_name AS version, r.app_id, r.case_id, r.clause,
       r.state, r.answer, r.opened, r.changed
FROM review r JOIN product p ON p.id = r.product_id JOIN app a ON a.id = r.app_id
"""


def settle(answers: Sequence[ReviewAnswer]) -> tuple[ReviewState, ReviewAnswer | None]:
    """What the answers of different people, in the order they were given, come to."""
    if not answers:
        return ReviewState.OPEN, None
    seen: set[ReviewAnswer] = set()
    for answer in answers:
        if answer in seen:
            return ReviewState.AGREED, answer
        seen.add(answer)
    return (ReviewState.SIGNED_ONCE if len(answers) == 1 else ReviewState.DISAGREED), None


async def reviews(
    database: Database,
    *,
    states: Sequence[ReviewState] = (
        ReviewState.OPEN,
        ReviewState.SIGNED_ONCE,
        ReviewState.DISAGREED,
    ),
    kind: ReviewKind | None = None,
    not_signed_by: str = "",
    after: str = "",
    limit: int = 50,
) -> Page[ReviewLine]:
    """Reviews, the oldest first.

    Args:
        not_signed_by: leave out what this person has signed already.

    Raises:
        UsageError: the cursor or limit cannot be used.
    """
    values: list[Any] = [list(states)]
    conditions = ["r.state = ANY($1)"]
    if kind is not None:
        values.append(kind)
        conditions.append(f"r.kind = ${len(values)}")
    if not_signed_by:
        values.append(not_signed_by.lower())
        conditions.append(
            "NOT EXISTS (SELECT FROM review_judgement j WHERE j.review_id = r.id "
            f"AND lower(j.reviewer) = ${len(values)})"
        )
    at = at_time(after)
    if at is not None:
        values += at
        conditions.append(f"(r.opened, r.id) > (${len(values) - 1}, ${len(values)})")
    values.append(check_limit(limit) + 1)
    async with database.transaction() as client:
        rows = await client.fetch(
            f"{_LINE} WHERE {' AND '.join(conditions)} "
            f"ORDER BY r.opened, r.id LIMIT ${len(values)}",
            *values,
        )
        items = await _lines(client, rows[:limit])
    last = items[-1] if len(rows) > limit else None
    return Page(items=items, after=cursor(last.opened, last.id) if last else "")


async def review_page(database: Database, review: int) -> ReviewPage:
    """One review with its evidence.

    Raises:
        UsageError: there is none of that number.
    """
    async with database.transaction() as client:
        row = await client.fetchrow(f"{_LINE} WHERE r.id = $1", review)
        if row is None:
            raise UsageError(f"review {review}: there is none")
        lines = await _lines(client, [row])
        stored = await client.fetchval("SELECT evidence FROM review WHERE id = $1", review)
    return ReviewPage(
        review=lines[0], evidence=_EVIDENCE.decode(stored), evidence_sha256=_digest(stored)
    )


async def reviews_of_case(client: Client, case: int) -> list[ReviewLine]:
    """The reviews of a case's notices, oldest first."""
    rows = await client.fetch(f"{_LINE} WHERE r.case_id = $1 ORDER BY r.id", case)
    return await _lines(client, rows)


async def reviews_of_app(database: Database, app_id: int) -> list[ReviewLine]:
    """The reviews of one version's clauses."""
    async with database.transaction() as client:
        rows = await client.fetch(
            f"{_LINE} WHERE r.app_id = $1 AND r.kind = 'clause' ORDER BY r.clause", app_id
        )
        return await _lines(client, rows)


async def prepare(
    client: Client,
    *,
    kind: ReviewKind,
    product: int,
    app_id: int,
    clause: str,
    evidence: Sequence[ReviewEvidence],
    case: int | None = None,
) -> int:
    """Open a review, or renew the evidence of one that nobody has signed; returns its number.

    Evidence that somebody signed stays as it was signed.
    """
    found = await client.fetchrow(
        "SELECT id, state FROM review WHERE kind = $1 AND "
        "CASE WHEN $1 = 'clause' THEN clause = $2 AND app_id = $3 ELSE case_id = $4 "
        "AND state IN ('open', 'signed_once', 'disagreed') END FOR UPDATE",
        kind,
        clause,
        app_id,
        case,
    )
    stored = msgspec.json.encode(list(evidence)).decode()
    if found is None:
        number: int = await client.fetchval(
            "INSERT INTO review (kind, product_id, app_id, case_id, clause, evidence) "
            "VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            kind,
            product,
            app_id,
            case,
            clause,
            stored,
        )
        return number
    if found["state"] == ReviewState.OPEN:
        await client.execute(
            "UPDATE review SET evidence = $2, app_id = $3, changed = now() "
            "WHERE id = $1 AND evidence <> $2",
            found["id"],
            stored,
            app_id,
        )
    opened: int = found["id"]
    return opened


async def withdraw(client: Client, case: int) -> None:
    """Close the reviews of a case's notice that have come to nothing yet."""
    await client.execute(
        "UPDATE review SET state = 'withdrawn', changed = now() WHERE case_id = $1 "
        "AND state IN ('open', 'signed_once', 'disagreed')",
        case,
    )


async def sign(
    database: Database,
    review: int,
    *,
    reviewer: str,
    answer: ReviewAnswer,
    reason: str,
    evidence_sha256: str,
) -> ReviewLine:
    """Sign a review as one person; returns what it has come to.

    Args:
        reviewer: the person's user name; case does not make another person of it.
        evidence_sha256: as `review_page` gave it, so that nobody signs what changed meanwhile.

    Raises:
        UsageError: the person has signed before, the review is over, its evidence has changed
            since it was read, or no reason was given.
    """
    if not reviewer.strip():
        raise UsageError("reviewer: expected a user name")
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        raise UsageError(f"reason: expected why, in 1 to {_LONGEST_REASON} characters")
    async with database.transaction() as client:
        row = await client.fetchrow(
            "SELECT state, evidence, clause FROM review WHERE id = $1 FOR UPDATE", review
        )
        if row is None:
            raise UsageError(f"review {review}: there is none")
        if row["state"] in (ReviewState.AGREED, ReviewState.WITHDRAWN):
            raise UsageError(f"review {review}: is over ({row['state']})")
        if _digest(row["evidence"]) != evidence_sha256:
            raise UsageError(f"review {review}: its evidence has changed; read it again, then sign")
        added = await client.execute(
            "INSERT INTO review_judgement (review_id, reviewer, answer, reason, evidence_sha256) "
            "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            review,
            text(reviewer),
            answer,
            text(reason, _LONGEST_REASON),
            evidence_sha256,
        )
        if not added.endswith(" 1"):
            raise UsageError(
                f"review {review}: {reviewer} has signed it already; another person has to"
            )
        # Only signatures on the same evidence count together.
        given = await client.fetch(
            "SELECT answer FROM review_judgement WHERE review_id = $1 AND evidence_sha256 = $2 "
            "ORDER BY at, reviewer",
            review,
            evidence_sha256,
        )
        state, settled = settle([ReviewAnswer(one["answer"]) for one in given])
        await client.execute(
            "UPDATE review SET state = $2, answer = $3, changed = now() WHERE id = $1",
            review,
            state,
            settled,
        )
        await record(
            client,
            actor=reviewer,
            action="review.sign",
            subject=f"review:{review}",
            detail={"answer": answer, "clause": row["clause"], "evidence": evidence_sha256},
        )
        lines = await _lines(client, await client.fetch(f"{_LINE} WHERE r.id = $1", review))
    return lines[0]


async def _lines(client: Client, rows: Sequence[Any]) -> list[ReviewLine]:
    signatures: dict[int, list[SignatureLine]] = {}
    for one in await client.fetch(
        "SELECT review_id, reviewer, answer, reason, evidence_sha256, at FROM review_judgement "
        "WHERE review_id = ANY($1) ORDER BY at, reviewer",
        [row["id"] for row in rows],
    ):
        signatures.setdefault(one["review_id"], []).append(
            SignatureLine(
                reviewer=one["reviewer"],
                answer=ReviewAnswer(one["answer"]),
                reason=one["reason"],
                evidence_sha256=one["evidence_sha256"],
                at=one["at"],
            )
        )
    return [
        ReviewLine(
            **{
                **row,
                "kind": ReviewKind(row["kind"]),
                "state": ReviewState(row["state"]),
                "answer": None if row["answer"] is None else ReviewAnswer(row["answer"]),
                "signatures": signatures.get(row["id"], []),
            }
        )
        for row in rows
    ]


def _digest(stored: str) -> str:
    return hashlib.sha256(stored.encode()).hexdigest()
