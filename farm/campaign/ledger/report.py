"""Reporting attempts: what the decision says is written in one transaction, once.

Safe to repeat: an attempt that was settled before is answered with how it was settled.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from farm.campaign import queue
from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.campaign.decisions import (
    ANALYSIS_KEY,
    RetryPolicy,
    Settled,
    decide_report,
)
from farm.campaign.ledger.examinations import keep_examinations
from farm.campaign.ledger.facts import facts_of
from farm.campaign.ledger.values import Report
from farm.campaign.vocabulary import (
    FINAL_STATES,
    AttemptState,
    Cause,
    JobKind,
)

_FACTS = """
SELECT j.id, j.state, j.fence, j.delivery, j.faults, j.unknowns, j.losses, j.queue_id,
       j.campaign_id, j.app_id, c.state AS campaign_state, t.kind
FROM job j JOIN campaign c ON c.id = j.campaign_id JOIN task t ON t.id = j.task_id
WHERE j.id = ANY($1) ORDER BY j.id FOR UPDATE OF j
"""
_OPEN = {AttemptState.RUNNING, AttemptState.LOST}
_LONGEST_TEXT = 2000  # characters of one text that a worker reports


async def report(
    database: Database, reports: Sequence[Report], policy: RetryPolicy
) -> dict[tuple[int, int], AttemptState]:
    """Settle attempts; returns what became of each, by job and fencing number.

    Raises:
        DatabaseUnavailable: it is unknown whether anything was written: report again.
    """
    if not reports:
        return {}
    async with database.transaction() as client:
        jobs = [item.job for item in reports]
        rows = {row["id"]: row for row in await client.fetch(_FACTS, jobs)}
        known = {
            (row["job_id"], row["fence"]): AttemptState(row["state"])
            for row in await client.fetch(
                "SELECT job_id, fence, state FROM attempt WHERE (job_id, fence) IN "
                "(SELECT * FROM unnest($1::bigint[], $2::int[]))",
                jobs,
                [item.fence for item in reports],
            )
        }
        answers: dict[tuple[int, int], AttemptState] = {}
        settled: list[tuple[Report, Settled, Any]] = []
        for item in reports:
            name = (item.job, item.fence)
            row, state = rows.get(item.job), known.get(name)
            if row is None or state is None:
                answers[name] = AttemptState.SUPERSEDED  # of a database that knows nothing of it
            elif state not in _OPEN or name in answers:
                answers.setdefault(name, state)
            else:
                facts = facts_of(row)
                decision = decide_report(facts, item.fence, item.cause, policy)
                answers[name] = decision.attempt
                settled.append((item, decision, row))
        # Rows are locked in one order everywhere (job, queue entry, attempt): no deadlocks.
        await _drop_entries(client, settled)
        await _close_attempts(client, settled)
        await _move_jobs(client, settled, policy)
        await _keep_results(client, settled)
    return answers


async def _drop_entries(client: Client, settled: Sequence[tuple[Report, Settled, Any]]) -> None:
    await queue.finish(
        client,
        [row["queue_id"] for _, done, row in settled if done.job_state and row["queue_id"]],
    )


async def _close_attempts(client: Client, settled: Sequence[tuple[Report, Settled, Any]]) -> None:
    if not settled:
        return
    await client.executemany(
        "UPDATE attempt SET state = $3, ended = now(), cause = $4, reason = $5, detail = $6, "
        "seconds = $7, session_id = nullif($8, ''), recording = nullif($9, ''), "
        "manifest_sha256 = nullif($10, '') WHERE job_id = $1 AND fence = $2",
        [
            (
                item.job, item.fence, decision.attempt, item.cause, item.reason,
                _text(item.detail), item.seconds, _text(item.session_id), _text(item.recording),
                item.manifest_sha256,
            )
            for item, decision, _ in settled
        ],
    )  # fmt: skip


async def _move_jobs(
    client: Client, settled: Sequence[tuple[Report, Settled, Any]], policy: RetryPolicy
) -> None:
    moved = [(item, decision, row) for item, decision, row in settled if decision.job_state]
    if not moved:
        return
    await client.executemany(
        "UPDATE job SET state = $2, faults = faults + $3, unknowns = unknowns + $4, "
        "not_before = now() + nullif($5, interval '0'), queue_id = NULL, "
        "avoid = CASE WHEN $6::text IS NULL THEN avoid "
        "ELSE array_append(array_remove(coalesce(avoid, '{}'), $6), $6) END, "
        "avoid_until = CASE WHEN $6::text IS NULL THEN avoid_until ELSE now() + $7 END "
        "WHERE id = $1",
        [
            (
                item.job, decision.job_state,
                int(item.cause in (Cause.PHONE, Cause.FARM)), int(item.cause is Cause.UNKNOWN),
                timedelta(seconds=decision.delay),
                item.slot if decision.avoid_phone else None,
                timedelta(seconds=policy.avoid_seconds),
            )
            for item, decision, _ in moved
        ],
    )  # fmt: skip


async def _keep_results(client: Client, settled: Sequence[tuple[Report, Settled, Any]]) -> None:
    final = [(item, row) for item, decision, row in settled if decision.job_state in FINAL_STATES]
    if not final:
        return
    await client.executemany(
        "INSERT INTO result (job_id, fence, cause, verdict) VALUES ($1, $2, $3, nullif($4, ''))",
        [(item.job, item.fence, item.cause, item.verdict) for item, _ in final],
    )
    found = [(item.job, row) for item, _ in final for row in item.findings]
    if found:
        await client.executemany(
            "INSERT INTO finding VALUES "
            "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
            "ON CONFLICT DO NOTHING",
            [
                (
                    job, _text(row.finding_id), row.determined, _text(row.rule), _text(row.clause),
                    row.phase, row.level, row.data_type, row.severity, row.confidence,
                    _text(row.caller), _text(row.caller_sdk), _text(row.receiver),
                    _text(row.receiver_domain), row.third_party,
                )
                for job, row in found
            ],
        )  # fmt: skip
    await keep_examinations(client, [(item, row["app_id"]) for item, row in final])
    sessions = [
        (item, row)
        for item, row in final
        if row["kind"] == JobKind.SESSION and item.recording and item.cause is not Cause.FARM
    ]
    if sessions:
        await _plan_analyses(client, sessions)


async def _plan_analyses(client: Client, sessions: Sequence[tuple[Report, Any]]) -> None:
    """A recording is judged by a job of its own, where the campaign wants that."""
    await client.executemany(
        "INSERT INTO job (key, campaign_id, task_id, app_id, requirement_id, subject_job, "
        "subject_fence) SELECT $1, $2, t.id, $3, r.id, $4, $5 FROM task t, requirement r "
        "WHERE t.campaign_id = $2 AND t.kind = 'analysis' AND r.key = $6 ON CONFLICT DO NOTHING",
        [
            (
                analysis_key(row["campaign_id"], item.job, item.fence),
                row["campaign_id"], row["app_id"], item.job, item.fence, ANALYSIS_KEY,
            )
            for item, row in sessions
        ],
    )  # fmt: skip


def analysis_key(campaign: int, job: int, fence: int) -> bytes:
    """Identity of the job that judges one attempt's recording."""
    return hashlib.blake2b(f"analysis/{campaign}/{job}/{fence}".encode(), digest_size=16).digest()


def _text(value: str) -> str:
    return text(value, _LONGEST_TEXT)
