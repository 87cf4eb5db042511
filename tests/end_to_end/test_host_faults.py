"""The controller's own machine fails: nothing recorded is lost, the phone is left in order."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from farm.model.events import AnyBody, Gap, Launched, StateChange
from farm.model.vocabulary import GapCause, Outcome, SessionState, Stream, VerdictKind
from farm.recording import Recording, load_or_create_key, recover, verify
from farm.recording.journal import BeingWritten, Journal
from farm.report.html import render_html
from tests.end_to_end.controller import Controller, all_gone
from tests.end_to_end.full_disk import fill_disk
from tests.end_to_end.twin_lab import (
    TwinLab,
    events,
    goes_on,
    judge,
    nothing_left,
    twin_lab,
)

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(240)]


def driving(body: AnyBody) -> bool:
    return isinstance(body, StateChange) and body.state is SessionState.DRIVING


async def untouched(lab: TwinLab) -> None:
    """Ask the phone itself, without any lease that would clean it first."""
    adb, serial = lab.lab.pool.adb, lab.twin.serial
    packages = (await adb.shell(serial, ("pm", "list", "packages", "-3"))).stdout
    assert "com.example" not in packages
    proxy = (await adb.shell(serial, ("settings", "get", "global", "http_proxy"))).stdout.strip()
    assert proxy in {"null", ":0"}
    assert not (await adb.shell(serial, ("pidof", "farm-frida-server"))).stdout.strip()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_seals_the_recording_and_cleans_the_phone(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with twin_lab(tmp_path) as lab, Controller(lab, tmp_path) as controller:
        await controller.until(Launched)
        assert await controller.stop(number) == 130
        session = Recording.open(controller.recording).session
        assert session.outcome is Outcome.INTERRUPTED
        assert "cancelled by the operator" in session.reason
        assert verify(controller.recording) == []
        await untouched(lab)
        assert list(controller.temporary.glob("farm-*")) == []


async def test_a_killed_controller_leaves_a_recording_that_recovers_and_no_process(
    tmp_path: Path,
) -> None:
    async with twin_lab(tmp_path) as lab, Controller(lab, tmp_path) as controller:
        await controller.until(Launched)
        children = await controller.kill()
        assert children  # the capture process at least
        await all_gone(children)
        folder = controller.recording
        assert not Recording.open(folder).sealed
        before = list(Recording.open(folder).events(Stream.DEVICE))
        recover(folder, load_or_create_key(controller.home / "keys" / "recording.key"))
        session = Recording.open(folder).session
        assert session.outcome is Outcome.INTERRUPTED and session.reason
        assert verify(folder) == []
        after = list(Recording.open(folder).events(Stream.DEVICE))
        assert after[: len(before)] == before  # what was recorded is all there
        # The phone is still as the dead controller left it; the next lease undoes that first.
        await goes_on(lab)
        await nothing_left(lab)
        await untouched(lab)


async def test_a_killed_capture_process_is_a_gap_and_the_session_goes_on(tmp_path: Path) -> None:
    async with twin_lab(tmp_path) as lab:

        async def kill() -> None:
            for pid in lab.lab.capture.pids:
                os.kill(pid, signal.SIGKILL)

        result = await lab.inspect(await lab.order("compliant", settle=3.0), driving, kill)
        assert result.sealed and verify(result.folder) == []
        gaps = [one.body for one in events(result, Stream.NETWORK) if isinstance(one.body, Gap)]
        assert any(gap.cause is GapCause.PROXY_DOWN for gap in gaps)
        assert judge(result).verdict.kind is not VerdictKind.CLEAN
        await nothing_left(lab)
        await goes_on(lab)


async def test_a_stolen_proxy_port_leaves_an_open_gap_and_the_next_session_its_own_port(
    tmp_path: Path,
) -> None:
    async with twin_lab(tmp_path) as lab:
        with socket.socket() as thief:
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

            async def steal() -> None:
                command = ["adb", "-P", str(lab.adb_port), "-s", lab.twin.serial]
                listed = await asyncio.to_thread(
                    subprocess.run, [*command, "reverse", "--list"], capture_output=True, check=True
                )
                (port,) = {
                    int(line.rsplit(b":")[-1]) for line in listed.stdout.split(b"\n") if line
                }
                for pid in lab.lab.capture.pids:
                    os.kill(pid, signal.SIGKILL)
                while True:
                    try:
                        thief.bind(("127.0.0.1", port))
                        break
                    except OSError:
                        time.sleep(0.001)  # noqa: ASYNC251 - the loop must not restart capture before
                thief.listen()

            result = await lab.inspect(await lab.order("compliant", settle=3.0), driving, steal)
            assert result.sealed and verify(result.folder) == []
            gaps = [one.body for one in events(result, Stream.NETWORK) if isinstance(one.body, Gap)]
            assert gaps[-1].cause is GapCause.PROXY_DOWN and gaps[-1].end is None
            assert judge(result).verdict.kind is not VerdictKind.CLEAN
            await nothing_left(lab)
            await goes_on(lab)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "farm-test", str(folder)]
    if subprocess.run(command, capture_output=True, timeout=20, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True, timeout=20)


async def test_a_disk_that_fills_up_in_mid_session(tmp_path: Path, small_disk: Path) -> None:
    async with twin_lab(tmp_path, home=small_disk / "home") as lab:
        ballast = small_disk / "ballast"

        async def fill() -> None:
            await asyncio.to_thread(fill_disk, ballast)

        order = await lab.order("everything", settle=4.0)
        result = await lab.inspect(order, driving, fill)
        assert result.outcome is Outcome.INTERRUPTED
        assert "disk" in result.reason
        assert judge(result).verdict.kind is not VerdictKind.CLEAN
        assert any(
            isinstance(event.body, Gap) and event.body.cause is GapCause.DISK_FULL
            for stream in Stream
            for event in events(result, stream)
        )
        if result.sealed:
            assert verify(result.folder) == []
        ballast.unlink()
        await nothing_left(lab)
        await goes_on(lab)


async def test_a_picture_that_finds_no_room_ends_the_session_in_order(
    tmp_path: Path, small_disk: Path
) -> None:
    """Here the device stream learns that the disk is full when it notes that the session failed."""
    async with twin_lab(tmp_path, home=small_disk / "home") as lab:
        ballast = small_disk / "ballast"
        order = await lab.order("everything", "greedy")
        bound = order.scenario.bound(
            {"ballast": str(ballast), "stream": "home/recordings/*/device.jsonl"}
        )
        result = await lab.inspect(msgspec.structs.replace(order, scenario=bound))
        assert result.outcome is Outcome.INTERRUPTED
        assert "disk" in result.reason
        states = [one.body for one in events(result, Stream.DEVICE)]
        assert any(
            isinstance(one, StateChange) and one.state is SessionState.FAILED for one in states
        )
        ballast.unlink()
        await nothing_left(lab)
        await goes_on(lab)


async def test_a_hostile_app_through_a_whole_session(tmp_path: Path) -> None:
    async with twin_lab(tmp_path) as lab:
        result = await lab.inspect(await lab.order("hostile", settle=2.0))
        assert (result.outcome, result.reason) == (Outcome.COMPLETE, "")
        assert verify(result.folder) == []
        recording = Recording.open(result.folder)
        written = {path.name for path in result.folder.rglob("*")}
        assert all(name.isascii() and "<" not in name and ".." not in name for name in written)
        page = render_html(recording, judge(result))
        assert "<script" not in page and "\x1b" not in page and "\u202e" not in page
        requests = [one for one in events(result, Stream.NETWORK) if one.kind == "request"]
        assert requests  # it was heard, not merely survived
        await nothing_left(lab)
        await goes_on(lab)


async def test_a_recording_that_cannot_be_sealed_is_a_result_and_no_exception(
    tmp_path: Path,
) -> None:
    held: list[Journal] = []

    def settling(body: AnyBody) -> bool:
        return isinstance(body, StateChange) and body.state is SessionState.SETTLING

    async with twin_lab(tmp_path) as lab:
        order = await lab.order("compliant")

        async def hold() -> None:
            (folder,) = lab.lab.settings.recordings.iterdir()
            lab.twin.faults.shell_delay = 0.2  # so that cleaning takes a while
            async with asyncio.timeout(60):
                while not held:  # as soon as the capture has let go of it
                    with contextlib.suppress(BeingWritten):
                        held.append(Journal(folder / "network.jsonl"))
                    await asyncio.sleep(0.02)

        try:
            async with asyncio.timeout(120):
                result = await lab.inspect(order, settling, hold)
            assert held
            assert (result.outcome, result.sealed) == (Outcome.INTERRUPTED, False)
            assert "sealing" in result.reason and "is being written" in result.reason
        finally:
            for journal in held:
                journal.close()
        recover(result.folder, load_or_create_key(lab.lab.settings.key))
        assert verify(result.folder) == []
