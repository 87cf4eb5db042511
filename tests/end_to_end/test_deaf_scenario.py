"""A scenario that swallows its cancellation ends neither its session's order nor its worker's."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from farm.model.events import Expectation, StateChange
from farm.model.vocabulary import Outcome, SessionState, Stream
from farm.recording import Recording, verify
from farm.session.plan import SessionPlan
from tests.end_to_end.twin_lab import goes_on, nothing_left, twin_lab


@pytest.mark.end_to_end
@pytest.mark.timeout(180)
async def test_a_deaf_scenario_is_left_behind_without_the_phone(tmp_path: Path) -> None:
    let_go = tmp_path / "let_go"
    folders: list[Path] = []

    def begin(plan: SessionPlan, serial: str) -> None:
        folders.append(plan.folder)

    async with twin_lab(tmp_path) as lab:
        order = await lab.order("compliant", "deaf")
        scenario = order.scenario.bound({"until": str(let_go)})
        order = msgspec.structs.replace(order, scenario=scenario)
        try:
            async with asyncio.timeout(90):
                async with asyncio.TaskGroup() as group:
                    session = group.create_task(lab.lab.inspect(order, begin))
                    await _driving(folders)
                    session.cancel()
            recording = Recording.open(folders[0])
            assert verify(folders[0]) == []
            assert recording.session.outcome is Outcome.INTERRUPTED
            assert "cancelled by the operator" in recording.session.reason
            # What it says after its time is no evidence of anything.
            said = [
                event.t
                for event in recording.events(Stream.UI)
                if isinstance(event.body, Expectation) and event.body.name == "was_heard"
            ]
            stopping = next(
                event.t
                for event in recording.events(Stream.DEVICE)
                if isinstance(event.body, StateChange) and event.body.state is SessionState.STOPPING
            )
            assert said and max(said) < stopping
            # It still runs; the phone is clean, and the next session's alone.
            await nothing_left(lab)
            await goes_on(lab)
        finally:
            let_go.touch()
            await asyncio.sleep(0.5)


async def _driving(folders: list[Path]) -> None:
    while True:
        await asyncio.sleep(0.2)
        if folders and (folders[0] / "device.jsonl").exists():
            if b'"driving"' in (folders[0] / "device.jsonl").read_bytes():
                await asyncio.sleep(1.0)
                return
