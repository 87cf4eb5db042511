"""`farm query`: one SELECT over the events, findings and jobs of all sessions."""

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from farm.campaign.store.jobs import write_jobs_table
from farm.campaign.store.query import Answer, Bounds, ask
from farm.cli.campaign_database import (
    DatabaseOption,
    HomeOption,
    StoreOption,
    campaign_database,
    open_store,
)
from farm.cli.output import console, emit_json_line, plain, say


def query(
    sql: Annotated[
        str, typer.Argument(help="One SELECT over the tables events, findings and jobs.")
    ],
    rows: Annotated[int, typer.Option(min=1, max=10_000_000, help="Rows at most.")] = 1000,
    seconds: Annotated[float, typer.Option(min=0.1, help="Time at most.")] = 120.0,
    memory: Annotated[int, typer.Option(min=64, help="Memory at most, MB.")] = 2048,
    database: DatabaseOption = "",
    store: StoreOption = "",
    home: HomeOption = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a row.")] = False,
) -> None:
    """Ask all recordings at once: `SELECT package, count(*) FROM events GROUP BY 1`.

    `DESCRIBE` is not needed: `SELECT * FROM events LIMIT 1` shows the columns. Times (`t`) are
    nanoseconds on the stream's own clock. Exit codes: 0 answered, 2 it cannot be.
    """
    answer = asyncio.run(
        _ask(sql, Bounds(rows=rows, seconds=seconds, memory_mb=memory), database, store, home)
    )
    if json:
        for row in answer.rows:
            emit_json_line(dict(zip(answer.columns, map(_value, row), strict=True)))
    else:
        table = Table(*(plain(column, 60) for column in answer.columns))
        for row in answer.rows:
            table.add_row(*(plain(str(value), 200) for value in row))
        console.print(table)
    if answer.cut:
        say(f"more than {rows} rows: see --rows")


async def _ask(sql: str, bounds: Bounds, url: str, store: str, home: Path | None) -> Answer:
    place = open_store(store, home)
    if not re.search(r"\bjobs\b", sql, re.I):
        return await ask(place, sql, bounds)
    with tempfile.TemporaryDirectory(prefix="farm-query-") as folder:
        async with campaign_database(url, home) as opened:
            jobs = await write_jobs_table(opened, Path(folder) / "jobs.parquet")
        return await ask(place, sql, bounds, {"jobs": jobs})


def _value(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
