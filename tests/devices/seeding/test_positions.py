"""The phone walks: each point is on record before any app can know it."""

import asyncio
from pathlib import Path
from typing import Any

from farm.devices.ledger import Ledger
from farm.devices.seeding import positions
from farm.devices.seeding.plan import make_plan, new_token
from farm.model.events import AnyBody, DeviceNote, PhoneIdentity
from farm.model.vocabulary import DataType

NEW = "pixel6-android13-su"


async def test_every_point_is_told_before_it_is_taken(opened: Any, tmp_path: Path) -> None:
    twin, phone = await opened(NEW)
    track = make_plan(new_token()).track[:3]
    await positions.plant(phone, track[0], Ledger(phone, tmp_path))
    told: list[tuple[str, str]] = []  # the value on record, and where the phone then was
    enough = asyncio.Event()

    def shown() -> str:
        place = twin.system.mocked_position("gps")
        return f"{place[0]:.6f},{place[1]:.6f}"

    def record(body: AnyBody) -> None:
        assert isinstance(body, PhoneIdentity)
        assert (body.data_type, body.how) == (DataType.LOCATION, "seeded")
        told.append((body.value, shown()))
        if len(told) == 6:
            enough.set()

    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        walk = group.create_task(positions.follow(phone, track, record, pause=0.01))
        await enough.wait()
        walk.cancel()
    points = [place.text for place in track]
    there_and_back = [points[at] for at in (1, 2, 1, 0, 1, 2)]
    assert [value for value, _ in told] == there_and_back
    assert [before for _, before in told] == [points[0], *there_and_back[:-1]]
    assert twin.system.mocked_position("passive") is not None


async def test_a_phone_that_stops_taking_positions_is_told_of_and_left_alone(
    opened: Any, tmp_path: Path
) -> None:
    twin, phone = await opened(NEW)
    track = make_plan(new_token()).track[:5]
    await positions.plant(phone, track[0], Ledger(phone, tmp_path))
    twin.system.test_providers.clear()  # as a reboot or another tester does
    told: list[AnyBody] = []
    async with asyncio.timeout(30):
        await positions.follow(phone, track, told.append, pause=0.01)
    notes = [one for one in told if isinstance(one, DeviceNote)]
    assert len(notes) == len(told) / 2 == 3
    assert all("not a test provider" in note.detail for note in notes)


async def test_a_phone_without_the_command_owes_nothing_that_cannot_be_undone(
    opened: Any, tmp_path: Path
) -> None:
    _, phone = await opened(NEW)
    for provider in positions.PROVIDERS:  # written before it was taken, which then never happened
        await positions.remove(phone, provider)
