"""Writes cases: opens them, moves them, and adds a line to their history with every change.

Decides nothing: `decisions` does. Each function works inside its caller's transaction.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.cases.decisions import Build, CaseFacts, Move
from farm.cases.problems import Problem
from farm.cases.vocabulary import Action, CaseState, Dimension
from farm.model.errors import UsageError

FARM = "farm"
"""Actor of what happened by itself."""

_FACTS = """
SELECT c.id, c.product_id, c.problem, c.clause, c.severity, c.state, c.notices, c.due,
       c.recurrences, c.found_app, f.version_code AS found_code,
       c.fixed_app, x.version_code AS fixed_code
FROM case_file c JOIN app f ON f.id = c.found_app LEFT JOIN app x ON x.id = c.fixed_app
"""


async def locked(client: Client, case: int) -> Any:
    """The facts of one case, locked until the transaction ends.

    Raises:
        UsageError: there is none of that number.
    """
    row = await client.fetchrow(f"{_FACTS} WHERE c.id = $1 FOR UPDATE OF c", case)
    if row is None:
        raise UsageError(f"case {case}: there is none; see `farm cases list`")
    return row


async def locked_of_product(client: Client, product: int) -> list[Any]:
    """The facts of every case of a product, locked until the transaction ends."""
    rows = await client.fetch(
        f"{_FACTS} WHERE c.product_id = $1 ORDER BY c.id FOR UPDATE OF c", product
    )
    return list(rows)


def facts_of(row: Any) -> CaseFacts:
    """A case's row as what decisions are made of."""
    fixed = row["fixed_app"]
    return CaseFacts(
        state=CaseState(row["state"]),
        found=Build(app_id=row["found_app"], code=row["found_code"]),
        fixed=None if fixed is None else Build(app_id=fixed, code=row["fixed_code"]),
        notices=row["notices"],
        due=row["due"],
    )


async def open_case(client: Client, product: int, problem: Problem, build: Build, job: int) -> int:
    """Open a case of a problem that a version shows; returns its number."""
    case: int = await client.fetchval(
        "INSERT INTO case_file (product_id, problem, clause, severity, state, developer_id, "
        "product_line, category, month, found_app) "
        "SELECT $1, $2, $3, $4, $5, developer_id, product_line, category, "
        "date_trunc('month', now() AT TIME ZONE 'UTC'), $6 FROM product WHERE id = $1 "
        "RETURNING id",
        product,
        text(problem.id),
        text(problem.clause, 2000),
        problem.severity,
        CaseState.FOUND,
        build.app_id,
    )
    await client.execute(
        "INSERT INTO case_label SELECT $1, $2, problem FROM case_file WHERE id = $1 "
        "UNION ALL SELECT $1, $3, coalesce(category::text, '') FROM case_file WHERE id = $1 "
        "UNION ALL SELECT $1, $4, s.name FROM product_store p "
        "JOIN app_store s ON s.id = p.app_store_id WHERE p.product_id = $5",
        case,
        Dimension.PROBLEM,
        Dimension.CATEGORY,
        Dimension.STORE,
        product,
    )
    await _note(
        client, case, FARM, Action.OPEN, "", CaseState.FOUND, "a judged session shows it",
        build.app_id, job,
    )  # fmt: skip
    # Later versions may be in the register already: ask them whether they mend it.
    await client.execute(
        "UPDATE app_version SET cases_told = false WHERE product_id = $1 AND version_code > $2",
        product,
        build.code,
    )
    return case


async def add_sdks(client: Client, case: int, sdks: Sequence[str]) -> None:
    """Count the case under the SDKs whose code showed the problem; "" is the app's own code."""
    await client.execute(
        "INSERT INTO case_label SELECT $1, $2, unnest($3::text[]) ON CONFLICT DO NOTHING",
        case,
        Dimension.SDK,
        sorted({text(sdk) for sdk in sdks}),
    )


async def apply(
    client: Client, case: Any, move: Move, *, build: Build, job: int | None = None
) -> None:
    """Do what was decided about a case after a judgement."""
    changes: dict[str, Any] = {}
    if move.found is not None:
        changes["found_app"] = move.found.app_id
    if move.state is CaseState.FIXED:
        changes["fixed_app"] = build.app_id
    elif move.state is not None:
        changes["fixed_app"] = None
    if move.action is Action.RECUR:
        changes["recurrences"] = case["recurrences"] + 1
    await change(
        client, case, actor=FARM, action=move.action, state=move.state, reason=move.reason,
        app_id=build.app_id, job=job, changes=changes,
    )  # fmt: skip


async def change(
    client: Client,
    case: Any,
    *,
    actor: str,
    action: Action,
    reason: str,
    state: CaseState | None = None,
    app_id: int | None = None,
    job: int | None = None,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Change a case and write down who did, what, when and why.

    Args:
        state: what it becomes; None: as it is.
        changes: columns of the case with their new values.
    """
    before = CaseState(case["state"])
    after = state or before
    values = dict(changes or {}) | {"state": after}
    if after in (CaseState.FIXED, CaseState.REMOVED, CaseState.DISMISSED):
        if before is not after:
            values["closed"] = await client.fetchval("SELECT now()")
    else:
        values["closed"] = None
    names = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=2))
    await client.execute(
        f"UPDATE case_file SET changed = now(), {names} WHERE id = $1",  # noqa: S608
        case["id"],
        *values.values(),
    )
    await _note(client, case["id"], actor, action, before, after, reason, app_id, job)


async def _note(
    client: Client,
    case: int,
    actor: str,
    action: Action,
    before: str,
    after: CaseState,
    reason: str,
    app_id: int | None,
    job: int | None,
) -> None:
    await client.execute(
        "INSERT INTO case_event (case_id, actor, action, before, after, reason, app_id, job_id) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        case,
        text(actor),
        action,
        before,
        after,
        text(reason, 4000),
        app_id,
        job,
    )


async def noted(client: Client, case: int, action: Action, app_id: int) -> bool:
    """Whether the history has a line of this action about a version."""
    found: bool = await client.fetchval(
        "SELECT EXISTS (SELECT FROM case_event WHERE case_id = $1 AND action = $2 AND app_id = $3)",
        case,
        action,
        app_id,
    )
    return found


async def last_of(client: Client, case: int, action: Action) -> datetime.datetime | None:
    """When an action was last taken."""
    found: datetime.datetime | None = await client.fetchval(
        "SELECT max(at) FROM case_event WHERE case_id = $1 AND action = $2", case, action
    )
    return found


async def shown_under(client: Client, case: int) -> list[Any]:
    """Under which scenarios and phone profiles the problem was ever shown, each with the rules and
    the judgement of the last time."""
    rows = await client.fetch(
        "SELECT DISTINCT ON (scenario, profile) scenario, profile, rules, catalogue, hooks, "
        "job_id, at "
        "FROM case_look WHERE case_id = $1 AND outcome = 'shown' "
        "ORDER BY scenario, profile, at DESC, job_id DESC",
        case,
    )
    return list(rows)
