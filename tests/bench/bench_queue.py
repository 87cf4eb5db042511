"""pgqueuer against procrastinate, with 100,000 jobs waiting and 20 phones busy.

The figures behind decision 0070. procrastinate is no dependency of the farm: install it beside
the farm to repeat its half (`pip install procrastinate 'psycopg[binary]'`).
"""

import asyncio
import contextlib
import importlib.util
import os
import resource
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from pathlib import Path

import asyncpg
import psutil
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pgqueuer.queries import Queries

from farm.campaign.postgres import EmbeddedPostgres
from tests.bench.database import say

BACKLOG = 100_000
PHONES = 20
CYCLES = 2_000
FETCHES = 50
LEASE = timedelta(seconds=30)


async def _timed(action: Callable[[], Awaitable[object]], times: int) -> str:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        await action()
        seconds.append(time.perf_counter() - began)
    return f"median {statistics.median(seconds) * 1e3:.1f} ms, worst {max(seconds) * 1e3:.0f} ms"


def _cpu(server: psutil.Process) -> float:
    """CPU seconds of this process and of the server with its children, living ones."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    total = own.ru_utime + own.ru_stime
    for process in (server, *server.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _server(connection_pid: int) -> psutil.Process:
    parent = psutil.Process(connection_pid).parent()
    assert parent is not None
    return parent


def _arguments(numbers: Iterable[int]) -> list[dict[str, object]]:
    return [{"number": number} for number in numbers]


async def pgqueuer_figures(url: str) -> None:
    """Measure pgqueuer."""
    client = await asyncpg.connect(url)
    try:
        queries = Queries.from_asyncpg_connection(client)
        await queries.install()
        server = _server(client.get_server_pid())
        began = time.perf_counter()
        for start in range(0, BACKLOG, 1000):
            await queries.enqueue(
                ["session"] * 1000,
                [b"%d" % number for number in range(start, start + 1000)],
                [0] * 1000,
            )
        say(f"pgqueuer: {BACKLOG / (time.perf_counter() - began):,.0f} enqueues/s")
        await client.execute("ANALYZE")
        manager = QueueManagerId(uuid.uuid4())
        mine = {QueueEntrypoint("session"): EntrypointExecutionParameter(0)}
        others = {QueueEntrypoint("other"): EntrypointExecutionParameter(0)}

        async def take(count: int = 1) -> list[object]:
            return list(await queries.dequeue(count, mine, manager, None, LEASE))

        await take(PHONES)  # busy from here on
        empty = await _timed(lambda: queries.dequeue(1, others, manager, None, LEASE), FETCHES)
        say(f"pgqueuer: fetch that finds nothing to run: {empty}")
        say(f"pgqueuer: fetch of one job: {await _timed(take, FETCHES)}")
        cpu, began = _cpu(server), time.perf_counter()
        for _ in range(CYCLES // PHONES):
            jobs = await queries.dequeue(PHONES, mine, manager, None, LEASE)
            await queries.log_jobs([(job, "successful", None) for job in jobs])
        seconds = time.perf_counter() - began
        say(
            f"pgqueuer: {CYCLES / seconds:,.0f} jobs/s taken and finished, {PHONES} at a time, "
            f"{(_cpu(server) - cpu) / CYCLES * 1e3:.2f} ms of CPU a job with the server's"
        )
    finally:
        await client.close()


async def procrastinate_figures(url: str, locks: bool) -> None:
    """Measure procrastinate; with `locks`, each phone is a lock, as its own recipe has it."""
    import procrastinate

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
    name = f"procrastinate, phones {'as locks' if locks else 'in the worker'}"

    async def nothing(number: int) -> None:
        """Only the queue is measured."""

    session = app.task(name="session", queue="session")(nothing)
    async with app.open_async():
        with contextlib.suppress(procrastinate.exceptions.ConnectorException):
            await app.schema_manager.apply_schema_async()
        client = await asyncpg.connect(url)
        try:
            await client.execute("TRUNCATE procrastinate_jobs CASCADE")
            server = _server(client.get_server_pid())
            began = time.perf_counter()
            for start in range(0, BACKLOG, 1000):
                batch = range(start, start + 1000)
                if locks:
                    for phone in range(PHONES):
                        await session.configure(lock=f"phone-{phone}").batch_defer_async(
                            *_arguments(n for n in batch if n % PHONES == phone)
                        )
                else:
                    await session.batch_defer_async(*_arguments(batch))
            say(f"{name}: {BACKLOG / (time.perf_counter() - began):,.0f} enqueues/s")
            await client.execute("ANALYZE")
            manager = app.job_manager
            worker = await manager.register_worker()
            for _ in range(PHONES):
                assert await manager.fetch_job(["session"], worker)
            if locks:
                empty = await _timed(lambda: manager.fetch_job(["session"], worker), 10)
            else:
                empty = await _timed(lambda: manager.fetch_job(["other"], worker), FETCHES)
            say(f"{name}: fetch that finds nothing to run: {empty}")
            if locks:
                return
            fetched = await _timed(lambda: manager.fetch_job(["session"], worker), FETCHES)
            say(f"{name}: fetch of one job: {fetched}")
            cpu, began = _cpu(server), time.perf_counter()
            for _ in range(CYCLES):
                job = await manager.fetch_job(["session"], worker)
                assert job is not None
                await manager.finish_job(
                    job, status=procrastinate.jobs.Status.SUCCEEDED, delete_job=True
                )
            seconds = time.perf_counter() - began
            say(
                f"{name}: {CYCLES / seconds:,.0f} jobs/s taken and finished, one at a time, "
                f"{(_cpu(server) - cpu) / CYCLES * 1e3:.2f} ms of CPU a job with the server's"
            )
        finally:
            await client.close()


async def measure() -> None:
    """Run both engines on one embedded server, one after the other."""
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as folder:
        os.chmod(folder, 0o711)  # noqa: S103 - a root user's server runs as another account
        async with EmbeddedPostgres(Path(folder)) as server:
            await pgqueuer_figures(server.url)
            if importlib.util.find_spec("procrastinate") is None:
                say("procrastinate is not installed: its half is left out")
                return
            await procrastinate_figures(server.url, locks=False)
            await procrastinate_figures(server.url, locks=True)


def main() -> None:
    """Print the figures."""
    asyncio.run(measure())


if __name__ == "__main__":
    main()
