"""What one judgement does to the cases of its app: opens them, shows, doubts or ends them.

Works in the transaction of its caller; what is decided stands in `decisions.py` and `problems.py`.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from farm.campaign.database.connect import Client
from farm.cases import history
from farm.cases.asking import ask
from farm.cases.decisions import decide_gone, decide_shown, together
from farm.cases.problems import Conditions, Outlook, Problem, incomparable, outlook
from farm.cases.records import (
    Judged,
    ask_for_signatures,
    note_evidence,
    note_look,
    note_outcome,
)
from farm.cases.values import ReviewEvidence
from farm.cases.vocabulary import Action, RetestOutcome
from farm.detect.rules import RulePack


class Moved(msgspec.Struct, kw_only=True):
    """What one judgement did to cases."""

    opened: int = 0
    moved: int = 0


async def move_cases(
    client: Client, judged: Judged, rules: RulePack, shown: Sequence[Problem]
) -> Moved:
    """Open a case for each new problem, and tell every open one what this judgement says of it."""
    done = Moved()
    cases = {row["problem"]: row for row in await history.locked_of_product(client, judged.product)}
    for problem in shown:
        case = cases.pop(problem.id, None)
        if case is None:
            number = await history.open_case(
                client, judged.product, problem, judged.build, judged.job
            )
            done.opened += 1
        else:
            number = case["id"]
        # What a case stands on is written before it moves, so that its move can be followed.
        await note_evidence(client, number, judged, problem)
        await note_look(
            client,
            number,
            judged,
            Outlook(outcome=RetestOutcome.SHOWN, reason=f"{len(problem.shown)} findings"),
        )
        if case is not None:
            done.moved += await _shown(client, case, judged)
        await ask_for_signatures(client, number, judged, problem)
    for case in cases.values():
        look = outlook(judged.analysis, case["problem"], rules)
        await note_look(client, case["id"], judged, look)
        if look.outcome is RetestOutcome.SHOWN:
            done.moved += await _shown(client, case, judged)
            continue
        await _doubt(client, case, judged, look)
        done.moved += await _retested(client, case, judged)
    return done


async def _shown(client: Client, case: Any, judged: Judged) -> bool:
    move = decide_shown(history.facts_of(case), judged.build)
    await note_outcome(client, case["id"], judged, RetestOutcome.SHOWN, move.reason)
    if move.state is None and await history.noted(client, case["id"], Action.SHOW, judged.app_id):
        return False
    await history.apply(client, case, move, build=judged.build, job=judged.job)
    return move.state is not None


async def _retested(client: Client, case: Any, judged: Judged) -> bool:
    """Decide whether all that is known of this version says that the problem is gone."""
    if judged.build.code <= case["found_code"]:
        return False
    wanted, told = await _told(client, case, judged.app_id)
    seen = together(judged.build, wanted, told)
    if seen.outcome is RetestOutcome.SHOWN:
        return False
    move = decide_gone(history.facts_of(case), judged.build)
    if seen.outcome is RetestOutcome.GONE and move is not None:
        await note_outcome(client, case["id"], judged, seen.outcome, move.reason)
        await history.apply(client, case, move, build=judged.build, job=judged.job)
        return True
    changed = await note_outcome(client, case["id"], judged, seen.outcome, seen.reason)
    if changed and seen.outcome is RetestOutcome.CANNOT_TELL:
        await history.change(
            client, case, actor=history.FARM, action=Action.CANNOT_TELL, reason=seen.reason,
            app_id=judged.app_id, job=judged.job,
        )  # fmt: skip
    return False


async def _told(
    client: Client, case: Any, app_id: int
) -> tuple[frozenset[str], dict[str, list[RetestOutcome]]]:
    """What has to be looked at again, and what comparable judgements of a version said."""
    before = [_conditions(row) for row in await history.shown_under(client, case["id"])]
    looks = await client.fetch(
        "SELECT scenario, profile, rules, catalogue, hooks, outcome FROM case_look "
        "WHERE case_id = $1 AND app_id = $2 ORDER BY at, job_id",
        case["id"],
        app_id,
    )
    told: dict[str, list[RetestOutcome]] = {}
    for row in looks:
        outcome, after = RetestOutcome(row["outcome"]), _conditions(row)
        # A problem that is seen needs no comparison.
        if outcome is RetestOutcome.SHOWN or not all(incomparable(one, after) for one in before):
            told.setdefault(after.scenario, []).append(outcome)
    return frozenset(one.scenario for one in before), told


def _conditions(row: Any) -> Conditions:
    return Conditions(
        scenario=row["scenario"],
        profile=row["profile"],
        rules=msgspec.json.decode(row["rules"], type=dict[str, str]),
        catalogue=row["catalogue"],
        hooks=row["hooks"],
    )


async def _doubt(client: Client, case: Any, judged: Judged, look: Outlook) -> None:
    """A recording that a case stands on was judged again, and does not show the problem now."""
    stands_on = await client.fetchval(
        "SELECT EXISTS (SELECT FROM case_evidence WHERE case_id = $1 AND session_id = $2)",
        case["id"],
        judged.session.session_id,
    )
    if stands_on:
        reason = (
            f"session {judged.session.session_id}, judged again, does not show it: {look.reason}"
        )
        await history.change(
            client, case, actor=history.FARM, action=Action.DOUBT, reason=reason,
            app_id=judged.app_id, job=judged.job,
        )  # fmt: skip
        against = ReviewEvidence(
            job=judged.job,
            session_id=judged.session.session_id,
            analysis=judged.name,
            scenario=judged.session.scenario,
            signs=[f"judged again, it does not show the problem: {look.reason}"],
            signs_zh=["重新判定后未显示该问题"],
            events=[[]],
        )
        await ask(client, case, against)
