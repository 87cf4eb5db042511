"""Asks for signatures on a case again: when a recording it stands on is in doubt, or when its
developer objects. The review holds what the case stands on, and what was said against it.
"""

from typing import Any

import msgspec

from farm.campaign.audit import record
from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.cases import history
from farm.cases.decisions import OPEN_STATES
from farm.cases.records import in_words
from farm.cases.reviews import prepare
from farm.cases.values import ReviewEvidence
from farm.cases.vocabulary import Action, CaseState, ReviewKind
from farm.model.errors import UsageError

_MOST = 100
_SAID = msgspec.json.Decoder(list[tuple[str, str, str, str, str]])


async def ask(client: Client, case: Any, against: ReviewEvidence | None = None) -> int:
    """Open a review of a case, or renew one that nobody has signed; returns its number.

    Args:
        case: its row, locked.
        against: what speaks against the case.
    """
    rows = await client.fetch(
        "SELECT job_id, session_id, analysis, scenario, array_agg(concat_ws(' ', data_type, level, "
        "phase, 'by ' || caller, 'to ' || nullif(receiver, '')) ORDER BY finding_id) AS signs, "
        "jsonb_agg(jsonb_build_array(data_type, level, phase, caller, receiver) "
        "ORDER BY finding_id) AS said "
        "FROM (SELECT * FROM case_evidence WHERE case_id = $1 "
        "ORDER BY seen DESC, job_id DESC, finding_id LIMIT $2) e "
        "GROUP BY job_id, session_id, analysis, scenario ORDER BY job_id",
        case["id"],
        _MOST,
    )
    evidence = [
        ReviewEvidence(
            job=row["job_id"],
            session_id=row["session_id"],
            analysis=row["analysis"],
            scenario=row["scenario"],
            signs=row["signs"],
            signs_zh=[in_words(*one) for one in _SAID.decode(row["said"])],
        )
        for row in rows
    ]
    return await prepare(
        client,
        kind=ReviewKind.NOTICE,
        product=case["product_id"],
        app_id=case["found_app"],
        case=case["id"],
        clause=case["clause"],
        evidence=[*evidence, against] if against is not None else evidence,
    )


async def ask_again(database: Database, case: int, *, actor: str, reason: str) -> int:
    """Have an open case signed again because a person asks for it; returns the review's number.

    Raises:
        UsageError: the case is over, or it was not said who asks and why.
    """
    if not actor.strip() or not reason.strip():
        raise UsageError("expected who asks for a review, and why")
    async with database.transaction() as client:
        row = await history.locked(client, case)
        if CaseState(row["state"]) not in OPEN_STATES:
            raise UsageError(f"case {case}: is {row['state']}: nothing is left to sign")
        await history.change(
            client, row, actor=actor, action=Action.DOUBT, reason=reason,
            app_id=row["found_app"],
        )  # fmt: skip
        number = await ask(client, row)
        await record(
            client,
            actor=actor,
            action="case.doubt",
            subject=f"case:{case}",
            detail={"reason": reason, "review": number},
        )
    return number
