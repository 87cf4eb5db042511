"""pgqueuer in one place: entries that point at jobs, delivered at least once.

An entry says which job, and which handing-out of it; whether it may run is decided elsewhere.
All calls run in the caller's transaction.
"""

import functools
import uuid
from collections.abc import Collection, Sequence
from datetime import timedelta

import msgspec
from pgqueuer.adapters.persistence.qb import QualifiedNames, QueryQueueBuilder
from pgqueuer.domain.models import Job as QueueJob
from pgqueuer.domain.types import JobId, QueueEntrypoint, QueueManagerId
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pgqueuer.queries import Queries

from farm.campaign.database.connect import Client

_NO_LIMIT = EntrypointExecutionParameter(0)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One delivered entry."""

    queue_id: int
    key: str
    job: int
    delivery: int


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """An entry to be queued."""

    key: str
    job: int
    delivery: int
    priority: int


async def enqueue(client: Client, pointers: Sequence[Pointer]) -> list[int]:
    """Queue entries; returns their numbers in the queue, in the same order."""
    ids = await _queries(client).enqueue(
        [pointer.key for pointer in pointers],
        [b"%d/%d" % (pointer.job, pointer.delivery) for pointer in pointers],
        [pointer.priority for pointer in pointers],
    )
    return [int(number) for number in ids]


async def dequeue(
    client: Client, worker: uuid.UUID, keys: Collection[str], count: int, lease: float
) -> list[Entry]:
    """Take up to `count` entries of the given queues, the most urgent first.

    Entries whose worker gave no heartbeat for `lease` seconds are delivered again.
    """
    jobs = await _queries(client).dequeue(
        count,
        {QueueEntrypoint(key): _NO_LIMIT for key in keys},
        QueueManagerId(worker),
        None,
        timedelta(seconds=lease),
    )
    return [_entry(job) for job in jobs]


async def beat(client: Client, queue_ids: Sequence[int]) -> None:
    """Prolong the lease of entries."""
    if queue_ids:
        await _queries(client).update_heartbeat([JobId(number) for number in queue_ids])


async def finish(client: Client, queue_ids: Collection[int]) -> None:
    """Remove entries; ones that are gone already are no error."""
    if queue_ids:
        # Only the number of a job is read when it is logged as ended.
        jobs = [QueueJob.model_construct(id=JobId(number)) for number in queue_ids]
        await _queries(client).log_jobs([(job, "successful", None) for job in jobs])


async def give_back(client: Client, entry: Entry, delay: float) -> None:
    """Let an entry be delivered again, to anybody, after `delay` seconds."""
    job = QueueJob.model_construct(id=JobId(entry.queue_id))
    await _queries(client).retry_job(job, timedelta(seconds=delay), None)


async def waiting(client: Client) -> dict[str, int]:
    """How many entries wait in each queue."""
    rows = await client.fetch(
        f"SELECT entrypoint, count(*) AS n FROM {_names().queue_table} "  # noqa: S608 - the engine's own table name
        "WHERE status = 'queued' GROUP BY 1"
    )
    return {row["entrypoint"]: row["n"] for row in rows}


async def prune_log(client: Client, days: float) -> None:
    """Forget the engine's own log of ended entries; attempts have all that it says."""
    await client.execute(
        f"DELETE FROM {_names().queue_table_log} WHERE created < now() - $1::interval",  # noqa: S608 - the engine's own table name
        timedelta(days=days),
    )


async def existing(client: Client, queue_ids: Sequence[int]) -> set[int]:
    """Which of these entries the queue still has."""
    rows = await client.fetch(
        f"SELECT id FROM {_names().queue_table} WHERE id = ANY($1)",  # noqa: S608 - the engine's own table name
        queue_ids,
    )
    return {row["id"] for row in rows}


@functools.cache
def _names() -> QualifiedNames:
    return QueryQueueBuilder().qualified


def _entry(job: QueueJob) -> Entry:
    number, delivery = (job.payload or b"0/0").split(b"/")
    return Entry(queue_id=int(job.id), key=job.entrypoint, job=int(number), delivery=int(delivery))


def _queries(client: Client) -> Queries:
    return Queries.from_asyncpg_connection(client)
