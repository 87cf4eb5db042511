"""Cases are kept by whichever worker has the turn; who is killed or frozen holds up nobody."""

import asyncio
from pathlib import Path

import pytest

from farm.campaign.database import DatabaseUnavailable
from farm.campaign.store import Store
from farm.cases.intake import take
from farm.cases.keeping import claim, keep_cases
from farm.cases.queries import cases
from farm.cases.values import CaseFilter
from tests.campaign.planning import create, plan
from tests.cases.lab import RULES, Lab, eager, entry
from tests.register.made import made_app


async def judged(lab: Lab, name: str = "c") -> None:
    """A judged session that nobody has taken note of yet."""
    app = made_app()
    await create(lab.database, name, [entry(app)], plan(("accept",), analyse=True))
    await lab.finish(app, eager(), session_id=f"session-{name}")


async def test_two_workers_open_each_case_once(lab: Lab) -> None:
    await judged(lab)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        keepers = [
            group.create_task(keep_cases(lab.database, lab.store, RULES, host=host, interval=0.05))
            for host in ("a", "b")
        ]
        while not (await cases(lab.database, CaseFilter())).items:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)  # the other one's turns
        for keeper in keepers:
            keeper.cancel()
    async with lab.database.transaction() as client:
        opened = await client.fetchval("SELECT count(*) FROM case_event WHERE action = 'open'")
        kept = await client.fetchval("SELECT count(*) FROM case_file")
        taken = await client.fetchval("SELECT count(*) FROM judgement_intake")
    assert opened == kept > 0
    assert taken == 1


async def test_one_host_has_the_turn_and_a_killed_one_is_followed(lab: Lab) -> None:
    assert await claim(lab.database, "a", 0.3)
    assert not await claim(lab.database, "b", 0.3)
    await asyncio.sleep(0.4)  # a was killed in its turn: it gives nothing back
    assert await claim(lab.database, "b", 0.3)


class _Frozen(Store):
    """A store that gives no answer any more, as for a host that was cut off in its turn."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.asked = asyncio.Event()

    async def get_bytes(self, name: str, largest: int = 64 << 20) -> bytes:
        self.asked.set()
        await asyncio.sleep(60)
        return await super().get_bytes(name, largest)


async def test_a_frozen_host_loses_the_intake_to_another(lab: Lab, tmp_path: Path) -> None:
    await judged(lab)
    frozen = _Frozen(str(tmp_path / "store"))

    async def be_frozen() -> None:
        with pytest.raises((DatabaseUnavailable, asyncio.CancelledError)):
            await take(lab.database, frozen, RULES.pack, RULES.packs, patience=0.5)
        raise asyncio.CancelledError

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        sleeper = group.create_task(be_frozen())
        await frozen.asked.wait()
        done = await lab.take()
        assert done.judgements == 0, "two intakes work at once"
        while not done.judgements:
            await asyncio.sleep(0.1)
            done = await lab.take()
        sleeper.cancel()
    assert done.opened
