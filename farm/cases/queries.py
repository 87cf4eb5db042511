"""Reads cases and their statistics, in pages. Writes nothing."""

from typing import Any

from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.cases.reviews import reviews_of_case
from farm.cases.values import (
    CaseFilter,
    CaseLine,
    CasePage,
    EventLine,
    EvidenceLine,
    MonthLine,
    OffenderLine,
    RetestLine,
    Statistics,
    TallyLine,
)
from farm.cases.vocabulary import Action, CaseState, Dimension
from farm.model.errors import UsageError
from farm.register.paging import Page, at_time, check_limit, cursor

_MOST_EVIDENCE = 500
_MOST_EVENTS = 1000

_LINE = """
SELECT c.id, p.package, p.label, c.developer_id, coalesce(d.name, '') AS developer,
       c.product_line, c.category, c.problem, c.clause, c.severity, c.state, c.opened, c.changed,
       c.due, c.closed, f.version_name AS found_version, x.version_name AS fixed_version,
       c.notice, c.noticed, c.recurrences
FROM case_file c JOIN product p ON p.id = c.product_id
LEFT JOIN developer d ON d.id = c.developer_id
JOIN app f ON f.id = c.found_app LEFT JOIN app x ON x.id = c.fixed_app
"""

_OFFENDER = """
SELECT o.developer_id, d.name AS developer, o.product_line, o.cases, o.open_cases, o.recurrences
FROM offender o JOIN developer d ON d.id = o.developer_id
"""


async def cases(
    database: Database, wanted: CaseFilter | None = None, *, after: str = "", limit: int = 50
) -> Page[CaseLine]:
    """Cases, those that changed last first.

    Raises:
        UsageError: the cursor or limit cannot be used.
    """
    values: list[Any] = []
    conditions = _conditions(wanted or CaseFilter(), values)
    at = at_time(after)
    if at is not None:
        values += at
        conditions.append(f"(c.changed, c.id) < (${len(values) - 1}, ${len(values)})")
    values.append(check_limit(limit) + 1)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    async with database.transaction() as client:
        rows = await client.fetch(
            f"{_LINE} {where} ORDER BY c.changed DESC, c.id DESC LIMIT ${len(values)}", *values
        )
    items = [_case(row) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    return Page(items=items, after=cursor(last.changed, last.id) if last else "")


def _conditions(wanted: CaseFilter, values: list[Any]) -> list[str]:
    found: list[str] = []
    for column, value in (
        ("c.state", wanted.state),
        ("c.developer_id", wanted.developer),
        ("c.problem", wanted.problem or None),
        ("c.category", wanted.category),
        ("p.package", wanted.package or None),
    ):
        if value is not None:
            values.append(value)
            found.append(f"{column} = ${len(values)}")
    if wanted.open:
        found.append("case_is_open(c.state)")
    for dimension, label in ((Dimension.STORE, wanted.store), (Dimension.SDK, wanted.sdk)):
        if label:
            values.append(label)
            found.append(
                "EXISTS (SELECT FROM case_label l WHERE l.case_id = c.id "
                f"AND l.dimension = '{dimension}' AND l.value = ${len(values)})"
            )
    return found


async def case_page(database: Database, case: int) -> CasePage:
    """Everything about one case.

    Raises:
        UsageError: there is none of that number.
    """
    async with database.transaction() as client:
        row = await client.fetchrow(f"{_LINE} WHERE c.id = $1", case)
        if row is None:
            raise UsageError(f"case {case}: there is none; see `farm cases list`")
        return CasePage(
            case=_case(row),
            events=await _events(client, case),
            evidence=await _evidence(client, case),
            retests=[
                RetestLine(**one)
                for one in await client.fetch(
                    "SELECT r.app_id, a.version_name AS version, r.asked, n.name AS campaign, "
                    "r.outcome, r.reason, r.decided FROM case_retest r "
                    "JOIN app a ON a.id = r.app_id LEFT JOIN campaign n ON n.id = r.campaign_id "
                    "WHERE r.case_id = $1 ORDER BY r.asked, r.app_id",
                    case,
                )
            ],
            reviews=await reviews_of_case(client, case),
            notices=[
                one["reason"]
                for one in await client.fetch(
                    "SELECT reason FROM case_event WHERE case_id = $1 AND action = $2 ORDER BY id",
                    case,
                    Action.NOTICE,
                )
            ],
        )


async def _events(client: Client, case: int) -> list[EventLine]:
    rows = await client.fetch(
        "SELECT e.at, e.actor, e.action, e.before, e.after, e.reason, a.version_name AS version, "
        "e.job_id AS job FROM case_event e LEFT JOIN app a ON a.id = e.app_id "
        "WHERE e.case_id = $1 ORDER BY e.id LIMIT $2",
        case,
        _MOST_EVENTS,
    )
    return [EventLine(**row) for row in rows]


async def _evidence(client: Client, case: int) -> list[EvidenceLine]:
    rows = await client.fetch(
        "SELECT e.job_id AS job, e.finding_id, e.app_id, a.version_name AS version, e.session_id, "
        "e.analysis, e.manifest_sha256, e.scenario, e.profile, e.phase, e.level, e.data_type, "
        "e.caller, e.caller_sdk, e.receiver, e.receiver_domain, e.seen FROM case_evidence e "
        "JOIN app a ON a.id = e.app_id WHERE e.case_id = $1 "
        "ORDER BY e.seen DESC, e.job_id DESC, e.finding_id LIMIT $2",
        case,
        _MOST_EVIDENCE,
    )
    return [EvidenceLine(**row) for row in rows]


def _case(row: Any) -> CaseLine:
    return CaseLine(**{**row, "state": CaseState(row["state"])})


async def statistics(database: Database, *, months: int = 24, limit: int = 50) -> Statistics:
    """Cases by problem, category, store, SDK and month; from counts that are kept up to date."""
    dimensions: dict[Dimension, dict[str, dict[CaseState, int]]] = {
        dimension: {} for dimension in Dimension
    }
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT dimension, value, state, sum(n)::bigint AS n FROM case_tally "
            "GROUP BY 1, 2, 3 HAVING sum(n) > 0"
        )
        by_month = await client.fetch(
            "SELECT month, state, sum(n)::bigint AS n FROM case_tally WHERE dimension = $1 "
            "AND month > now() - make_interval(months => $2) GROUP BY 1, 2 HAVING sum(n) > 0 "
            "ORDER BY 1",
            Dimension.PROBLEM,  # every case has one problem
            months,
        )
    for row in rows:
        states = dimensions[Dimension(row["dimension"])].setdefault(row["value"], {})
        states[CaseState(row["state"])] = row["n"]
    lines: dict[Any, dict[CaseState, int]] = {}
    for row in by_month:
        lines.setdefault(row["month"], {})[CaseState(row["state"])] = row["n"]
    return Statistics(
        dimensions={
            dimension: sorted(
                (TallyLine(value=value, states=states) for value, states in values.items()),
                key=lambda line: (-line.total, line.value),
            )[:limit]
            for dimension, values in dimensions.items()
        },
        months=[MonthLine(month=month, states=states) for month, states in lines.items()],
    )


async def offenders(
    database: Database, *, developer: int | None = None, limit: int = 50
) -> list[OffenderLine]:
    """Who relapses most; with a developer, the developer as a whole and each product line."""
    which = (
        "WHERE o.product_line = '' AND $1::bigint IS NULL "
        "ORDER BY o.recurrences DESC, o.cases DESC, o.developer_id"
        if developer is None
        else "WHERE o.developer_id = $1 ORDER BY o.product_line"
    )
    async with database.transaction() as client:
        rows = await client.fetch(f"{_OFFENDER} {which} LIMIT $2", developer, check_limit(limit))
    return [OffenderLine(**row) for row in rows]
