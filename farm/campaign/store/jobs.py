"""Jobs with their last attempts and results as a table, for questions beside events."""

import pyarrow as pa

from farm.campaign.database import Database

JOBS = pa.schema(
    [
        ("campaign", pa.string()),
        ("job", pa.int64()),
        ("kind", pa.string()),
        ("package", pa.string()),
        ("version_code", pa.int64()),
        ("scenario", pa.string()),
        ("profile", pa.string()),
        ("state", pa.string()),
        ("attempts", pa.int64()),
        ("cause", pa.string()),
        ("reason", pa.string()),
        ("verdict", pa.string()),
        ("seconds", pa.float64()),
        ("host", pa.string()),
        ("slot", pa.string()),
        ("session_id", pa.string()),
        ("ended", pa.timestamp("us", tz="UTC")),
    ]
)

_CHUNK = 20_000


async def jobs_table(database: Database) -> pa.Table:
    """All jobs; about 200 bytes of memory each."""
    batches: list[pa.RecordBatch] = []
    async with database.transaction(seconds=600) as client:
        cursor = await client.cursor(
            "SELECT c.name AS campaign, j.id AS job, t.kind, p.package, p.version_code, "
            "t.scenario, t.profile, j.state, j.fence::bigint AS attempts, a.cause, a.reason, "
            "r.verdict, a.seconds::float8 AS seconds, a.host, a.slot, a.session_id, a.ended "
            "FROM job j JOIN campaign c ON c.id = j.campaign_id JOIN task t ON t.id = j.task_id "
            "JOIN app p ON p.id = j.app_id "
            "LEFT JOIN attempt a ON a.job_id = j.id AND a.fence = j.fence "
            "LEFT JOIN result r ON r.job_id = j.id"
        )
        while rows := await cursor.fetch(_CHUNK):
            batches.append(pa.RecordBatch.from_pylist([dict(row) for row in rows], schema=JOBS))
    return pa.Table.from_batches(batches, schema=JOBS)
