"""Prepares assisted clauses for the people who decide them: what each session brings to light.

A review is opened where a signal of the clause was seen. That a session merely could have seen it
asks nobody for a decision.
"""

from collections.abc import Callable

import msgspec

from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.cases.reviews import prepare
from farm.cases.values import ReviewEvidence
from farm.cases.vocabulary import ReviewKind
from farm.model.clause import ClauseAnswer, ClauseJudgement, ClauseState, SignalState
from farm.model.finding import Analysis
from farm.model.session import Session

_MOST_SESSIONS = 20
_MOST_SIGNS = 20
_EVIDENCE = msgspec.json.Decoder(list[ReviewEvidence])


async def prepare_reviews(
    client: Client,
    analysis: Analysis,
    *,
    product: int,
    app_id: int,
    evidence: Callable[[ClauseJudgement], ReviewEvidence],
) -> int:
    """Open a review for every clause that a person has to decide; returns how many there are."""
    wanted = [one for one in analysis.clauses if _for_a_person(one)]
    if not wanted:
        return 0
    known = {
        row["clause"]: _EVIDENCE.decode(row["evidence"])
        for row in await client.fetch(
            "SELECT clause, evidence FROM review WHERE app_id = $1 AND kind = 'clause'", app_id
        )
    }
    for judgement in wanted:
        clause = text(judgement.clause)
        new = evidence(judgement)
        # A session that was judged again brings its newest judgement.
        others = [one for one in known.get(clause, []) if one.session_id != new.session_id]
        await prepare(
            client,
            kind=ReviewKind.CLAUSE,
            product=product,
            app_id=app_id,
            clause=clause,
            evidence=[*others, new][-_MOST_SESSIONS:],
        )
    return len(wanted)


def _for_a_person(judgement: ClauseJudgement) -> bool:
    return (
        judgement.state is ClauseState.ASSISTED
        and judgement.answer is ClauseAnswer.FOR_REVIEW
        and any(one.state is SignalState.PRESENT for one in judgement.sightings)
    )


def evidence_of(
    judgement: ClauseJudgement, *, job: int, analysis: str, session: Session
) -> ReviewEvidence:
    """What one session says about a clause, in both languages."""
    signs = [sign for sighting in judgement.sightings for sign in sighting.signs][:_MOST_SIGNS]
    return ReviewEvidence(
        job=job,
        session_id=session.session_id,
        analysis=analysis,
        scenario=session.scenario,
        signs=[sign.en for sign in signs],
        signs_zh=[sign.zh for sign in signs],
        events=[sign.events[:20] for sign in signs],
        lacks=sorted({need for one in judgement.sightings for need in one.lacks}),
    )
