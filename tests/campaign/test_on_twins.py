"""A campaign on a real lab with a twin: plan, session, store, judgement, inventory, questions."""

import asyncio
import shutil
from pathlib import Path

import pytest

from farm.campaign.database import Database
from farm.campaign.fleet import inventory
from farm.campaign.ledger.values import SessionOptions
from farm.campaign.nightly.compare import Factor, differing
from farm.campaign.nightly.runs import last_before, runs_of
from farm.campaign.status import campaign_status
from farm.campaign.store import Store
from farm.campaign.store.query import Bounds, ask
from farm.campaign.worker.hook_store import keep_hooks
from farm.paths import HOOK_CATALOGUE
from farm.recording import verify
from farm.session.settings import HookSet
from farm.twin.building.apk import APKS
from tests.campaign.labs import at_work, plan_apps
from tests.end_to_end.twin_lab import twin_lab


@pytest.mark.end_to_end
@pytest.mark.timeout(300)
async def test_campaign_on_a_twin(database: Database, tmp_path: Path) -> None:
    apps, place = tmp_path / "apps", tmp_path / "lab"
    apps.mkdir()
    place.mkdir()
    shutil.copy(APKS / "eager.apk", apps)
    store = Store(str(tmp_path / "store"))
    await plan_apps(database, store, "twins", apps)
    async with twin_lab(place) as lab:
        home = lab.lab.settings.home
        async with asyncio.timeout(250), at_work(database, store, lab, tmp_path):
            while (await campaign_status(database, "twins")).state != "finished":
                await asyncio.sleep(0.3)
            # Once more with hooks out of the store, as a night does that traces a change.
            older = HookSet(
                catalogue=HOOK_CATALOGUE / "device_ids.yaml", own=(HOOK_CATALOGUE / "farm.yaml",)
            )
            key = await keep_hooks(store, older)
            options = SessionOptions(settle_seconds=1, hooks=key)
            await plan_apps(database, store, "older", apps, options=options)
            while (await campaign_status(database, "older")).state != "finished":
                await asyncio.sleep(0.3)
        assert not list((home / "recordings").glob("2*")), "a stored recording is kept twice"
    status = await campaign_status(database, "twins")
    assert status.jobs == {"session": {"done": 1}, "analysis": {"done": 1}}
    assert status.verdicts == {"violation": 1}, status.causes
    (run,) = await runs_of(database, store, "twins")
    assert run.package == "com.example.eager"
    assert run.apis, "no call was seen"
    assert run.findings
    (again,) = await runs_of(database, store, "older")
    assert again.hook_bundle == key != run.hook_bundle
    assert again.apis and again.apis < run.apis
    assert differing(run, again) == {Factor.HOOKS}
    assert await last_before(database, store, run, ["twins", "older"]) is None
    earlier = await last_before(database, store, run, ["older"])
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
