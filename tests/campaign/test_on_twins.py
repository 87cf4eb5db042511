"""A campaign on a real lab with a twin: plan, session, store, judgement, inventory, questions."""

import asyncio
import shutil
from pathlib import Path

import pytest

from farm.campaign.controller import Controller
from farm.campaign.database import Database
from farm.campaign.fleet import inventory
from farm.campaign.fleet.care import Care
from farm.campaign.fleet.health import CareRules
from farm.campaign.ledger.values import SessionOptions
from farm.campaign.nightly.runs import last_before, runs_of
from farm.campaign.plan.stored import stored_apps
from farm.campaign.plan.values import CampaignPlan, ScenarioRef
from farm.campaign.plan.write import open_campaign, write_jobs
from farm.campaign.status import campaign_status
from farm.campaign.store import Store
from farm.campaign.store.query import Bounds, ask
from farm.campaign.worker.analysis import AnalysisExecutor
from farm.campaign.worker.delivery import Delivery
from farm.campaign.worker.outbox import Outbox
from farm.campaign.worker.phones import PhoneExecutor
from farm.campaign.worker.settings import WorkerSettings
from farm.campaign.worker.sources import Sources
from farm.campaign.worker.worker import Worker
from farm.explore.loader import load
from farm.recording import load_or_create_key, verify
from farm.twin.building.apk import APKS
from tests.end_to_end.twin_lab import PARTIES, twin_lab


@pytest.mark.end_to_end
@pytest.mark.timeout(300)
async def test_campaign_on_a_twin(database: Database, tmp_path: Path) -> None:
    apps, place = tmp_path / "apps", tmp_path / "lab"
    apps.mkdir()
    place.mkdir()
    shutil.copy(APKS / "eager.apk", apps)
    store = Store(str(tmp_path / "store"))
    scenario = load("accept")
    plan = CampaignPlan(
        scenarios=(ScenarioRef(name=scenario.name, sha256=scenario.sha256),),
        options=SessionOptions(settle_seconds=1),
    )
    campaign = await open_campaign(database, "twins", plan)
    await write_jobs(database, campaign, plan, stored_apps(apps, store))
    settings = WorkerSettings(name="host", poll=0.2, beat=0.5)
    async with (
        twin_lab(place) as lab,
        Outbox(tmp_path / "outbox.sqlite") as outbox,
        AnalysisExecutor(store, tmp_path / "cache", count=1, parties=PARTIES) as judging,
    ):
        home = lab.lab.settings.home
        care = Care(database, lab.lab.pool, "host", CareRules())
        key = load_or_create_key(lab.lab.settings.key)
        phones = PhoneExecutor(lab.lab, Sources(store, tmp_path / "cache"), key, care)
        worker = Worker(
            database,
            [phones, judging],
            outbox,
            Delivery(database, store, outbox, settings, home=home),
            settings,
            controller=Controller(database, lease=settings.lease, interval=0.2),
            on_beat=care.sync,
        )
        async with asyncio.timeout(250), asyncio.TaskGroup() as group:
            group.create_task(worker.run())
            while (await campaign_status(database, "twins")).state != "finished":
                await asyncio.sleep(0.3)
            worker.drain()
        assert await outbox.all() == []
        assert not list((home / "recordings").glob("2*")), "a stored recording is kept twice"
    status = await campaign_status(database, "twins")
    assert status.jobs == {"session": {"done": 1}, "analysis": {"done": 1}}
    assert status.verdicts == {"violation": 1}, status.causes
    (run,) = await runs_of(database, store, "twins")
    assert run.package == "com.example.eager"
    assert run.apis, "no call was seen"
    assert run.findings
    assert await last_before(database, store, run, ["twins"]) is None
    earlier = await last_before(database, store, run, [])
    assert earlier == run
    assert verify(tmp_path / "store" / run.recording) == []
    (phone,) = await inventory.fleet(database)
    assert (phone.sdk, phone.battery is not None, phone.storage_free is not None) == (
        28,
        True,
        True,
    )
    answer = await ask(
        store,
        "SELECT e.api, f.verdict FROM events e JOIN findings f USING (session_id) "
        "WHERE e.kind = 'call' AND f.data_type = 'imei' GROUP BY ALL",
        Bounds(),
    )
    assert answer.rows
