"""What people do about a case: send a notice, publish, remove, dismiss, move a deadline.

Every step says who takes it and why, and stands in the case's history and in the audit log.
"""

import datetime

from farm.campaign.audit import record
from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.cases import history
from farm.cases.deadlines import Deadlines
from farm.cases.decisions import check
from farm.cases.reviews import withdraw
from farm.cases.vocabulary import Action, CaseState, ReviewAnswer
from farm.model.errors import UsageError

_LONGEST_REASON = 4000
BY_PEOPLE = (Action.PUBLISH, Action.REMOVE, Action.DISMISS, Action.EXPIRE)
"""Actions that `close` takes."""


async def send_notice(
    database: Database,
    case: int,
    *,
    actor: str,
    reason: str,
    deadlines: Deadlines,
    now: datetime.datetime | None = None,
) -> str:
    """Write down that a notice goes out; returns its number. Its deadline begins to run.

    Raises:
        UsageError: the case is not in a state for it, or two people have not signed that what it
            stands on is a violation, since it last relapsed or was doubted.
    """
    _check_words(actor, reason)
    async with database.transaction() as client:
        row = await history.locked(client, case)
        state = check(Action.NOTICE, CaseState(row["state"]))
        await _check_signed(client, case, ReviewAnswer.BROKEN, "a notice")
        start = now or await client.fetchval("SELECT now()")
        days = deadlines.days(row["severity"], recurring=row["recurrences"] > 0)
        due = deadlines.due(start, days)
        count = row["notices"] + 1
        number = f"FARM-{start:%Y}-{case:06d}-{count}"
        await history.change(
            client, row, actor=actor, action=Action.NOTICE, state=state,
            reason=f"{number}: {reason}", app_id=row["found_app"],
            changes={"notice": number, "noticed": start, "notices": count, "due": due},
        )  # fmt: skip
        await _audit(client, case, actor, Action.NOTICE, reason, number=number, due=str(due))
    return number


async def close(
    database: Database, case: int, action: Action, *, actor: str, reason: str
) -> CaseState:
    """Publish an app's case, note that it was removed from the stores, dismiss the case, or hold it
    overdue although a re-test is open, because its sessions cannot tell.

    Raises:
        UsageError: the case is not in a state for it; or it is to be dismissed, and two people
            have not signed that it is no violation; or its deadline has not passed.
    """
    if action not in BY_PEOPLE:
        raise UsageError(f"a case is not closed by {action}; expected {', '.join(BY_PEOPLE)}")
    _check_words(actor, reason)
    async with database.transaction() as client:
        row = await history.locked(client, case)
        state = check(action, CaseState(row["state"]))
        if action is Action.DISMISS:
            await _check_signed(client, case, ReviewAnswer.KEPT, "a dismissal")
        now = await client.fetchval("SELECT now()")
        if action is Action.EXPIRE and (row["due"] is None or row["due"] > now):
            raise UsageError(f"case {case}: its deadline has not passed")
        await history.change(client, row, actor=actor, action=action, state=state, reason=reason)
        if state in (CaseState.REMOVED, CaseState.DISMISSED):
            await withdraw(client, case)
        await _audit(client, case, actor, action, reason)
    return state


async def extend(
    database: Database, case: int, due: datetime.datetime, *, actor: str, reason: str
) -> None:
    """Move the deadline of a notice. A case that was overdue waits for the new one.

    Raises:
        UsageError: no notice is out, or the new deadline has passed already.
    """
    _check_words(actor, reason)
    if due.tzinfo is None:
        raise UsageError("due: expected a time with its offset from UTC")
    async with database.transaction() as client:
        row = await history.locked(client, case)
        before = CaseState(row["state"])
        if before not in (CaseState.NOTICED, CaseState.RETEST, CaseState.OVERDUE):
            raise UsageError(f"case {case}: is {before}: no deadline runs that could be moved")
        if due <= await client.fetchval("SELECT now()"):
            raise UsageError(f"case {case}: the new deadline {due:%Y-%m-%d %H:%M} has passed")
        state = CaseState.NOTICED if before is CaseState.OVERDUE else before
        await history.change(
            client, row, actor=actor, action=Action.EXTEND, state=state, reason=reason,
            changes={"due": due},
        )  # fmt: skip
        await _audit(client, case, actor, Action.EXTEND, reason, due=str(due))


async def expire(database: Database, *, limit: int = 1000) -> int:
    """Mark cases overdue whose deadline has passed; returns how many. Safe to call at any time."""
    async with database.transaction(seconds=60) as client:
        rows = await client.fetch(
            "SELECT id, due FROM case_file WHERE due <= now() AND state = 'noticed' "
            "ORDER BY due, id LIMIT $1 FOR UPDATE SKIP LOCKED",
            limit,
        )
        for one in rows:
            await history.change(
                client,
                await history.locked(client, one["id"]),
                actor=history.FARM,
                action=Action.EXPIRE,
                state=CaseState.OVERDUE,
                reason=f"the deadline {one['due']:%Y-%m-%d %H:%M} UTC passed without a fix",
            )
    return len(rows)


async def _check_signed(client: Client, case: int, answer: ReviewAnswer, what: str) -> None:
    """The last agreed review has to say so, after whatever shook it."""
    row = await client.fetchrow(
        "SELECT answer, changed FROM review WHERE case_id = $1 AND state = 'agreed' "
        "ORDER BY changed DESC LIMIT 1",
        case,
    )
    if row is None or row["answer"] != answer:
        said = "nobody has agreed on it yet" if row is None else f"they signed {row['answer']}"
        raise UsageError(
            f"case {case}: {what} needs two people who signed `{answer}`; {said}: sign its review"
        )
    for action, why in (
        (Action.RECUR, "it has relapsed since"),
        (Action.DOUBT, "it was put in doubt since"),
    ):
        at = await history.last_of(client, case, action)
        if at is not None and at >= row["changed"]:
            raise UsageError(f"case {case}: {what} needs a new review: {why}")


def _check_words(actor: str, reason: str) -> None:
    if not actor.strip():
        raise UsageError("actor: expected who takes the step")
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        raise UsageError(f"reason: expected why, in 1 to {_LONGEST_REASON} characters")


async def _audit(
    client: Client, case: int, actor: str, action: Action, reason: str, **more: str
) -> None:
    await record(
        client,
        actor=actor,
        action=f"case.{action}",
        subject=f"case:{case}",
        detail={"reason": reason, **more},
    )
