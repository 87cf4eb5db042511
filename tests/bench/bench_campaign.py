"""What campaigns promise: planning, queue overhead, throughput, recovery, the controller's memory.

Everything runs on the embedded PostgreSQL with its default settings, workers in processes of
their own, phones that only wait.
"""

import asyncio
import contextlib
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil

from farm.campaign.database import Database
from farm.campaign.plan.values import AppEntry
from farm.campaign.plan.write import open_campaign, write_jobs
from farm.campaign.worker.settings import WorkerSettings
from tests.bench.database import fresh_database, say
from tests.campaign.planning import app, create, plan

MILLION = 1_000_000
THROUGHPUT_JOBS = 4000
PROCESSES = 4
PHONES = 50  # in each process
SESSION = 0.05
DEFAULTS = WorkerSettings(name="")


async def _apps(count: int, size: int) -> AsyncIterator[list[AppEntry]]:
    for start in range(0, count, size):
        yield [app(number) for number in range(start, min(count, start + size))]


async def _worker(url: str, folder: Path, name: str, *more: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.campaign.idle", url, str(folder / name),
        str(folder / "store"), name, *more,
    )  # fmt: skip


def _cpu_of(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


async def _count(client: asyncpg.Connection, state: str) -> int:
    count: int = await client.fetchval("SELECT count(*) FROM job WHERE state = $1", state)
    return count


async def throughput(url: str, folder: Path, *more: str) -> None:
    """200 phones in four processes, sessions of 50 ms."""
    async with Database(url) as database:
        await create(database, f"throughput{len(more)}", [app(n) for n in range(THROUGHPUT_JOBS)])
    client = await asyncpg.connect(url)
    server = psutil.Process(client.get_server_pid()).parent()
    assert server is not None
    before = await _count(client, "done")
    cpu = _cpu_of([server, *server.children(recursive=True)])
    workers = [
        await _worker(url, folder, f"host-{n}{len(more)}", "--phones", str(PHONES), "--seconds",
                      str(SESSION), "--lease", "30", "--beat", "6", *more)
        for n in range(PROCESSES)
    ]  # fmt: skip
    own = [psutil.Process(worker.pid) for worker in workers]
    while await _count(client, "done") == before:
        await asyncio.sleep(0.02)
    first, began = await _count(client, "done"), time.monotonic()
    cpu_workers = _cpu_of(own)
    while (done := await _count(client, "done") - before) < THROUGHPUT_JOBS:
        await asyncio.sleep(0.1)
    seconds = time.monotonic() - began
    cpu = _cpu_of([server, *server.children(recursive=True)]) - cpu
    cpu_workers = _cpu_of(own) - cpu_workers
    rate = (done - (first - before)) / seconds
    what = "without recordings" if more else "each with a recording to the store"
    say(
        f"{PROCESSES * PHONES} phones in {PROCESSES} processes, sessions of 50 ms, {what}: "
        f"{rate:.0f} jobs/s; CPU a job: workers {cpu_workers / done * 1e3:.1f} ms, "
        f"PostgreSQL {cpu / done * 1e3:.1f} ms"
    )
    for worker in workers:
        worker.terminate()
    for worker in workers:
        await worker.wait()
    await client.close()


async def recovery(url: str, folder: Path) -> None:
    """Kill a worker in the middle of a job; when does it run elsewhere? Default settings."""
    async with Database(url) as database:
        await create(database, "recovery", [app(0)])
    client = await asyncpg.connect(url)
    job = await client.fetchval(
        "SELECT job.id FROM job JOIN campaign c ON c.id = campaign_id WHERE c.name = 'recovery'"
    )
    settings = ("--phones", "1", "--seconds", "60", "--lease", str(DEFAULTS.lease),
                "--beat", str(DEFAULTS.beat), "--no-recordings")  # fmt: skip
    workers = [await _worker(url, folder, f"recovery-{n}", *settings) for n in range(2)]
    while not await client.fetchval("SELECT count(*) FROM attempt WHERE job_id = $1", job):
        await asyncio.sleep(0.05)
    await asyncio.sleep(2)
    host = await client.fetchval("SELECT host FROM attempt WHERE job_id = $1", job)
    killed = workers.pop(int(host[-1]))
    killed.kill()
    began = time.monotonic()
    while await client.fetchval("SELECT count(*) FROM attempt WHERE job_id = $1", job) < 2:
        await asyncio.sleep(0.05)
    say(f"from kill -9 of a worker to the job running elsewhere: {time.monotonic() - began:.1f} s")
    for worker in (*workers, killed):
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()
    await client.close()


async def planning(url: str) -> None:
    """Write a million jobs, and let a controller feed the queue from them."""
    own = psutil.Process()
    async with Database(url) as database:
        wanted = plan(("accept", "decline"), profiles=("pixel", "mi8"))
        began = time.monotonic()
        campaign = await open_campaign(database, "million", wanted)
        written = await write_jobs(database, campaign, wanted, _apps(MILLION // 4, 2000))
        seconds = time.monotonic() - began
        say(
            f"planning: {written.new:,} jobs in {seconds:.0f} s, {written.new / seconds:,.0f} "
            f"jobs/s; memory of the planner {own.memory_info().rss >> 20} MB"
        )
        began = time.monotonic()
        again = await write_jobs(database, campaign, wanted, _apps(2000, 2000))
        assert again.new == 0
    controller = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.campaign.controller_process", url, "30"
    )
    client = await asyncpg.connect(url)
    while await _count(client, "queued") < 2000:
        await asyncio.sleep(0.1)
    await asyncio.sleep(5)
    memory = psutil.Process(controller.pid).memory_info().rss >> 20
    planned = await _count(client, "planned")
    say(f"memory of the controller with {planned:,} jobs planned: {memory} MB")
    controller.kill()
    await controller.wait()
    await client.execute("UPDATE campaign SET state = 'cancelled'")
    await client.close()


async def measure() -> None:
    """Run everything on one server."""
    async with fresh_database() as (folder, url):
        await throughput(url, folder, "--no-recordings")
        await throughput(url, folder)
        await recovery(url, folder)
        await planning(url)


def main() -> None:
    """Print the figures."""
    asyncio.run(measure())


if __name__ == "__main__":
    main()
