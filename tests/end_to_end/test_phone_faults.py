"""Phones fail in mid-session: the recording says so and is sealed, and the pool goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from farm.model.events import AnyBody, Crash, Expectation, Gap, ProcessSeen, Restarted, StateChange
from farm.model.vocabulary import GapCause, Outcome, SessionState, Stream, VerdictKind
from farm.recording import Recording, verify
from farm.session.plan import SessionResult
from tests.end_to_end.twin_lab import (
    events,
    goes_on,
    judge,
    nothing_left,
    pull_cable,
    put_cable_back,
    twin_lab,
)

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(180)]


def entered(state: SessionState) -> Callable[[AnyBody], bool]:
    def reached(body: AnyBody) -> bool:
        return isinstance(body, StateChange) and body.state is state

    return reached


def states(result: SessionResult) -> list[SessionState]:
    return [
        event.body.state
        for event in events(result, Stream.DEVICE)
        if isinstance(event.body, StateChange)
    ]


def gaps(result: SessionResult) -> list[Gap]:
    return [
        event.body
        for stream in Stream
        for event in events(result, stream)
        if isinstance(event.body, Gap)
    ]


_SHORT = {SessionState.PREPARING, SessionState.INSTALLING, SessionState.STOPPING}


@pytest.mark.parametrize(
    "state",
    [
        SessionState.PREPARING,
        SessionState.INSTALLING,
        SessionState.LAUNCHING,
        SessionState.DRIVING,
        SessionState.SETTLING,
        SessionState.STOPPING,
    ],
)
async def test_a_cable_that_falls_out_in_any_state(tmp_path: Path, state: SessionState) -> None:
    async with twin_lab(tmp_path) as lab:
        order = await lab.order("eager", settle=3.0)
        # Slow enough that the cable falls out inside the state and not behind it.
        lab.twin.faults.shell_delay = 0.3 if state in _SHORT else 0.0

        async def fall_out() -> None:
            await pull_cable(lab)

        result = await lab.inspect(order, entered(state), fall_out)
        assert result.outcome is Outcome.INTERRUPTED
        assert result.phone_failed
        # Which command noticed it first, and in which words, depends on the moment.
        assert lab.twin.serial in result.reason
        passed = states(result)
        assert passed[passed.index(SessionState.FAILED) - 1] is state
        assert result.sealed and verify(result.folder) == []
        assert judge(result).verdict.kind is not VerdictKind.CLEAN
        await put_cable_back(lab)
        await nothing_left(lab)
        await goes_on(lab)


async def test_a_phone_that_reboots_by_itself(tmp_path: Path) -> None:
    async with twin_lab(tmp_path) as lab:
        order = await lab.order("eager")
        result = await lab.inspect(
            order,
            entered(SessionState.DRIVING),
            lab.twin.faults.reboot,
        )
        assert result.outcome is Outcome.INTERRUPTED and result.sealed
        assert verify(result.folder) == []
        await lab.lab.pool.adb.connect(lab.twin.serial)
        await nothing_left(lab)
        await goes_on(lab)


async def test_an_app_that_crashes_is_started_again_and_the_phone_is_not_blamed(
    tmp_path: Path,
) -> None:
    async with twin_lab(tmp_path) as lab:
        order = await lab.order("compliant", "outlive")

        async def crash() -> None:
            await lab.twin.faults.crash_app("com.example.compliant")

        result = await lab.inspect(order, entered(SessionState.DRIVING), crash)
        assert (result.outcome, result.phone_failed) == (Outcome.COMPLETE, False)
        device = [event.body for event in events(result, Stream.DEVICE)]
        assert [body for body in device if isinstance(body, Crash)]
        assert [body for body in device if isinstance(body, Restarted)]
        assert lab.lab.pool.snapshot()[0].failures == 0
        await goes_on(lab)


async def test_frida_that_dies_leaves_a_gap_and_no_clean_verdict(tmp_path: Path) -> None:
    async with twin_lab(tmp_path) as lab:
        order = await lab.order("compliant")
        result = await lab.inspect(
            order,
            entered(SessionState.DRIVING),
            lab.twin.faults.stop_frida,
        )
        assert result.sealed and verify(result.folder) == []
        assert {gap.cause for gap in gaps(result)} & {
            GapCause.FRIDA_DETACHED,
            GapCause.CANARY_MISSED,
        }
        seen = [body for body in _bodies(result, Stream.API) if isinstance(body, ProcessSeen)]
        assert any(body.state == "detached" for body in seen)
        assert judge(result).verdict.kind is not VerdictKind.CLEAN
        await nothing_left(lab)
        await goes_on(lab)


async def test_a_phone_with_a_full_disk_takes_no_app(tmp_path: Path) -> None:
    async with twin_lab(tmp_path) as lab:
        lab.twin.faults.fill_disk()
        result = await lab.inspect(await lab.order("eager"))
        assert (result.outcome, result.phone_failed) == (Outcome.INTERRUPTED, True)
        assert result.sealed and verify(result.folder) == []
        lab.twin.faults.fill_disk(False)
        await nothing_left(lab)
        await goes_on(lab)


async def test_a_phone_that_stops_answering_ends_by_its_deadline(tmp_path: Path) -> None:
    async with twin_lab(tmp_path) as lab:
        order = await lab.order("compliant")

        async def hang() -> None:
            lab.twin.faults.go_offline()

        result = await lab.inspect(order, entered(SessionState.DRIVING), hang)
        assert result.outcome is Outcome.INTERRUPTED and result.sealed
        lab.twin.faults.come_online()
        await lab.lab.pool.adb.disconnect(lab.twin.serial)
        await lab.lab.pool.adb.connect(lab.twin.serial)
        await nothing_left(lab)
        await goes_on(lab)


async def test_a_dialog_that_never_comes_is_recorded_and_not_fatal(tmp_path: Path) -> None:
    async with twin_lab(tmp_path) as lab:
        result = await lab.inspect(await lab.order("silent", "waiting"))
        assert (result.outcome, result.reason) == (Outcome.COMPLETE, "")
        expectations = [
            (body.name, body.held)
            for body in _bodies(result, Stream.UI)
            if isinstance(body, Expectation)
        ]
        assert ("consent_dialog_appears", False) in expectations


def _bodies(result: SessionResult, stream: Stream) -> list[AnyBody]:
    return [event.body for event in Recording.open(result.folder).events(stream)]
