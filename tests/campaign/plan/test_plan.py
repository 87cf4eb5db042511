"""Planning: what is written, that it is written once, and what a bad list is told."""

import asyncio
import datetime
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.campaign.database import Database
from farm.campaign.decisions import Capability, Requirement
from farm.campaign.plan.apps import read_apps
from farm.campaign.plan.forecast import forecast
from farm.campaign.plan.schedule import (
    Schedule,
    add_schedule,
    check_schedule,
    end_schedule,
    next_due,
    plan_started,
    schedules,
    start_due,
)
from farm.campaign.plan.values import AppEntry, check_name
from farm.campaign.plan.write import open_campaign, write_jobs
from farm.model.errors import UsageError
from tests.apps.binary_xml import manifest, write_apk
from tests.campaign.planning import app, batches, create, plan


async def jobs(database: Database) -> int:
    async with database.transaction() as client:
        count: int = await client.fetchval("SELECT count(*) FROM job")
        return count


async def test_every_app_under_every_scenario_on_every_profile(database: Database) -> None:
    wanted = plan(("accept", "decline"), profiles=("pixel", "mi8"), repeat=2)
    planned = await create(database, "c", [app(n) for n in range(5)], wanted)
    assert (planned.apps, planned.jobs, planned.new) == (5, 40, 40)
    assert await jobs(database) == 40
    again = await create(database, "c", [app(n) for n in range(7)], wanted)
    assert again.new == 16
    assert await jobs(database) == 56


async def test_an_app_that_is_named_twice_is_planned_once(database: Database) -> None:
    planned = await create(database, "c", [app(1), app(2), app(1)])
    assert planned.new == 2


async def test_planning_that_was_cut_off_goes_on(database: Database) -> None:
    apps = [app(n) for n in range(40)]

    async def cut_off() -> AsyncIterator[Sequence[AppEntry]]:
        yield apps[:15]
        raise RuntimeError("killed")

    campaign = await open_campaign(database, "c", plan())
    with pytest.raises(RuntimeError):
        await write_jobs(database, campaign, plan(), cut_off())
    assert await jobs(database) == 15
    async with database.transaction() as client:
        assert await client.fetchval("SELECT state FROM campaign") == "planning"
    planned = await write_jobs(database, campaign, plan(), batches(apps))
    assert planned.new == 25
    async with database.transaction() as client:
        assert await client.fetchval("SELECT state FROM campaign") == "active"


async def test_another_plan_under_the_same_name_is_refused(database: Database) -> None:
    await create(database, "c", [app(1)])
    with pytest.raises(UsageError, match="other scenarios, repeat"):
        await create(database, "c", [app(1)], plan(("decline",), repeat=3))


@pytest.mark.parametrize("name", ["", "../up", "a b", "x" * 81, "-x", "名"])
def test_names_that_could_be_misread_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="campaign's name"):
        check_name(name)


def test_apps_of_a_folder_with_splits(tmp_path: Path) -> None:
    parts = {"AndroidManifest.xml": manifest()}
    write_apk(tmp_path / "b.apk", parts)
    (tmp_path / "a").mkdir()
    write_apk(tmp_path / "a" / "base.apk", {"AndroidManifest.xml": manifest("com.example.split")})
    write_apk(tmp_path / "a" / "abi.apk", parts | {"lib/arm64-v8a/libx.so": b""})
    found = list(read_apps(tmp_path))
    assert [one.entry.package for one in found] == ["com.example.split", "com.example.small"]
    assert found[0].entry.abis == ("arm64-v8a",)
    assert [path.name for path in found[0].paths] == ["base.apk", "abi.apk"]
    assert len(found[0].entry.files) == 2


def test_apps_of_a_list(tmp_path: Path) -> None:
    write_apk(tmp_path / "small.apk", {"AndroidManifest.xml": manifest()})
    described = {"sha256": "ab" * 32, "package": "com.example.far", "lowest_sdk": 30}
    listed = tmp_path / "list.txt"
    listed.write_text(f"# ours\n\nsmall.apk\n{json.dumps(described)}\n")
    found = list(read_apps(listed))
    assert [one.entry.package for one in found] == ["com.example.small", "com.example.far"]
    assert found[1].entry.lowest_sdk == 30
    assert found[1].entry.files[0].sha256 == "ab" * 32


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "names no app"),
        ("missing.apk", "list.txt:1: .*missing.apk"),
        ('\n{"sha256": "xyz", "package": "p"}', "list.txt:2: sha256"),
        ('{"package": "p"}', "list.txt:1: no app"),
        ('{"sha256": 5}', "list.txt:1: no app"),
    ],
)
def test_a_bad_list_is_told_line_and_reason(tmp_path: Path, text: str, says: str) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text(text)
    with pytest.raises(UsageError, match=says):
        list(read_apps(listed))
    with pytest.raises(UsageError, match="no app in it"):
        empty = tmp_path / "empty"
        empty.mkdir()
        list(read_apps(empty))


async def test_two_schedulers_make_one_nightly(database: Database, database_url: str) -> None:
    wanted = msgspec.structs.replace(plan(), apps="/apps")
    await add_schedule(
        database, "night", Schedule(cron="0 2 * * *", timezone="Asia/Shanghai", priority=7), wanted
    )
    async with database.transaction() as client:
        await client.execute("UPDATE schedule SET next_due = '2026-01-02 02:00Z'")

    async def apps(path: Path) -> AsyncIterator[Sequence[AppEntry]]:
        assert path == Path("/apps")
        yield [app(1), app(2)]

    async with Database(database_url) as other:
        made = await asyncio.gather(*(start_due(d) for d in (database, other) * 5))
        assert [name for names in made for name in names] == ["night-20260102T0200Z"]
        planned = await asyncio.gather(*(plan_started(d, apps) for d in (database, other) * 3))
    assert [name for name in planned if name] == ["night-20260102T0200Z"]
    assert await jobs(database) == 2
    async with database.transaction() as client:
        due = await client.fetchval("SELECT next_due FROM schedule")
        # Nights that were missed are made up for once, not one by one.
        assert due > datetime.datetime.now(datetime.UTC)
        assert (due.hour, due.minute) == (18, 0), "02:00 in Shanghai is 18:00 UTC"
        assert await client.fetchval("SELECT priority FROM campaign") == 7


async def test_an_ended_schedule_makes_no_more_campaigns(database: Database) -> None:
    await add_schedule(database, "night", Schedule(cron="* * * * *"), plan())
    assert [(one.name, one.cron) for one in await schedules(database)] == [("night", "* * * * *")]
    assert await end_schedule(database, "night")
    assert not await end_schedule(database, "night")
    async with database.transaction() as client:
        await client.execute("UPDATE schedule SET next_due = now() - interval '1 hour'")
    assert await start_due(database) == []
    assert await schedules(database) == []
    await add_schedule(database, "night", Schedule(cron="0 2 * * *"), plan())
    assert len(await schedules(database)) == 1


async def test_a_planner_that_died_is_followed_by_another(database: Database) -> None:
    await add_schedule(
        database,
        "night",
        Schedule(cron="* * * * *"),
        msgspec.structs.replace(plan(), apps="/a"),
    )
    async with database.transaction() as client:
        await client.execute("UPDATE schedule SET next_due = now()")

    async def dies(path: Path) -> AsyncIterator[Sequence[AppEntry]]:
        yield [app(1)]
        raise RuntimeError("killed")

    async def lives(path: Path) -> AsyncIterator[Sequence[AppEntry]]:
        yield [app(1), app(2)]

    await start_due(database)
    with pytest.raises(RuntimeError):
        await plan_started(database, dies)
    assert await plan_started(database, lives) is None, "the first may still be at work"
    async with database.transaction() as client:
        await client.execute("UPDATE campaign SET planner_beat = now() - interval '1 hour'")
    assert await plan_started(database, lives) is not None
    assert await jobs(database) == 2


@pytest.mark.parametrize("text", ["", "nightly", "61 * * * *", "* * * *"])
def test_bad_cron_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cron"):
        check_schedule(Schedule(cron=text))


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Asia", "/etc/localtime"])
def test_unknown_zones_are_refused(zone: str) -> None:
    with pytest.raises(UsageError, match="IANA"):
        check_schedule(Schedule(cron="0 2 * * *", timezone=zone))


@pytest.mark.parametrize(
    ("cron", "zone", "after", "due"),
    [
        ("0 2 * * *", "UTC", "2026-03-28 12:00", "2026-03-29 02:00"),
        ("0 2 * * *", "Asia/Shanghai", "2026-03-28 12:00", "2026-03-28 18:00"),
        ("30 1 * * *", "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 00:30"),
        # 02:30 does not exist on this night: clocks go from 02:00 to 03:00.
        ("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 01:00"),
        # 02:30 exists twice on this night, and comes once.
        ("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", "2026-10-25 00:30"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25 00:30", "2026-10-26 01:30"),
    ],
)
def test_a_schedule_follows_its_own_clock(cron: str, zone: str, after: str, due: str) -> None:
    start = datetime.datetime.fromisoformat(f"{after}Z")
    found = next_due(Schedule(cron=cron, timezone=zone), start)
    assert f"{found:%Y-%m-%d %H:%M}" == due


loads = st.dictionaries(
    st.sampled_from([Requirement(), Requirement(profile="a"), Requirement(profile="b")]),
    st.integers(1, 10_000),
)
fleets = st.lists(
    st.sampled_from(["a", "b", "c"]).map(
        lambda profile: Capability(profile=profile, access="su", sdk=30, abi="arm64-v8a")
    ),
    max_size=6,
)


@given(loads, fleets)
def test_forecast_is_no_less_than_any_phone_must_work(
    load: dict[Requirement, int], fleet: list[Capability]
) -> None:
    seconds = {wants: float(number) for wants, number in load.items()}
    shown = forecast(1, seconds, load, fleet)
    possible = sum(n for w, n in load.items() if w.key not in shown.impossible)
    if shown.days is not None:
        assert shown.days * 86_400 * shown.phones >= possible * 0.999
        # One phone more of every kind never makes it later.
        more = forecast(1, seconds, load, [*fleet, *fleet])
        assert more.days is not None
        assert more.days <= shown.days
    assert bool(shown.impossible) == (shown.days is None and bool(load))
