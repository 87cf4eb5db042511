"""Whole nights over a real database, worker, store and judgement; only the phones are made up.

From one night to the next everything changes: app, hooks, system image and network. Each app's
behaviour depends on one of these, and the night has to find out which.
"""

import asyncio
import contextlib
import datetime
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from farm.campaign.database import Database
from farm.campaign.nightly.compare import Factor, Steadiness
from farm.campaign.nightly.config import NightlyConfig
from farm.campaign.nightly.entry import Entry, Night
from farm.campaign.nightly.night import Nightly
from farm.campaign.plan.values import CampaignPlan, ScenarioRef
from farm.campaign.store import Store
from farm.campaign.worker.analysis import AnalysisExecutor
from farm.campaign.worker.hook_store import hooks_name
from farm.campaign.worker.settings import WorkerSettings
from tests.campaign.idle import run_worker
from tests.campaign.scripted import Conditions, ScriptedExecutor

OLD, NEW = "a" * 64, "b" * 64
OLD_HOOKS, NEW_HOOKS = f"{'c' * 64}-{'d' * 64}", f"{'e' * 64}-{'f' * 64}"
PLACES = list(itertools.product(("image-1", "image-2"), ("net-1", "net-2")))
DAY = datetime.date(2026, 3, 1)
CONFIG = NightlyConfig(name="night", apps="", which="all", repeats=1, hours=0.1)
PLAN = CampaignPlan(scenarios=(ScenarioRef(name="launch_idle", sha256="0" * 64),))

turns = itertools.count()


def shows(now: Conditions) -> bool:
    """The last part of an app's package says what its behaviour depends on."""
    match now.package.rsplit(".", 1)[1]:
        case "byapp":
            return now.app_sha256.endswith(NEW[-8:])
        case "byhooks":
            return now.hooks == NEW_HOOKS
        case "byphone":
            return now.build == "image-2"
        case "bynetwork":
            return now.network == "net-2"
        case "flaky":
            return next(turns) % 2 == 1
        case "always":
            return True
    return False


def listed(path: Path, version: str) -> Path:
    """A list of apps; digests end like the version's, and begin with the app's number."""
    names = ("byapp", "byhooks", "byphone", "bynetwork", "always", "never")
    lines = [
        json.dumps(
            {"sha256": f"{number:02x}{version[2:]}", "package": f"com.example.{name}",
             "version_code": number}
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    path.write_text("\n".join(lines))
    return path


@contextlib.asynccontextmanager
async def at_work(
    database: Database, url: str, folder: Path, phones: ScriptedExecutor
) -> AsyncIterator[None]:
    """A worker with these phones, known to the inventory, that also judges."""
    place = folder / "store"
    async with database.transaction() as client:
        for slot in phones.free():
            offer = slot.offer
            assert offer is not None
            await client.execute(
                "INSERT INTO phone (serial, host, state, profile, access, abi, sdk, fingerprint, "
                "network) VALUES ($1, 'lab', 'free', $2, $3, $4, $5, $6, $7)",
                slot.name, offer.profile, offer.access, offer.abi, offer.sdk, offer.build,
                offer.network,
            )  # fmt: skip
    settings = WorkerSettings(name="lab", poll=0.1, beat=0.5)
    async with (
        AnalysisExecutor(Store(str(place)), folder / "cache", count=1, parties=None) as judging,
        asyncio.TaskGroup() as group,
    ):
        worker = group.create_task(run_worker(url, folder, place, settings, [phones, judging]))
        yield
        worker.cancel()


async def night(database: Database, folder: Path, apps: Path, days: int, **plan: str) -> Night:
    wanted = msgspec.structs.replace(PLAN, **plan)
    made = Nightly(database, Store(str(folder / "store")), CONFIG, wanted, look=0.2)
    async with asyncio.timeout(200):
        return await made.run(apps, DAY + datetime.timedelta(days=days))


def by_app(night: Night) -> dict[str, Entry]:
    return {entry.run.package.rsplit(".", 1)[1]: entry for entry in night.entries}


@pytest.mark.timeout(300)
async def test_what_changed_is_found_by_putting_one_thing_back(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    store = Store(str(tmp_path / "store"))
    for key in (OLD_HOOKS, NEW_HOOKS):
        await store.put_bytes(hooks_name(key), key.encode())
    phones = ScriptedExecutor(PLACES, tmp_path / "recordings", OLD_HOOKS, shows)
    async with at_work(database, database_url, tmp_path, phones):
        old = listed(tmp_path / "old.jsonl", OLD)
        first = await night(database, tmp_path, old, 0, build="image-1", network="net-1")
        assert first.complete
        assert {name: entry.run.verdict for name, entry in by_app(first).items()} == {
            "byapp": "clean", "byhooks": "clean", "byphone": "clean", "bynetwork": "clean",
            "always": "violation", "never": "clean",
        }  # fmt: skip
        phones.hooks = NEW_HOOKS
        new = listed(tmp_path / "new.jsonl", NEW)
        # Two schedulers start the same night together: they share it.
        second, again = await asyncio.gather(
            *(night(database, tmp_path, new, 1, build="image-2", network="net-2") for _ in range(2))
        )
    entries = by_app(second)
    assert {name: entry.causes for name, entry in entries.items()} == {
        "byapp": {Factor.APP}, "byhooks": {Factor.HOOKS}, "byphone": {Factor.PHONE},
        "bynetwork": {Factor.NETWORK}, "always": frozenset(), "never": frozenset(),
    }  # fmt: skip
    everything = {Factor.APP, Factor.HOOKS, Factor.PHONE, Factor.NETWORK}
    assert entries["byapp"].restored.keys() == everything, "an experiment was left out"
    assert {name for name, entry in entries.items() if entry.reported} == {
        "byapp", "byhooks", "byphone", "bynetwork",
    }  # fmt: skip
    assert set(entries["byapp"].steadiness.values()) == {Steadiness.CONFIRMED}
    assert [entry.causes for entry in again.entries] == [entry.causes for entry in second.entries]
    async with database.transaction() as client:
        doubled = await client.fetchval("SELECT count(*) - count(DISTINCT name) FROM campaign")
        sessions = await client.fetchval(
            "SELECT count(*) FROM job j JOIN task t ON t.id = j.task_id WHERE t.kind = 'session'"
        )
    # 6 apps twice, one repeat of each of 1 and 4 doubtful ones, and 4 x 4 experiments.
    assert (doubled, sessions) == (0, 12 + 1 + 4 + 16)


@pytest.mark.timeout(200)
async def test_a_flaky_outcome_is_repeated_and_not_reported(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    apps = tmp_path / "apps.jsonl"
    apps.write_text(json.dumps({"sha256": OLD, "package": "com.example.flaky"}))
    phones = ScriptedExecutor(PLACES[:1], tmp_path / "recordings", OLD_HOOKS, shows)
    async with at_work(database, database_url, tmp_path, phones):
        (first,) = (await night(database, tmp_path, apps, 0)).entries
        assert first.run.verdict == "clean"
        (second,) = (await night(database, tmp_path, apps, 1)).entries
    assert second.run.verdict == "violation"
    assert second.repeats == ("clean",)
    assert second.causes == {Factor.CHANCE} and not second.reported
    assert set(second.steadiness.values()) == {Steadiness.FLAKY}
