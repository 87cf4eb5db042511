"""Taking jobs: one transaction delivers queue entries and hands jobs out under new numbers."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from farm.campaign import queue
from farm.campaign.database import Database
from farm.campaign.database.connect import Client
from farm.campaign.decisions import (
    Requirement,
    RetryPolicy,
    Take,
    choose_slot,
    decide_take,
)
from farm.campaign.ledger.facts import facts_of
from farm.campaign.ledger.values import AppFile, Assignment, Offer, SessionOptions, Work
from farm.campaign.vocabulary import Cause, JobKind, Reason

_HAND_BACK_SECONDS = 5.0  # until another host, or this one, is offered the entry again
_LOCKED_SECONDS = 1.0

_FACTS = """
SELECT j.id, j.state, j.fence, j.delivery, j.faults, j.unknowns, j.losses,
       coalesce(j.avoid, '{}') AS avoid, coalesce(j.avoid_until > now(), false) AS avoiding,
       c.state AS campaign_state, c.name AS campaign, t.kind, t.scenario, t.scenario_sha256,
       t.options, a.package, a.sha256, a.files, r.wants, s.recording
FROM job j
JOIN campaign c ON c.id = j.campaign_id
JOIN task t ON t.id = j.task_id
JOIN app a ON a.id = j.app_id
JOIN requirement r ON r.id = j.requirement_id
LEFT JOIN attempt s ON s.job_id = j.subject_job AND s.fence = j.subject_fence
WHERE j.id = ANY($1)
FOR UPDATE OF j SKIP LOCKED
"""

_FILES = msgspec.json.Decoder(tuple[AppFile, ...])
_OPTIONS = msgspec.json.Decoder(SessionOptions)
_WANTS = msgspec.json.Decoder(Requirement)


async def take(
    database: Database,
    *,
    worker: uuid.UUID,
    host: str,
    offers: Sequence[Offer],
    lease: float,
    policy: RetryPolicy,
) -> list[Assignment]:
    """Take the most urgent jobs that the offered slots can run, at most one for a slot.

    Raises:
        DatabaseUnavailable: nothing is known; what was taken comes back after the lease.
    """
    given: list[Assignment] = []
    async with database.transaction() as client:
        # Committed to disk before anything starts: a server that forgot a take in its crash would
        # give the same fencing number twice.
        for offer in offers:
            given += await _serve(client, worker, host, offer, lease, policy)
    return given


async def _serve(
    client: Client,
    worker: uuid.UUID,
    host: str,
    offer: Offer,
    lease: float,
    policy: RetryPolicy,
) -> list[Assignment]:
    entries = await queue.dequeue(client, worker, offer.keys, len(offer.slots), lease)
    if not entries:
        return []
    rows = {row["id"]: row for row in await client.fetch(_FACTS, [e.job for e in entries])}
    free = set(offer.slots)
    run: list[tuple[queue.Entry, str]] = []
    shelved: list[int] = []
    given_up: list[int] = []
    finished: list[int] = []
    for entry in entries:
        row = rows.get(entry.job)
        if row is None:
            # Being reported by its last holder at this moment, or deleted.
            await queue.give_back(client, entry, _LOCKED_SECONDS)
            continue
        decision = decide_take(facts_of(row), entry.delivery, policy)
        if decision is Take.RUN:
            slot = choose_slot(free, row["avoid"], row["avoiding"])
            if slot is None:
                await queue.give_back(client, entry, _HAND_BACK_SECONDS)
                continue
            free.discard(slot)
            run.append((entry, slot))
            continue
        finished.append(entry.queue_id)
        if decision is Take.SHELVE:
            shelved.append(entry.job)
        elif decision is Take.GIVE_UP:
            given_up.append(entry.job)
    await queue.finish(client, finished)
    await _lose(client, [*shelved, *given_up, *(entry.job for entry, _ in run)])
    await _shelve(client, shelved)
    await _give_up(client, given_up)
    await _start(client, worker, host, run)
    return [
        Assignment(work=_work(rows[entry.job], rows[entry.job]["fence"] + 1), slot=slot)
        for entry, slot in run
    ]


async def _lose(client: Client, jobs: Sequence[int]) -> None:
    """Mark attempts whose worker fell silent."""
    if jobs:
        await client.execute(
            "UPDATE attempt SET state = 'lost', ended = now(), cause = $2, reason = $3 "
            "WHERE job_id = ANY($1) AND state = 'running'",
            jobs,
            Cause.FARM,
            Reason.LEASE_EXPIRED,
        )


async def _shelve(client: Client, jobs: Sequence[int]) -> None:
    if jobs:
        await client.execute("UPDATE job SET state = 'planned' WHERE id = ANY($1)", jobs)


async def _give_up(client: Client, jobs: Sequence[int]) -> None:
    if jobs:
        await client.execute("UPDATE job SET state = 'failed' WHERE id = ANY($1)", jobs)
        await client.execute(
            "INSERT INTO result (job_id, fence, cause) "
            "SELECT id, fence, $2 FROM job WHERE id = ANY($1) ON CONFLICT DO NOTHING",
            jobs,
            Cause.FARM,
        )


async def _start(
    client: Client, worker: uuid.UUID, host: str, run: Sequence[tuple[queue.Entry, str]]
) -> None:
    if not run:
        return
    jobs = [entry.job for entry, _ in run]
    await client.execute(
        "UPDATE job SET state = 'running', fence = fence + 1, queue_id = x.queue_id, "
        "losses = losses + (state = 'running')::int "
        "FROM unnest($1::bigint[], $2::bigint[]) AS x (id, queue_id) WHERE job.id = x.id",
        jobs,
        [entry.queue_id for entry, _ in run],
    )
    await client.execute(
        "INSERT INTO attempt (job_id, fence, host, worker, slot) "
        "SELECT job.id, job.fence, $3, $4, x.slot "
        "FROM unnest($1::bigint[], $2::text[]) AS x (id, slot) JOIN job USING (id)",
        jobs,
        [slot for _, slot in run],
        host,
        worker,
    )


def _work(row: Any, fence: int) -> Work:
    return Work(
        job=row["id"],
        fence=fence,
        kind=JobKind(row["kind"]),
        campaign=row["campaign"],
        package=row["package"],
        app_sha256=row["sha256"],
        files=_FILES.decode(row["files"]),
        scenario=row["scenario"],
        scenario_sha256=row["scenario_sha256"],
        options=_OPTIONS.decode(row["options"]),
        requirement=_WANTS.decode(row["wants"]),
        recording=row["recording"] or "",
    )


async def known_keys(database: Database) -> list[tuple[str, Requirement]]:
    """Every queue there may be work in, with what it asks of a phone."""
    async with database.transaction() as client:
        rows: Iterable[Any] = await client.fetch("SELECT key, wants FROM requirement ORDER BY id")
    return [(row["key"], _WANTS.decode(row["wants"])) for row in rows]
