"""Questions in SQL over the events and findings of all sessions: DuckDB on the store's Parquet.

The question may be hostile. The engine has no files, no network, no settings to change and no
extensions; it sees the store through datasets that are handed to it, one SELECT at a time, with
bounds on memory, time and rows.
"""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as fs

from farm.campaign.store.compact import TABLES
from farm.campaign.store.objects import Store
from farm.campaign.store.parts import read_days
from farm.model.errors import UsageError

_CONFIG = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}
_LONGEST_SQL = 64 * 1024


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What one question may cost."""

    seconds: float = 120.0
    memory_mb: int = 2048
    threads: int = 2
    rows: int = 100_000


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of an answer; `cut` says that there were more than the bound."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    cut: bool


async def ask(
    store: Store, sql: str, bounds: Bounds, tables: Mapping[str, ds.Dataset] | None = None
) -> Answer:
    """Answer one SELECT over the tables `events`, `findings` and `tables`.

    Raises:
        UsageError: it is no single SELECT, does not run, or costs more than its bounds.
        StoreUnavailable: the store failed.
    """
    if len(sql) > _LONGEST_SQL:
        raise UsageError(f"the question is longer than {_LONGEST_SQL} characters")
    known = dict(tables or {})
    for name, schema in TABLES.items():
        known[name] = await dataset(store, name, schema)
    return await asyncio.to_thread(_answer, known, sql, bounds)


def _answer(tables: Mapping[str, ds.Dataset], sql: str, bounds: Bounds) -> Answer:
    with duckdb.connect(":memory:", config=dict(_CONFIG)) as engine:
        engine.execute(f"SET memory_limit = '{bounds.memory_mb}MB'")
        engine.execute(f"SET threads = {bounds.threads}")
        for name, table in tables.items():
            engine.register(name, table)
        engine.execute("SET lock_configuration = true")
        _check_single_select(engine, sql)
        return _run(engine, sql, bounds)


async def dataset(store: Store, name: str, schema: pa.Schema) -> ds.Dataset:
    """A table of the store, by day: the files that count now; empty where nothing is there yet.

    Raises:
        StoreUnavailable: the store failed.
    """
    days = await read_days(store, name)
    files = [f"{day.folder}/{file}" for day in days for file in day.sizes]
    return await asyncio.to_thread(open_files, store, name, schema, files)


def open_files(store: Store, name: str, schema: pa.Schema, files: Sequence[str]) -> ds.Dataset:
    """Files of one of the store's tables, by their names in the store, as a table. Blocks."""
    whole = schema.append(pa.field("day", pa.date32()))
    if not files:
        return ds.dataset(pa.Table.from_pylist([], schema=whole))
    if store.folder is not None:
        filesystem, base = fs.LocalFileSystem(), str(store.folder)
    else:
        parts = urlsplit(store.address)
        filesystem, base = fs.FileSystem.from_uri(f"{parts.scheme}://{parts.netloc}{parts.path}")
    return ds.dataset(
        [f"{base}/{file}" for file in files],
        schema=whole,
        format="parquet",
        partitioning=ds.partitioning(pa.schema([("day", pa.date32())]), flavor="hive"),
        filesystem=filesystem,
        partition_base_dir=f"{base}/{name}",
    )


def _check_single_select(engine: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        statements = engine.extract_statements(sql)
    except duckdb.Error as error:
        raise UsageError(_words(error)) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UsageError("expected one SELECT over the tables events, findings and jobs")


def _run(engine: duckdb.DuckDBPyConnection, sql: str, bounds: Bounds) -> Answer:
    late = threading.Event()

    def stop() -> None:
        late.set()
        engine.interrupt()

    timer = threading.Timer(bounds.seconds, stop)
    timer.start()
    try:
        found = engine.execute(sql)
        columns = [column[0] for column in found.description or ()]
        rows: Sequence[tuple[Any, ...]] = found.fetchmany(bounds.rows + 1)
    except (duckdb.Error, pa.ArrowException) as error:
        if late.is_set():
            raise UsageError(f"stopped after {bounds.seconds:g} s; ask for less") from error
        raise UsageError(_words(error)) from error
    finally:
        timer.cancel()
        timer.join()
    return Answer(columns=columns, rows=list(rows[: bounds.rows]), cut=len(rows) > bounds.rows)


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:500]
