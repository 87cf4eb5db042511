"""Reviews: two different people, the same evidence, the same answer."""

import asyncio
import itertools

import asyncpg
import pytest

from farm.campaign import audit
from farm.campaign.database import Database
from farm.cases.reviews import prepare, review_page, reviews, settle, sign
from farm.cases.values import ReviewEvidence, ReviewLine
from farm.cases.vocabulary import ReviewAnswer, ReviewKind, ReviewState
from farm.model.errors import UsageError
from farm.register.write import register
from tests.register.made import listed, made_app

BROKEN, KEPT, CANNOT_TELL = ReviewAnswer


def _evidence(session: str = "s1") -> ReviewEvidence:
    return ReviewEvidence(
        job=1, session_id=session, analysis="analyses/x", scenario="accept", signs=["ui:1"]
    )


async def _review(database: Database, clause: str = "TAF-078.1-5.1") -> int:
    done = await register(database, made_app(), listed())
    async with database.transaction() as client:
        product = await client.fetchval("SELECT id FROM product WHERE package = $1", done.package)
        return await prepare(
            client,
            kind=ReviewKind.CLAUSE,
            product=product,
            app_id=done.app_id,
            clause=clause,
            evidence=[_evidence()],
        )


async def _sign(database: Database, review: int, who: str, answer: ReviewAnswer) -> ReviewLine:
    digest = (await review_page(database, review)).evidence_sha256
    return await sign(
        database, review, reviewer=who, answer=answer, reason="as seen", evidence_sha256=digest
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], (ReviewState.OPEN, None)),
        ([BROKEN], (ReviewState.SIGNED_ONCE, None)),
        ([BROKEN, BROKEN], (ReviewState.AGREED, BROKEN)),
        ([BROKEN, KEPT], (ReviewState.DISAGREED, None)),
        ([BROKEN, KEPT, CANNOT_TELL], (ReviewState.DISAGREED, None)),
        ([BROKEN, KEPT, KEPT], (ReviewState.AGREED, KEPT)),
    ],
)
def test_answers_come_to(
    answers: list[ReviewAnswer], expected: tuple[ReviewState, ReviewAnswer | None]
) -> None:
    assert settle(answers) == expected


def test_nothing_is_agreed_by_fewer_than_two_equal_answers() -> None:
    for length in range(5):
        for answers in itertools.product(ReviewAnswer, repeat=length):
            state, answer = settle(answers)
            most = max((answers.count(one) for one in answers), default=0)
            assert (state is ReviewState.AGREED) == (most >= 2)
            assert answer is None or answers.count(answer) >= 2


async def test_two_people_agree_and_both_signatures_are_kept(database: Database) -> None:
    review = await _review(database)
    assert (await _sign(database, review, "li", BROKEN)).state is ReviewState.SIGNED_ONCE
    done = await _sign(database, review, "wang", BROKEN)
    assert (done.state, done.answer) == (ReviewState.AGREED, BROKEN)
    assert [s.reviewer for s in done.signatures] == ["li", "wang"]
    assert [(e.actor, e.action) for e in await audit.entries(database)] == [
        ("wang", "review.sign"),
        ("li", "review.sign"),
    ]
    with pytest.raises(UsageError, match="is over"):
        await _sign(database, review, "zhao", KEPT)


async def test_nobody_signs_twice_however_the_name_is_written(database: Database) -> None:
    review = await _review(database)
    await _sign(database, review, "li", BROKEN)
    for name in ("li", "LI", "Li"):
        with pytest.raises(UsageError, match="another person"):
            await _sign(database, review, name, BROKEN)
    assert (await review_page(database, review)).review.state is ReviewState.SIGNED_ONCE


async def test_two_signatures_at_once_of_one_person_count_once(database: Database) -> None:
    review = await _review(database)
    done = await asyncio.gather(
        *(_sign(database, review, "li", BROKEN) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(one, UsageError) for one in done) == 2
    assert (await review_page(database, review)).review.state is ReviewState.SIGNED_ONCE


async def test_a_disagreement_stays_until_a_third_person_decides(database: Database) -> None:
    review = await _review(database)
    await _sign(database, review, "li", BROKEN)
    assert (await _sign(database, review, "wang", KEPT)).state is ReviewState.DISAGREED
    waiting = await reviews(database, not_signed_by="zhao")
    assert [one.id for one in waiting.items] == [review]
    assert (await reviews(database, not_signed_by="Wang")).items == []
    done = await _sign(database, review, "zhao", KEPT)
    assert (done.state, done.answer) == (ReviewState.AGREED, KEPT)
    assert (await reviews(database)).items == []


async def test_evidence_that_changed_has_to_be_read_again(database: Database) -> None:
    review = await _review(database)
    read = (await review_page(database, review)).evidence_sha256
    async with database.transaction() as client:
        row = await client.fetchrow("SELECT product_id, app_id, clause FROM review")
        again = await prepare(
            client,
            kind=ReviewKind.CLAUSE,
            product=row["product_id"],
            app_id=row["app_id"],
            clause=row["clause"],
            evidence=[_evidence(), _evidence("s2")],
        )
    assert again == review
    with pytest.raises(UsageError, match="has changed"):
        await sign(database, review, reviewer="li", answer=BROKEN, reason="x", evidence_sha256=read)


async def test_evidence_that_was_signed_stays_as_it_was(database: Database) -> None:
    review = await _review(database)
    await _sign(database, review, "li", BROKEN)
    before = await review_page(database, review)
    async with database.transaction() as client:
        row = await client.fetchrow("SELECT product_id, app_id, clause FROM review")
        await prepare(
            client,
            kind=ReviewKind.CLAUSE,
            product=row["product_id"],
            app_id=row["app_id"],
            clause=row["clause"],
            evidence=[_evidence("s2")],
        )
    assert await review_page(database, review) == before


async def test_a_signature_says_why(database: Database) -> None:
    review = await _review(database)
    digest = (await review_page(database, review)).evidence_sha256
    for reviewer, reason in (("li", " "), (" ", "as seen"), ("li", "x" * 5000)):
        with pytest.raises(UsageError, match="expected"):
            await sign(
                database,
                review,
                reviewer=reviewer,
                answer=BROKEN,
                reason=reason,
                evidence_sha256=digest,
            )


async def test_signatures_cannot_be_changed_in_the_database(database: Database) -> None:
    review = await _review(database)
    await _sign(database, review, "li", BROKEN)
    for statement in (
        "UPDATE review_judgement SET answer = 'kept'",
        "DELETE FROM review_judgement",
        "TRUNCATE review_judgement",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.transaction() as client:
                await client.execute(statement)


async def test_reviews_are_listed_in_pages(database: Database) -> None:
    made = [await _review(database, f"clause {number}") for number in range(5)]
    seen: list[int] = []
    after = ""
    while True:
        page = await reviews(database, after=after, limit=2)
        seen += [one.id for one in page.items]
        after = page.after
        if not after:
            break
    assert seen == made


async def test_a_review_that_is_not_there_is_said_so(database: Database) -> None:
    with pytest.raises(UsageError, match="there is none"):
        await review_page(database, 17)
