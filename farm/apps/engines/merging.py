"""Several engines on the same apps: who said what, where they disagree, what a person should see.

Pure functions over results. No engine outvotes another: a disagreement is shown, never averaged.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence

import msgspec

from farm.apps.engines.hints import hints
from farm.apps.engines.statements import EngineResult, Status, Topic
from farm.model.clause import ClauseAnswer, ClauseJudgement

FARM = "farm"
"""Name under which the farm's own dynamic judgement stands beside the engines."""


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """What one engine says about one clause."""

    engine: str
    answer: ClauseAnswer
    confidence: float
    subjects: list[str] = []


class MergedClause(msgspec.Struct, frozen=True, kw_only=True):
    """One clause with every engine's opinion. `agreed` is None where fewer than two decided."""

    clause: str
    opinions: list[Opinion]
    agreed: bool | None
    confidence: float  # of the answer that most weight stands behind, 0 to 1
    for_review: bool


DECIDED = frozenset({ClauseAnswer.BROKEN, ClauseAnswer.KEPT})
"""Answers that two engines may disagree on."""


def merge(
    judgements: Sequence[ClauseJudgement], results: Sequence[EngineResult]
) -> list[MergedClause]:
    """Put the engines' statements beside the farm's judgements, clause by clause."""
    opinions: dict[str, list[Opinion]] = {}
    for judgement in judgements:
        opinions.setdefault(judgement.clause, []).append(
            Opinion(engine=FARM, answer=judgement.answer, confidence=1.0)
        )
    for result in results:
        if result.status is not Status.DONE:
            continue  # an engine that failed has no opinion: its silence is no "kept"
        for clause, opinion in opinions_of(result):
            opinions.setdefault(clause, []).append(opinion)
    return [merged(clause, said) for clause, said in sorted(opinions.items())]


def opinions_of(result: EngineResult) -> Iterable[tuple[str, Opinion]]:
    """What a finished engine's statements say of clauses, each `(clause, opinion)`."""
    for one in result.about(Topic.CLAUSE):
        answer = ClauseAnswer.KEPT if one.holds else ClauseAnswer.BROKEN
        yield (
            one.subject,
            Opinion(engine=result.engine, answer=answer, confidence=one.confidence),
        )
    for clause, subjects in hints(result).items():
        yield (
            clause,
            Opinion(
                engine=result.engine,
                answer=ClauseAnswer.FOR_REVIEW,
                confidence=0.5,
                subjects=subjects[:50],
            ),
        )


def merged(clause: str, opinions: Sequence[Opinion]) -> MergedClause:
    """All opinions on one clause side by side."""
    decided = [one for one in opinions if one.answer in DECIDED]
    weights: dict[ClauseAnswer, float] = {}
    for one in decided:
        weights[one.answer] = weights.get(one.answer, 0.0) + one.confidence
    total = sum(weights.values())
    agreed = len({one.answer for one in decided}) == 1 if len(decided) > 1 else None
    return MergedClause(
        clause=clause,
        opinions=sorted(opinions, key=lambda one: (one.engine, one.answer)),
        agreed=agreed,
        confidence=max(weights.values(), default=0.0) / total if total else 0.0,
        for_review=agreed is False
        or any(one.answer is ClauseAnswer.FOR_REVIEW for one in opinions),
    )


def disagreements(clauses: Iterable[MergedClause]) -> dict[tuple[str, str], tuple[int, int]]:
    """How often each pair of engines decided the same clause, and how often differently.

    Returns:
        `(first, second) -> (both decided, disagreed)`, names in order; the matrix is symmetric.
    """
    matrix: dict[tuple[str, str], tuple[int, int]] = {}
    for clause in clauses:
        decided = [one for one in clause.opinions if one.answer in DECIDED]
        for index, one in enumerate(decided):
            for other in decided[index + 1 :]:
                if one.engine == other.engine:
                    continue
                pair = (min(one.engine, other.engine), max(one.engine, other.engine))
                both, differed = matrix.get(pair, (0, 0))
                matrix[pair] = (both + 1, differed + (one.answer is not other.answer))
    return matrix


def sampled(apk_sha256: str, clause: str, share: float, salt: str = "") -> bool:
    """Whether this answer is in the sample that persons review, agreed or not.

    The choice is a digest's: reproducible, and not to be foreseen by who does not know `salt`.
    """
    digest = hashlib.sha256(f"{salt}\0{apk_sha256}\0{clause}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an engine says something more or less often than it used to."""

    engine: str
    before: tuple[int, int]  # said it, of how many apps
    now: tuple[int, int]
    z: float  # difference of the shares in standard errors
    alarm: bool


def drift(
    engine: str, before: tuple[int, int], now: tuple[int, int], *, threshold: float = 4.0
) -> Drift:
    """Compare two periods by the two-proportion z test with pooled variance.

    Args:
        engine: for the result.
        before: `(said it, apps)` of the period that is known to be good.
        now: the same of the present period.
        threshold: alarm beyond so many standard errors; 4 is once in 16,000 comparisons by chance.
    """
    (said_before, apps_before), (said_now, apps_now) = before, now
    if not apps_before or not apps_now:
        return Drift(engine=engine, before=before, now=now, z=0.0, alarm=False)
    pooled = (said_before + said_now) / (apps_before + apps_now)
    error = math.sqrt(pooled * (1 - pooled) * (1 / apps_before + 1 / apps_now))
    difference = said_now / apps_now - said_before / apps_before
    z = difference / error if error else 0.0
    return Drift(engine=engine, before=before, now=now, z=z, alarm=abs(z) > threshold)
