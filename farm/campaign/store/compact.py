"""Nightly compaction: many small Parquet files of a day become few larger ones, still by day.

The list of a part is stored first, then the part itself, which changes what counts in one step;
what it replaced is removed last. Cut off anywhere, the next run goes on or begins anew, and no
reader sees a row twice or not at all. One compactor at a time: the caller sees to that.
"""

import asyncio
import datetime
import hashlib
import logging
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from farm.campaign.store.events import EVENTS, FINDINGS
from farm.campaign.store.objects import Store, StoreError
from farm.campaign.store.parts import Day, PartList, is_part, list_name, read_days
from farm.files import sha256_of

log = logging.getLogger(__name__)

TABLES = {"events": EVENTS, "findings": FINDINGS}

_TARGET = 256 << 20  # bytes of a part: DuckDB reads such files in parallel, row group by row group
_FEWEST = 8  # files that are worth a part
_ROWS = 100_000  # of one row group, and in memory at a time


class Compacted(msgspec.Struct, frozen=True, kw_only=True):
    """What one run did."""

    parts: int = 0
    files: int = 0  # that parts took the place of
    removed: int = 0  # of these, ones that are gone
    damaged: int = 0  # groups that hold a file which is no Parquet of this table


async def compact(
    store: Store,
    today: datetime.date,
    *,
    days: int = 1,
    target: int = _TARGET,
    fewest: int = _FEWEST,
    still_alone: Callable[[], Awaitable[bool]] | None = None,
) -> Compacted:
    """Compact all days that ended at least `days` ago.

    Args:
        target: bytes of Parquet of one part, about.
        fewest: files of a day that are worth a part.
        still_alone: asked before each change of what counts; False ends the run.

    Raises:
        StoreUnavailable: the store failed; run again.
    """
    parts = files = removed = damaged = 0
    for name, schema in TABLES.items():
        for day in await read_days(store, name):
            if day.left:  # of a run that was cut off
                await _remove(store, day.folder, day.left)
                removed += len(day.left)
            if not _over(day.folder, today, days):
                continue
            for group in groups(day, target, fewest):
                if still_alone is not None and not await still_alone():
                    return Compacted(parts=parts, files=files, removed=removed, damaged=damaged)
                try:
                    await _merge(store, day, group, schema)
                except StoreError as error:  # one damaged file keeps no other day from its turn
                    log.warning("%s: left as it is: %s", day.folder, error)
                    damaged += 1
                    continue
                await _remove(store, day.folder, group)
                parts, files = parts + 1, files + len(group)
                removed += len(group)
    return Compacted(parts=parts, files=files, removed=removed, damaged=damaged)


def groups(day: Day, target: int, fewest: int) -> Iterator[tuple[str, ...]]:
    """Files of a day that go into one part each: in the order of their names, up to `target`.

    What is half as large as a part already is left as it is.
    """
    small = [name for name, size in day.sizes.items() if size < target // 2]
    group: list[str] = []
    size = 0
    for name in sorted(small, key=lambda name: (is_part(name), name)):
        group.append(name)
        size += day.sizes[name]
        if size >= target:
            yield tuple(group)
            group, size = [], 0
    if len(group) >= fewest:
        yield tuple(group)


async def _merge(store: Store, day: Day, group: Sequence[str], schema: pa.Schema) -> None:
    """Store a part's list and then the part."""
    members = [
        member
        for name in group
        for member in (day.lists[name].members if name in day.lists else (name,))
    ]
    made = PartList(sources=tuple(group), members=tuple(members))
    data = msgspec.json.encode(made)
    part = f"part-{hashlib.sha256(data).hexdigest()[:16]}.parquet"
    with tempfile.TemporaryDirectory(prefix="farm-compact-") as folder:
        sources = []
        for number, name in enumerate(group):
            path = Path(folder) / f"{number}.parquet"
            await store.get_file(f"{day.folder}/{name}", path)
            sources.append((f"{day.folder}/{name}", path))
        target = Path(folder) / "part.parquet"
        digest = await asyncio.to_thread(_write, sources, target, schema)
        await store.put_bytes(list_name(day.folder, part), data)
        await store.put_file(f"{day.folder}/{part}", target, digest)


def _write(sources: Sequence[tuple[str, Path]], target: Path, schema: pa.Schema) -> str:
    """Write the sources' rows one after the other; returns the digest of what was written.

    Raises:
        StoreError: a source cannot be read, named.
    """
    read = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        gathered: list[pa.RecordBatch] = []
        rows = 0
        for name, source in sources:
            for batch in _batches(name, source, schema):
                gathered.append(batch)
                read += batch.num_rows
                rows += batch.num_rows
                if rows >= _ROWS:
                    writer.write_table(pa.Table.from_batches(gathered, schema))
                    gathered, rows = [], 0
        if gathered:
            writer.write_table(pa.Table.from_batches(gathered, schema))
    written = pq.read_metadata(target).num_rows
    if written != read:
        raise StoreError(f"{target}: {written} rows were written of {read}")
    return sha256_of(target)


def _batches(name: str, source: Path, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows of one file, all that it says it has."""
    read = 0
    try:
        with pq.ParquetFile(source) as file:
            for batch in file.iter_batches(_ROWS):
                read += batch.num_rows
                yield _fitting(batch, schema)
            stated = file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        why = " ".join(str(error).split())[:200]
        raise StoreError(f"{name}: cannot be read as Parquet: {why}") from error
    if read != stated:
        raise StoreError(f"{name}: has {read} rows, and says {stated}")


def _fitting(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """A batch with the columns of today; ones that its file did not have yet are empty."""
    columns = [
        batch.column(field.name)
        if field.name in batch.schema.names
        else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


async def _remove(store: Store, folder: str, names: Sequence[str]) -> None:
    """Remove what parts took the place of; of a part among it the list too, and last."""
    lists = [list_name(folder, name) for name in names if is_part(name)]
    await store.delete([*(f"{folder}/{name}" for name in names), *lists])


def _over(folder: str, today: datetime.date, days: int) -> bool:
    try:
        day = datetime.date.fromisoformat(folder.rsplit("day=", 1)[1])
    except (IndexError, ValueError):
        return False
    return today - day >= datetime.timedelta(days=days)
