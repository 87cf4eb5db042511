"""The worker in this process, over a real database and idle phones."""

import asyncio
import contextlib
from pathlib import Path

from farm.campaign.controller import Controller
from farm.campaign.database import Database
from farm.campaign.decisions import RetryPolicy
from farm.campaign.ledger.values import Work
from farm.campaign.store import Store
from farm.campaign.worker.delivery import Delivery
from farm.campaign.worker.executor import Began, Ending, Slot
from farm.campaign.worker.outbox import Outbox
from farm.campaign.worker.settings import WorkerSettings
from farm.campaign.worker.worker import Worker
from tests.campaign.idle import IdleExecutor, run_worker
from tests.campaign.planning import app, create
from tests.campaign.wire import Wire


class StuckExecutor(IdleExecutor):
    """Idle phones of which one never ends what it was given."""

    async def run(self, work: Work, slot: Slot, began: Began) -> Ending:
        if slot.name.endswith("-000"):
            await asyncio.Event().wait()
        return await super().run(work, slot, began)


class DeafExecutor(IdleExecutor):
    """Idle phones of which one runs a session that swallows every cancellation."""

    def __init__(self, name: str, count: int, seconds: float) -> None:
        super().__init__(name, count, seconds)
        self.let_go = asyncio.Event()
        self.given_up: list[tuple[str, str]] = []

    async def run(self, work: Work, slot: Slot, began: Began) -> Ending:
        while slot.name.endswith("-000") and not self.let_go.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await self.let_go.wait()
        return await super().run(work, slot, began)

    def give_up(self, slot: Slot, reason: str) -> None:
        self.given_up.append((slot.name, reason))


async def counts(database: Database) -> dict[str, int]:
    async with database.transaction() as client:
        rows = await client.fetch("SELECT state, count(*) AS n FROM job GROUP BY 1")
    return {row["state"]: row["n"] for row in rows}


async def until_done(database: Database, jobs: int, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while (await counts(database)).get("done", 0) < jobs:
            await asyncio.sleep(0.1)


async def test_results_wait_for_a_store_that_is_away(
    database: Database, database_url: str, tmp_path: Path, s3_wire: Wire
) -> None:
    await create(database, "small", [app(n) for n in range(12)])
    settings = WorkerSettings(name="host-a", poll=0.1)
    phones = IdleExecutor("a", 4, 0.01, tmp_path / "recordings")
    s3_wire.break_after(4000)  # in the midst of the first uploads
    async with asyncio.TaskGroup() as group:
        worker = group.create_task(
            run_worker(database_url, tmp_path, "s3://evidence/farm", settings, [phones])
        )
        async with asyncio.timeout(60):
            while len(list((tmp_path / "recordings").glob("*/manifest.json"))) < 12:
                await asyncio.sleep(0.1)
        assert (await counts(database)).get("done", 0) < 12, "nothing was cut"
        s3_wire.mend()
        await until_done(database, 12)
        worker.cancel()
    async with database.transaction() as client:
        rows = await client.fetch("SELECT state, recording, manifest_sha256 FROM attempt")
    assert {row["state"] for row in rows} == {"accepted"} and len(rows) == 12
    store = Store("s3://evidence/farm")
    for row in rows:
        assert await store.digest(f"{row['recording']}/manifest.json") == row["manifest_sha256"]
        assert await store.size(f"{row['recording']}/ui.jsonl")
    assert not list((tmp_path / "recordings").iterdir()), "what is stored was kept here as well"


async def test_a_stuck_phone_holds_nobody_up(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await create(database, "small", [app(n) for n in range(30)])
    settings = WorkerSettings(
        name="host-a", poll=0.1, deadline=3.0, grace=1.0,
        policy=RetryPolicy(faults=20, first_delay=0.1, avoid_seconds=600),
    )  # fmt: skip
    phones = StuckExecutor("a", 3, 0.01)
    async with asyncio.TaskGroup() as group:
        worker = group.create_task(
            run_worker(database_url, tmp_path, tmp_path / "store", settings, [phones])
        )
        # All but the one that is stuck are done long before its deadline.
        await until_done(database, 29)
        async with database.transaction() as client:
            held = await client.fetch("SELECT slot FROM attempt WHERE state <> 'accepted'")
        assert {row["slot"] for row in held} == {"a-000"}
        await until_done(database, 30)
        worker.cancel()
    async with database.transaction() as client:
        ended = await client.fetch(
            "SELECT slot, state, reason FROM attempt WHERE cause <> 'none' AND state = 'retried'"
        )
        accepted = await client.fetch("SELECT slot FROM attempt WHERE state = 'accepted'")
    assert {tuple(row) for row in ended} == {("a-000", "retried", "phone_stuck")}
    assert "a-000" not in {row["slot"] for row in accepted}


async def test_a_session_that_swallows_its_cancellation_keeps_no_worker_from_leaving(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await create(database, "small", [app(n) for n in range(12)])
    settings = WorkerSettings(name="host-a", poll=0.1, deadline=3600.0, grace=0.5)
    phones = DeafExecutor("a", 3, 0.01)
    async with Outbox(tmp_path / "outbox.sqlite") as outbox:
        delivery = Delivery(
            database, Store(str(tmp_path / "store")), outbox, settings, home=tmp_path
        )
        controller = Controller(database, lease=settings.lease, interval=0.2)
        worker = Worker(database, [phones], outbox, delivery, settings, controller=controller)
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            group.create_task(worker.run(farewell=20))
            await until_done(database, 11)
            assert worker.undying == []
            worker.stop()
        assert worker.undying == ["a-000"]
        assert [slot for slot, _ in phones.given_up] == ["a-000"]
        assert "0.5 s after it was cancelled" in phones.given_up[0][1]
        assert await outbox.all() == []
    async with database.transaction() as client:
        left = await client.fetch("SELECT slot, reason FROM attempt WHERE state <> 'accepted'")
    # Its job is another phone's now, at nobody's cost.
    assert [tuple(row) for row in left] == [("a-000", "worker_stopped")]
    phones.let_go.set()
    async with asyncio.timeout(10):
        while worker.undying:
            await asyncio.sleep(0.01)


async def test_campaign_runs_to_its_end(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await create(database, "small", [app(n) for n in range(40)])
    settings = WorkerSettings(name="host-a", poll=0.1)
    phones = IdleExecutor("a", 8, 0.01, tmp_path / "recordings")
    async with asyncio.TaskGroup() as group:
        worker = group.create_task(
            run_worker(database_url, tmp_path, tmp_path / "store", settings, [phones])
        )
        await until_done(database, 40)
        async with asyncio.timeout(20):
            while True:
                async with database.transaction() as client:
                    if await client.fetchval("SELECT state FROM campaign") == "finished":
                        break
                await asyncio.sleep(0.1)
        worker.cancel()
    async with database.transaction() as client:
        assert await client.fetchval("SELECT count(*) FROM result") == 40
        assert await client.fetchval("SELECT count(*) FROM pgqueuer") == 0
        recordings = {r["recording"] for r in await client.fetch("SELECT recording FROM attempt")}
    assert len(recordings) == 40
    assert all((tmp_path / "store" / name / "manifest.json").is_file() for name in recordings)
    assert not list((tmp_path / "recordings").iterdir())
