"""300 jobs while workers, database, controller and network fail at random points: none is lost."""

import asyncio
import contextlib
import os
import random
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest

from farm.campaign.database import Database, migrate
from tests.campaign.planning import app, create
from tests.campaign.wire import Wire, wire_to

JOBS = 300
LEASE = 2.0
FAULTS = ("kill worker", "freeze worker", "kill database", "cut network", "kill controller") * 2


class Farm:
    """Worker processes, a controller process and their database, all of which may be killed."""

    def __init__(self, folder: Path, url: str, wire: Wire) -> None:
        self.folder = folder
        self.url = url
        self.wire = wire
        self.store = folder / "store"
        self.processes: dict[str, Process] = {}
        port = urlsplit(url).port
        self.wired_url = url.replace(f":{port}/", f":{wire.port}/")

    async def start(self, name: str) -> None:
        """Start a worker, or the controller; the last worker is behind the wire."""
        if name == "controller":
            argv = ["tests.campaign.controller_process", self.url, str(LEASE)]
        else:
            url = self.wired_url if name == "host-c" else self.url
            argv = ["tests.campaign.idle", url, str(self.folder / name), str(self.store), name,
                    "--phones", "2", "--lease", str(LEASE), "--beat", "0.4"]  # fmt: skip
        self.processes[name] = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *argv, stdin=asyncio.subprocess.DEVNULL
        )

    async def kill(self, name: str) -> None:
        """As the kernel does when memory runs out."""
        process = self.processes.pop(name)
        process.kill()
        await process.wait()

    async def end(self, name: str) -> int:
        """Drain politely."""
        process = self.processes.pop(name)
        process.terminate()
        async with asyncio.timeout(40):
            return await process.wait()

    def kill_database(self) -> None:
        """Kill the server's first process; its children follow by themselves."""
        for process in psutil.process_iter(["name"]):
            with contextlib.suppress(psutil.Error):
                parent = process.parent()
                if (
                    process.info["name"] == "postgres"
                    and Path(process.cwd()).is_relative_to(self.folder)
                    and (parent is None or parent.name() != "postgres")
                ):
                    process.kill()

    async def done(self) -> int:
        """How many jobs are done; -1 while the database is away."""
        try:
            client = await asyncpg.connect(self.url, timeout=5)
            try:
                count: int = await client.fetchval("SELECT count(*) FROM job WHERE state = 'done'")
                return count
            finally:
                await client.close(timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return -1

    async def until(self, count: int, seconds: float) -> None:
        """Wait until so many jobs are done."""
        async with asyncio.timeout(seconds):
            while await self.done() < count:
                await asyncio.sleep(0.05)


@pytest.fixture
async def farm(open_folder: Path) -> AsyncIterator[Farm]:
    folder = open_folder / "faults"
    folder.mkdir(mode=0o711)
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.campaign.server", str(folder),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert server.stdout is not None
    assert server.stdin is not None
    url = (await server.stdout.readline()).decode().strip()
    await migrate(url)
    async with wire_to(urlsplit(url).port or 0) as wire:
        made = Farm(folder, url, wire)
        try:
            yield made
        finally:
            for name in list(made.processes):
                await made.kill(name)
            server.stdin.close()
            await server.wait()


async def do(fault: str, farm: Farm, chance: random.Random) -> None:
    """One fault, and its end."""
    victim = chance.choice(["host-a", "host-b"])
    match fault:
        case "kill worker":
            await farm.kill(victim)
            await asyncio.sleep(chance.uniform(0.1, 1.0))
            await farm.start(victim)
        case "freeze worker":
            process = farm.processes[victim]
            os.kill(process.pid, signal.SIGSTOP)
            await asyncio.sleep(LEASE + chance.uniform(0.5, 1.5))
            os.kill(process.pid, signal.SIGCONT)
        case "kill database":
            farm.kill_database()
        case "cut network":
            farm.wire.cut()
            await asyncio.sleep(LEASE + chance.uniform(0.2, 1.5))
            farm.wire.mend()
        case "kill controller":
            await farm.kill("controller")
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            await farm.start("controller")


async def test_every_job_has_one_result_whatever_fails(farm: Farm) -> None:
    seed = int(os.environ.get("FARM_FAULT_SEED", "0")) or random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    async with Database(farm.url) as database:
        await create(database, "faults", [app(n) for n in range(JOBS)])
    for name in ("controller", "host-a", "host-b", "host-c"):
        await farm.start(name)
    faults = chance.sample(FAULTS, len(FAULTS))
    points = sorted(chance.sample(range(5, JOBS - 20), len(faults)))
    for point, fault in zip(points, faults, strict=True):
        await farm.until(point, 60)
        await do(fault, farm, chance)
    try:
        await farm.until(JOBS, 60)
    except TimeoutError:
        pytest.fail(f"seed {seed}: {await farm.done()} of {JOBS} jobs are done")
    # Late results of superseded attempts are still on their way.
    await asyncio.sleep(LEASE)
    for name in ("host-a", "host-b", "host-c"):
        assert await farm.end(name) == 0, f"seed {seed}: {name} did not drain"
    audit = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.campaign.audit", farm.url, str(farm.store), str(JOBS),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await audit.communicate()
    assert audit.returncode == 0, f"seed {seed}:\n{said.decode()}"
