"""Keeps what engines said of an app version, in the transaction that settles the attempt."""

from collections.abc import Sequence

import msgspec

from farm.apps.engines.statements import EngineResult
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.campaign.ledger.values import Report

_LONGEST = 1000


async def keep_examinations(client: Client, ended: Sequence[tuple[Report, int]]) -> None:
    """Write the results of ended attempts, each `(report, app's row)`.

    What an engine said of a digest stays: another failure of the same version does not replace it.
    """
    rows = [
        (
            app, text(one.engine), text(one.version), one.status, text(one.reason, _LONGEST),
            one.seconds, _statements(one), _topics(one),
            item.job,
        )
        for item, app in ended
        for one in item.examined
    ]  # fmt: skip
    if not rows:
        return
    await client.executemany(
        "INSERT INTO engine_result AS known (app_id, engine, version, status, reason, seconds, "
        "statements, topics, job_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
        "ON CONFLICT (app_id, engine, version) DO UPDATE SET status = excluded.status, "
        "reason = excluded.reason, seconds = excluded.seconds, statements = excluded.statements, "
        "topics = excluded.topics, job_id = excluded.job_id, examined = now(), taken = false "
        "WHERE known.status <> 'done'",
        sorted(rows, key=lambda row: row[:3]),
    )


def _topics(result: EngineResult) -> list[str]:
    return sorted({said.topic for said in result.statements if said.holds})


def _statements(result: EngineResult) -> str:
    # JSON keeps a NUL that PostgreSQL's jsonb refuses.
    encoded = msgspec.json.encode(result.statements).decode("utf-8", "replace")
    return encoded.replace("\\u0000", "\N{SYMBOL FOR NULL}")
