"""Taking, leasing and reporting on a real database."""

import asyncio
import uuid

import pytest

from farm.campaign.controller import Controller
from farm.campaign.database import Database
from farm.campaign.decisions import ANALYSIS_KEY, RetryPolicy, can_run
from farm.campaign.ledger import Assignment, Offer, Report, beat, report, take
from farm.campaign.ledger.take import known_keys
from farm.campaign.plan import control
from farm.campaign.vocabulary import AttemptState, Cause, HostState, Reason
from farm.model.errors import UsageError
from tests.campaign.idle import OFFER
from tests.campaign.planning import app, create, plan

POLICY = RetryPolicy(first_delay=0.01, longest_delay=0.01, losses=2)


class Hand:
    """A worker reduced to its calls."""

    def __init__(self, database: Database, name: str = "host", lease: float = 30.0) -> None:
        self.database = database
        self.name = name
        self.lease = lease
        self.id = uuid.uuid4()

    async def take(self, count: int = 1, slots: tuple[str, ...] = ()) -> list[Assignment]:
        keys = {key for key, wants in await known_keys(self.database) if can_run(OFFER, wants)}
        names = slots or tuple(f"{self.name}-{n}" for n in range(count))
        return await take(
            self.database,
            worker=self.id,
            host=self.name,
            offers=[Offer(keys=frozenset(keys), slots=names)],
            lease=self.lease,
            policy=POLICY,
        )

    async def end(self, one: Assignment, cause: Cause = Cause.NONE) -> AttemptState:
        item = Report(
            job=one.work.job, fence=one.work.fence, slot=one.slot, cause=cause,
            reason=Reason.COMPLETE if cause is Cause.NONE else Reason.DEFECT,
        )  # fmt: skip
        return (await report(self.database, [item], POLICY))[item.job, item.fence]


async def tick(database: Database) -> int:
    return await Controller(database, lease=30).tick()


async def value(database: Database, query: str) -> object:
    async with database.transaction() as client:
        return await client.fetchval(query)


async def test_a_successor_gets_a_higher_number_and_the_late_result_is_kept_aside(
    database: Database,
) -> None:
    await create(database, "c", [app(1)])
    await tick(database)
    first, second = Hand(database, "a"), Hand(database, "b", lease=0.0)
    (lost,) = await first.take()
    (again,) = await second.take()
    assert (lost.work.job, lost.work.fence + 1) == (again.work.job, again.work.fence)
    assert await first.end(lost) is AttemptState.SUPERSEDED
    assert await value(database, "SELECT count(*) FROM result") == 0
    assert await second.end(again) is AttemptState.ACCEPTED
    assert await first.end(lost) is AttemptState.SUPERSEDED
    assert await value(database, "SELECT fence FROM result") == again.work.fence
    assert await value(database, "SELECT count(*) FROM pgqueuer") == 0


async def test_a_report_may_be_repeated_for_ever(database: Database) -> None:
    await create(database, "c", [app(1)])
    await tick(database)
    hand = Hand(database)
    (one,) = await hand.take()
    for _ in range(3):
        assert await hand.end(one) is AttemptState.ACCEPTED
    assert await value(database, "SELECT count(*) FROM result") == 1
    # The same attempt cannot say something else afterwards.
    assert await hand.end(one, Cause.PHONE) is AttemptState.ACCEPTED
    assert await value(database, "SELECT cause FROM result") == "none"


async def test_a_job_that_takes_its_workers_along_is_given_up(database: Database) -> None:
    await create(database, "c", [app(1)])
    await tick(database)
    for _ in range(POLICY.losses + 1):
        assert len(await Hand(database, lease=0.0).take()) == 1
    assert await Hand(database, lease=0.0).take() == []
    assert await value(database, "SELECT state FROM job") == "failed"
    assert await value(database, "SELECT count(*) FROM attempt WHERE state = 'lost'") == 3
    assert await control.retry_failed(database, "c") == 1
    await tick(database)
    hand = Hand(database)
    (one,) = await hand.take()
    assert await hand.end(one) is AttemptState.ACCEPTED
    assert await value(database, "SELECT count(*) FROM result") == 1


async def test_a_failure_of_the_phone_goes_to_another_phone(database: Database) -> None:
    await create(database, "c", [app(1)])
    await tick(database)
    hand = Hand(database)
    (one,) = await hand.take(slots=("bad",))
    assert await hand.end(one, Cause.PHONE) is AttemptState.RETRIED
    await asyncio.sleep(0.02)
    await tick(database)
    assert await hand.take(slots=("bad",)) == []  # handed back: it waits for another phone
    async with database.transaction() as client:
        await client.execute("UPDATE pgqueuer SET execute_after = now()")
    (again,) = await hand.take(slots=("bad", "good"))
    assert again.slot == "good"
    assert await hand.end(again) is AttemptState.ACCEPTED


async def test_jobs_go_only_where_they_can_run(database: Database) -> None:
    apps = [app(1, lowest_sdk=34), app(2, abis=("x86",)), app(3, abis=("armeabi-v7a",))]
    await create(database, "c", apps)
    await create(database, "d", [app(4)], plan(profiles=("mi8",)))
    await create(database, "e", [app(5)], plan(access="gadget"))
    await tick(database)
    taken = await Hand(database).take(10)
    assert [one.work.package for one in taken] == ["com.example.app3"]


async def test_urgent_campaigns_go_first(database: Database) -> None:
    await create(database, "slow", [app(n) for n in range(20)])
    await tick(database)
    await create(database, "urgent", [app(n) for n in range(3)], priority=5)
    await tick(database)
    taken = await Hand(database).take(4)
    assert [one.work.campaign for one in taken] == ["urgent"] * 3 + ["slow"]


async def test_pause_resume_and_cancel(database: Database) -> None:
    await create(database, "c", [app(n) for n in range(5)])
    await tick(database)
    hand = Hand(database)
    (running,) = await hand.take()
    assert await control.pause(database, "c")
    await tick(database)
    assert await hand.take(5) == []
    assert await hand.end(running) is AttemptState.ACCEPTED
    assert await control.resume(database, "c")
    await tick(database)
    (second,) = await hand.take()
    assert await control.cancel(database, "c") == 4
    held = [(second.work.job, second.work.fence)]
    lost = await beat(
        database, worker=hand.id, host="host", state=HostState.UP, version="0", slots=1, held=held
    )
    assert lost == set(held), "a withdrawn job must be noticed at the next heartbeat"
    assert await hand.end(second) is AttemptState.SUPERSEDED
    assert await control.cancel(database, "c") is None
    assert not await control.pause(database, "c")


async def test_a_heartbeat_keeps_a_job_and_never_brings_one_back(database: Database) -> None:
    await create(database, "c", [app(1)])
    await tick(database)
    first, second = Hand(database, "a"), Hand(database, "b", lease=0.5)
    (one,) = await first.take()
    held = [(one.work.job, one.work.fence)]
    for _ in range(4):
        await asyncio.sleep(0.2)
        assert not await beat(
            database, worker=first.id, host="a", state=HostState.UP, version="", slots=1, held=held
        )
        assert await second.take() == []
    await asyncio.sleep(0.6)
    (_,) = await second.take()
    assert await beat(
        database, worker=first.id, host="a", state=HostState.UP, version="", slots=1, held=held
    ) == set(held)


async def test_a_queue_that_lost_its_entries_is_filled_again(database: Database) -> None:
    await create(database, "c", [app(n) for n in range(7)])
    await tick(database)
    async with database.transaction() as client:
        await client.execute("DELETE FROM pgqueuer")
    controller = Controller(database, lease=30)
    await controller.tick()
    assert await controller.tick() == 7
    assert len(await Hand(database).take(10)) == 7


async def test_recordings_are_judged_again_once_for_each_set_of_rules(database: Database) -> None:
    await create(database, "c", [app(n) for n in range(3)], plan(analyse=True))
    await tick(database)
    hand = Hand(database)
    reports = [
        Report(
            job=one.work.job, fence=one.work.fence, slot=one.slot, cause=Cause.NONE,
            reason=Reason.COMPLETE, recording=f"recordings/{one.work.job}",
        )
        for one in await hand.take(3)
    ]  # fmt: skip
    await report(database, reports, POLICY)
    planned = "SELECT count(*) FROM job WHERE subject_job IS NOT NULL"
    assert await value(database, planned) == 3
    assert await control.judge_again(database, "c", "pack=2") == 3
    assert await control.judge_again(database, "c", "pack=2") == 0
    assert await control.judge_again(database, "c", "pack=3") == 3
    assert await value(database, planned) == 9
    await tick(database)
    offer = Offer(keys=frozenset({ANALYSIS_KEY}), slots=tuple("abcdefghi"))
    taken = await take(
        database, worker=hand.id, host="no-phones", offers=[offer], lease=30, policy=POLICY
    )
    assert sorted(one.work.recording for one in taken) == sorted(
        item.recording for item in reports for _ in range(3)
    )
    with pytest.raises(UsageError, match="none"):
        await control.judge_again(database, "unknown", "pack=2")


@pytest.mark.parametrize("controllers", [4])
async def test_controllers_at_the_same_time_feed_each_job_once(
    database: Database, controllers: int
) -> None:
    await create(database, "c", [app(n) for n in range(300)])
    many = [Controller(database, lease=30, window=100) for _ in range(controllers)]
    fed = await asyncio.gather(*(one.tick() for one in many for _ in range(3)))
    assert sum(fed) == 100
    assert await value(database, "SELECT count(*) FROM pgqueuer") == 100
    assert await value(database, "SELECT max(delivery) FROM job") == 1
