"""A worker on a real lab of twins, in the test's own process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from farm.campaign.controller import Controller
from farm.campaign.database import Database
from farm.campaign.fleet.care import Care
from farm.campaign.fleet.health import CareRules
from farm.campaign.fleet.screens import Screens
from farm.campaign.ledger.values import SessionOptions
from farm.campaign.plan.stored import stored_apps
from farm.campaign.plan.values import CampaignPlan, ScenarioRef
from farm.campaign.plan.write import open_campaign, write_jobs
from farm.campaign.store import Store
from farm.campaign.worker.analysis import AnalysisExecutor
from farm.campaign.worker.delivery import Delivery
from farm.campaign.worker.examination import ExaminationExecutor
from farm.campaign.worker.executor import Executor
from farm.campaign.worker.outbox import Outbox
from farm.campaign.worker.phones import PhoneExecutor
from farm.campaign.worker.settings import WorkerSettings
from farm.campaign.worker.sources import Sources
from farm.campaign.worker.worker import Worker
from farm.cases.keeping import keep_cases
from farm.detect.rules import load_rules
from farm.explore.loader import load
from farm.recording import load_or_create_key
from tests.end_to_end.twin_lab import PARTIES, TwinLab


async def plan_apps(
    database: Database,
    store: Store,
    name: str,
    apps: Path,
    scenario: str = "accept",
    *,
    analyse: bool = True,
    options: SessionOptions | None = None,
    repeat: int = 1,
) -> CampaignPlan:
    """Plan a campaign of real apps under a scenario that ships."""
    loaded = load(scenario)
    plan = CampaignPlan(
        scenarios=(ScenarioRef(name=loaded.name, sha256=loaded.sha256),),
        options=options or SessionOptions(settle_seconds=1),
        analyse=analyse,
        repeat=repeat,
    )
    campaign = await open_campaign(database, name, plan)
    await write_jobs(database, campaign, plan, stored_apps(apps, store))
    return plan


@contextlib.asynccontextmanager
async def at_work(
    database: Database,
    store: Store,
    lab: TwinLab,
    folder: Path,
    *,
    rules: CareRules | None = None,
    judges: bool = True,
    engines: Path | None = None,
    cases: bool = False,
) -> AsyncIterator[Care]:
    """A worker over all phones of the lab; drained at the end, with nothing left in its outbox."""
    settings = WorkerSettings(name="host", poll=0.2, beat=0.5)
    care = Care(database, lab.lab.pool, "host", rules or CareRules())
    key = load_or_create_key(lab.lab.settings.key)
    sources = Sources(store, folder / "cache")
    phones = PhoneExecutor(lab.lab, sources, key, care)
    async with contextlib.AsyncExitStack() as stack:
        outbox = await stack.enter_async_context(Outbox(folder / "outbox.sqlite"))
        executors: list[Executor] = [phones]
        if judges:
            judging = AnalysisExecutor(store, folder / "cache", count=1, parties=PARTIES)
            executors.append(await stack.enter_async_context(judging))
            examining = ExaminationExecutor(store, sources, engines=engines)
            executors.append(await stack.enter_async_context(examining))
        worker = Worker(
            database,
            executors,
            outbox,
            Delivery(database, store, outbox, settings, home=lab.lab.settings.home),
            settings,
            controller=Controller(database, lease=settings.lease, interval=0.2),
            on_beat=care.sync,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(worker.run())
            beside = [group.create_task(Screens(database).run(phones.folders))]
            if cases:
                judged_by = load_rules(PARTIES)
                keeping = keep_cases(database, store, judged_by, host="host", interval=1.0)
                beside.append(group.create_task(keeping))
            try:
                yield care
            finally:
                worker.drain()
                for task in beside:
                    task.cancel()
        assert await outbox.all() == []


async def shell(lab: TwinLab, *argv: str) -> str:
    """What the first twin's own shell prints, over the real adb server."""
    return (await lab.lab.pool.adb.shell(lab.twin.serial, argv)).stdout.strip()
