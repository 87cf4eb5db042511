"""A cable or an operator that ends a session while its phone is cleaned or its recording sealed."""

import asyncio
import fcntl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from farm.model.events import StateChange
from farm.model.vocabulary import Outcome, SessionState, Stream
from farm.recording import Recording, verify
from farm.recording.files import stream_file
from farm.session.live import follow
from farm.session.plan import SessionPlan, SessionResult
from tests.end_to_end.twin_lab import TwinLab, goes_on, pull_cable, put_cable_back, twin_lab

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(180)]


async def reached(folder: Path, state: SessionState) -> None:
    """Wait until the recording says that the session is in this state."""
    async for event in follow(folder, asyncio.Event()):
        if isinstance(event.body, StateChange) and event.body.state is state:
            return


def started(folders: list[Path]) -> Callable[[SessionPlan, str], None]:
    """Note the folder of each attempt."""

    def begin(plan: SessionPlan, serial: str) -> None:
        folders.append(plan.folder)

    return begin


async def first(folders: list[Path]) -> Path:
    """Wait for the first attempt."""
    while not folders:
        await asyncio.sleep(0.05)
    return folders[0]


async def end_while_sealing(
    lab: TwinLab,
    folder: Path,
    session: "asyncio.Task[SessionResult]",
    end: Callable[[], Awaitable[None]],
) -> None:
    """Let somebody hold a file of the recording, so that sealing waits; end the session then."""
    await reached(folder, SessionState.SETTLING)
    lab.twin.faults.shell_delay = 0.3  # cleaning takes long enough to get hold of the file
    await reached(folder, SessionState.CLEANING)
    with (folder / stream_file(Stream.NETWORK)).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        await reached(folder, SessionState.SEALING)
        await end()
        await asyncio.sleep(0.5)
        assert not session.done()


def check_whole(folder: Path) -> None:
    """The recording is sealed, and says that nothing was missing."""
    assert verify(folder) == []
    session = Recording.open(folder).session
    assert (session.outcome, session.reason) == (Outcome.COMPLETE, "")


async def test_a_phone_that_vanishes_while_its_recording_is_sealed(tmp_path: Path) -> None:
    folders: list[Path] = []
    async with twin_lab(tmp_path) as lab:
        order = await lab.order("compliant")

        async def vanish() -> None:
            await pull_cable(lab)
            await asyncio.sleep(2)  # the pool hears of it and cancels whoever had the phone

        async with asyncio.TaskGroup() as group:
            session = group.create_task(lab.lab.inspect(order, started(folders)))
            await end_while_sealing(lab, await first(folders), session, vanish)
        result = session.result()
        assert (result.outcome, result.sealed, result.phone_failed) == (
            Outcome.COMPLETE,
            True,
            False,
        )
        check_whole(result.folder)
        await put_cable_back(lab)
        await goes_on(lab)


async def test_an_operator_who_stops_while_the_recording_is_sealed(tmp_path: Path) -> None:
    folders: list[Path] = []
    async with twin_lab(tmp_path) as lab:
        order = await lab.order("compliant")
        async with asyncio.TaskGroup() as group:
            session = group.create_task(lab.lab.inspect(order, started(folders)))

            async def stop() -> None:
                session.cancel()

            await end_while_sealing(lab, await first(folders), session, stop)
        assert session.cancelled()  # and no second attempt begins
        assert len(folders) == 1
        check_whole(folders[0])


async def test_an_operator_who_stops_while_the_phone_is_cleaned(tmp_path: Path) -> None:
    folders: list[Path] = []
    async with twin_lab(tmp_path) as lab:
        order = await lab.order("compliant")
        lab.twin.faults.shell_delay = 0.1  # cleaning has not ended when the stop comes
        async with asyncio.TaskGroup() as group:
            session = group.create_task(lab.lab.inspect(order, started(folders)))
            await reached(await first(folders), SessionState.CLEANING)
            session.cancel()
        assert session.cancelled()
        assert verify(folders[0]) == []
        recording = Recording.open(folders[0]).session
        assert (recording.outcome, recording.reason) == (
            Outcome.INTERRUPTED,
            "cleaning: cancelled by the operator",
        )
        # Asked without a lease, which would clean it first.
        owed = [path for path in lab.lab.settings.ledgers.glob("*") if path.read_text() != "[]"]
        assert owed == []
