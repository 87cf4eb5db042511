"""The writer: ordinals, bounds, full disks."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from farm.model.errors import RecordingError
from farm.model.events import Gap, Heartbeat, Step
from farm.model.vocabulary import GapCause, Stream
from farm.recording import Recording, RecordingWriter, StreamWriter
from tests.recording.conftest import make_session


def test_ordinals_go_on_after_a_torn_end(tmp_path: Path) -> None:
    writer = StreamWriter(tmp_path, Stream.UI, clock=lambda: 7)
    assert [writer.append(Heartbeat()).n for _ in range(3)] == [0, 1, 2]
    writer.close()
    path = tmp_path / "ui.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"stream":"ui","n":3,"t"')
    writer = StreamWriter(tmp_path, Stream.UI)
    assert writer.append(Heartbeat()).n == 4
    writer.close()
    assert (tmp_path / f"torn/ui.jsonl.{len(whole)}").read_bytes() == b'{"stream":"ui","n":3,"t"'


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    writer = StreamWriter(tmp_path, Stream.UI)
    with pytest.raises(RecordingError, match="being written"):
        StreamWriter(tmp_path, Stream.UI)
    writer.close()


@pytest.mark.parametrize("text", ["x" * (1 << 20), "\ud800"])
def test_what_cannot_stand_on_a_line_becomes_a_gap(tmp_path: Path, text: str) -> None:
    writer = StreamWriter(tmp_path, Stream.UI)
    body = writer.append(Step(name=text, state="begin")).body
    assert isinstance(body, Gap) and body.cause is GapCause.EVENTS_DROPPED and body.scope == "step"
    assert writer.append(Heartbeat()).n == 1
    writer.close()


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/x",
        "a/../b",
        ".hidden",
        "ui.jsonl",
        "session.json",
        "manifest.sig",
        "a//b",
        "",
        "é",
    ],
)
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    writer = RecordingWriter.create(tmp_path / "r", make_session())
    with pytest.raises(RecordingError):
        writer.add_file(name, b"")
    writer.close()


def test_a_folder_is_used_once(tmp_path: Path) -> None:
    RecordingWriter.create(tmp_path / "r", make_session()).close()
    with pytest.raises(RecordingError, match="already"):
        RecordingWriter.create(tmp_path / "r", make_session())


_ON_A_FULL_DISK = """
import sys
from pathlib import Path
from farm.model.errors import DiskFull
from farm.model.events import Step, StateChange, Tap
from farm.model.vocabulary import Outcome, SessionState, Stream
from farm.recording import RecordingWriter, load_or_create_key, seal, verify
from tests.recording.conftest import make_session
folder = Path(sys.argv[1])
key = load_or_create_key(Path(sys.argv[2]))
writer = RecordingWriter.create(folder, make_session())
stream = writer.stream(Stream.UI)
raised = 0
for number in range(4000):
    try:
        stream.append(Step(name="s" * 1000, state="begin"))
    except DiskFull:
        raised += 1
try:
    writer.add_file("screens/1.png", b"x" * 4_000_000)
    raise SystemExit("a picture was kept on a full disk")
except DiskFull:
    pass
assert raised == 1, raised
assert stream.full and stream.lost > 0
assert stream.append(StateChange(state=SessionState.FAILED, reason="disk full")).n >= 0
assert stream.append(Tap(x=1, y=1, text="agree", sent=1, confirmed=2)).n >= 0
writer.update_session(make_session(outcome=Outcome.INTERRUPTED, reason="disk full"))
writer.close()
seal(folder, key)
assert verify(folder, key.public_key()) == []
"""


def _run(arguments: list[str], **options: object) -> None:
    done = subprocess.run(  # type: ignore[call-overload]
        arguments,
        capture_output=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        **options,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]


def _check_full(folder: Path) -> None:
    recording = Recording.open(folder)
    assert recording.session.reason == "disk full"
    kinds = [event.body for event in recording.events(Stream.UI)]
    assert any(isinstance(body, Gap) and body.cause is GapCause.DISK_FULL for body in kinds)
    assert len(kinds) < 4000


def test_a_file_size_limit_counts_as_a_full_disk(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, 1_200_000))

    # The gap itself goes into the same file, which the limit leaves no room in; what must hold
    # without root is that nothing is torn, the error comes once, and the seal fits.
    script = _ON_A_FULL_DISK.replace(".n >= 0", ".n >= -1")
    _run(
        [sys.executable, "-c", script, str(tmp_path / "r"), str(tmp_path / "key.pem")],
        preexec_fn=limit,
    )
    assert Recording.open(tmp_path / "r").session.reason == "disk full"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_recording_ends_in_order_on_a_full_disk(tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(mount)],
        capture_output=True,
        timeout=20,
    )
    if mounted.returncode:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.decode().strip()}")
    try:
        folder = mount / "r"
        _run([sys.executable, "-c", _ON_A_FULL_DISK, str(folder), str(tmp_path / "key.pem")])
        _check_full(folder)
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True, timeout=20)


def test_a_closed_stream_refuses_what_comes_late(tmp_path: Path) -> None:
    writer = StreamWriter(tmp_path, Stream.UI)
    writer.append(Heartbeat())
    writer.close()
    with pytest.raises(RecordingError, match="is closed"):
        writer.append(Heartbeat())
    assert len((tmp_path / "ui.jsonl").read_bytes().splitlines()) == 1
