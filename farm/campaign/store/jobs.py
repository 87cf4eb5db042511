"""Jobs with their last attempts and results as a table, for questions beside events."""

import asyncio
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

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

_QUERY = """
SELECT c.name AS campaign, j.id AS job, t.kind, p.package, p.version_code,
       t.scenario, t.profile, j.state, j.fence::bigint AS attempts, a.cause, a.reason,
       r.verdict, a.seconds::float8 AS seconds, a.host, a.slot, a.session_id, a.ended
FROM job j
JOIN campaign c ON c.id = j.campaign_id
JOIN task t ON t.id = j.task_id
JOIN app p ON p.id = j.app_id
LEFT JOIN attempt a ON a.job_id = j.id AND a.fence = j.fence
LEFT JOIN result r ON r.job_id = j.id
"""


async def write_jobs_table(database: Database, target: Path) -> ds.Dataset:
    """Write all jobs into a Parquet file, a chunk in memory at a time, and open it as a table.

    Raises:
        DatabaseUnavailable: see there.
    """
    async with database.transaction(seconds=600) as client:
        cursor = await client.cursor(_QUERY)
        with pq.ParquetWriter(target, JOBS, compression="zstd") as writer:
            while rows := await cursor.fetch(_CHUNK):
                chunk = pa.RecordBatch.from_pylist([dict(row) for row in rows], schema=JOBS)
                await asyncio.to_thread(writer.write_batch, chunk)
    return ds.dataset(target, schema=JOBS, format="parquet")
