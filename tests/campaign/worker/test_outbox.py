"""The outbox: what was put is there after a kill, and two workers do not share one."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from farm.campaign.ledger.values import Work
from farm.campaign.vocabulary import JobKind
from farm.campaign.worker.outbox import Debt, Outbox
from farm.model.errors import SetupError


def debt(job: int, folder: str = "") -> Debt:
    work = Work(
        job=job, fence=1, kind=JobKind.SESSION, campaign="c", package="p", app_sha256="ab" * 32
    )
    return Debt(work=work, slot="s", folder=folder)


async def test_many_writers_share_a_file_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    async with Outbox(path) as outbox:
        await asyncio.gather(*(outbox.put([debt(n)]) for n in range(200)))
        await asyncio.gather(*(outbox.forget([(n, 1)]) for n in range(0, 200, 2)))
        await outbox.put([debt(1, "/there")])
    async with Outbox(path) as again:
        owed = await again.all()
    assert [one.work.job for one in owed] == list(range(1, 200, 2))
    assert owed[0].folder == "/there"


async def test_a_cancelled_writer_takes_nobody_along(tmp_path: Path) -> None:
    async with Outbox(tmp_path / "outbox.sqlite") as outbox:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(outbox.put([debt(n)])) for n in range(50)]
            await asyncio.sleep(0)
            for task in tasks[::7]:
                task.cancel()
        await outbox.put([debt(99)])
        owed = {one.work.job for one in await outbox.all()}
    assert owed >= {n for n in range(50) if n % 7} | {99}


_PUT_AND_DIE = """
import asyncio, os, sys
from pathlib import Path
from tests.campaign.worker.test_outbox import debt
from farm.campaign.worker.outbox import Outbox
async def main():
    async with Outbox(Path(sys.argv[1])) as outbox:
        await outbox.put([debt(7)])
        os.kill(os.getpid(), 9)
asyncio.run(main())
"""


async def test_what_was_put_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", _PUT_AND_DIE, str(path)], check=False
    )
    assert done.returncode == -9
    async with Outbox(path) as outbox:
        assert [one.work.job for one in await outbox.all()] == [7]


async def test_a_second_worker_of_the_same_name_is_refused(tmp_path: Path) -> None:
    async with Outbox(tmp_path / "o.sqlite"):
        with pytest.raises(SetupError, match="another worker of this name"):
            await Outbox(tmp_path / "o.sqlite").__aenter__()
