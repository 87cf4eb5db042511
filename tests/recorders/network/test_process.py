"""Processes that die, ports that are taken, disks that are full, controllers that vanish."""

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from farm.model.errors import FarmError
from farm.model.events import Gap, Request, Started, Stopped
from farm.model.vocabulary import GapCause, Outcome, Stream
from farm.recorders.network import CaptureOptions, CaptureProcess
from farm.recording import (
    Recording,
    RecordingWriter,
    StreamWriter,
    load_or_create_key,
    recover,
    verify,
)
from tests.recorders.network.conftest import bodies, events
from tests.recorders.network.servers import plain_request, tls_request, trusting
from tests.recording.conftest import make_session


async def _until(condition: object, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.05)


async def test_a_killed_process_is_replaced_on_the_same_port(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)
    port = session.port
    url = "http://plain.example/"
    await asyncio.to_thread(plain_request, port, url + "before")
    (first,) = capture.pids
    os.kill(first, signal.SIGKILL)
    await _until(lambda: capture.pids and capture.pids != [first])
    await _until(lambda: any(gap.end for gap in bodies(folder, Gap)))
    assert session.port == port and not session.down
    await _until(lambda: len(bodies(folder, Started)) == 2)
    await asyncio.sleep(0.2)
    await asyncio.to_thread(plain_request, port, url + "after")
    await session.close()
    (gap,) = bodies(folder, Gap)
    assert gap.cause is GapCause.PROXY_DOWN and gap.end is not None and gap.start < gap.end
    assert [request.path for request in bodies(folder, Request)] == ["/before", "/after"]
    assert len(list(Recording.open(folder).exchanges())) == 2
    assert isinstance(events(folder)[-1].body, Stopped)


async def test_a_hanging_process_is_found_and_replaced(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)
    (first,) = capture.pids
    os.kill(first, signal.SIGSTOP)
    assert not await capture.healthy()
    await _until(lambda: capture.pids and capture.pids != [first])
    assert await capture.healthy()
    await session.close()
    assert [gap.cause for gap in bodies(folder, Gap)] == [GapCause.PROXY_DOWN]


async def test_a_port_that_is_taken_after_a_death_ends_in_an_open_gap(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)
    (first,) = capture.pids
    os.kill(first, signal.SIGSTOP)  # keeps the port until the killer and the thief are ready
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        os.kill(first, signal.SIGKILL)
        while True:
            try:
                thief.bind(("127.0.0.1", session.port))
                break
            except OSError:
                time.sleep(0.001)  # noqa: ASYNC251 - the loop must not restart capture before
        thief.listen()
        await _until(lambda: session.down)
    await session.close()
    gap = bodies(folder, Gap)[-1]
    assert gap.cause is GapCause.PROXY_DOWN and gap.end is None
    assert str(session.port) in gap.detail


async def test_a_taken_port_is_a_clear_error_and_harms_nobody(
    capture: CaptureProcess, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    RecordingWriter.create(other, make_session()).close()
    session = await capture.open(folder)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(FarmError, match=str(taken.getsockname()[1])):
            await capture.open(other, port=taken.getsockname()[1])
    again = await capture.open(other)
    await asyncio.to_thread(plain_request, session.port, "http://plain.example/1")
    await asyncio.to_thread(plain_request, again.port, "http://plain.example/2")
    await again.close()
    await session.close()
    assert [request.path for request in bodies(folder, Request)] == ["/1"]
    assert [request.path for request in bodies(other, Request)] == ["/2"]
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(plain_request, session.port, "http://plain.example/3")


async def test_two_captures_never_write_one_recording(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)
    with pytest.raises(FarmError, match="being written"):
        await capture.open(folder)
    await session.close()


async def test_processes_are_shared_and_recycled(
    home: Path, options: CaptureOptions, tmp_path: Path
) -> None:
    few = msgspec.structs.replace(options, max_phones=2, recycle_sessions=1)
    async with CaptureProcess(home, few) as capture:
        sessions = []
        for number in range(3):
            place = tmp_path / f"r{number}"
            RecordingWriter.create(place, make_session()).close()
            sessions.append(await capture.open(place))
        before = capture.pids
        assert len(before) == 2
        for session in sessions:
            await session.close()
        assert capture.pids == []
        place = tmp_path / "last"
        RecordingWriter.create(place, make_session()).close()
        last = await capture.open(place)
        assert capture.pids and not set(capture.pids) & set(before)
        await last.close()
    assert not any(psutil.pid_exists(pid) for pid in before)


async def test_a_full_disk_is_recorded_and_traffic_goes_on(
    capture: CaptureProcess, folder: Path
) -> None:
    session = await capture.open(folder)
    trust = trusting(capture.ca_certificate)
    (pid,) = capture.pids
    # A file-size limit is the full disk that needs no root: writes fail with EFBIG (SIGXFSZ is
    # ignored by Python).
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (120_000, 120_000))
    for _ in range(3):
        status, _body = await asyncio.to_thread(
            tls_request, session.port, "secure.example", "/", trust, "POST", b"z" * 60_000
        )
        assert status == 200
    await _until(lambda: session.disk_full)
    await session.close()
    assert GapCause.DISK_FULL in [gap.cause for gap in bodies(folder, Gap)]
    assert len(list(Recording.open(folder).exchanges())) < 3
    assert Recording.open(folder).torn_flow_bytes == 0


_CONTROLLER = """
import asyncio, sys
from pathlib import Path
from farm.recorders.network import CaptureProcess
async def main():
    async with CaptureProcess(Path(sys.argv[1])) as capture:
        session = await capture.open(Path(sys.argv[2]))
        print(session.port, *capture.pids, flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


def test_nothing_is_left_of_a_killed_controller(home: Path, folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(_CONTROLLER), str(home), str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.getcwd()}
    ) as controller:
        assert controller.stdout
        port, child = map(int, controller.stdout.readline().split())
        assert plain_request(port, "http://farm-canary.invalid/x")[0] == 204
        controller.kill()
    deadline = time.monotonic() + 10
    while psutil.pid_exists(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(child)
    assert [request.path for request in bodies(folder, Request)] == ["/x"]
    assert isinstance(events(folder)[-1].body, Stopped)
    session = recover(folder, load_or_create_key(tmp_path / "key.pem"))
    assert session.outcome is Outcome.INTERRUPTED and verify(folder) == []


def test_the_next_writer_continues_where_a_killed_one_stopped(folder: Path) -> None:
    writer = StreamWriter(folder, Stream.NETWORK)
    writer.append(Started())
    writer.close()
    writer = StreamWriter(folder, Stream.NETWORK)
    assert writer.append(Stopped()).n == 1
    writer.close()
