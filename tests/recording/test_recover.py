"""Recovery after kill -9 at any moment, and of any torn end."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farm.model.errors import RecordingError
from farm.model.events import ClockSample, Gap
from farm.model.vocabulary import GapCause, Outcome, Stream
from farm.recording import Recording, RecordingWriter, StreamWriter, recover, seal, verify
from farm.recording.files import MANIFEST, SIGNATURE
from tests.recording.conftest import make_session, write_recording

_ENDLESS_WRITER = """
import sys
from pathlib import Path
from farm.model.events import Step
from farm.model.vocabulary import Stream
from farm.recording import RecordingWriter
from tests.recording.conftest import make_session
writer = RecordingWriter.create(Path(sys.argv[1]), make_session())
print("go", flush=True)
number = 0
while True:
    for stream in (Stream.UI, Stream.API):
        writer.stream(stream).append(Step(name="n" * (number % 5000), state="begin"))
    if number % 50 == 0:
        writer.add_file(f"screens/{number}.png", b"x" * 100_000)
        writer.update_session(make_session())
    number += 1
"""


def test_a_writer_killed_at_random_moments(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    for number in range(6):
        folder = tmp_path / f"r{number}"
        with subprocess.Popen(
            [sys.executable, "-c", _ENDLESS_WRITER, str(folder)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.getcwd()},
        ) as process:
            assert process.stdout and process.stdout.readline() == b"go\n"
            time.sleep(random.uniform(0.001, 0.15))
            process.kill()
        session = recover(folder, key)
        assert session.outcome is Outcome.INTERRUPTED and "without sealing" in session.reason
        assert verify(folder, key.public_key()) == []
        before = (folder / MANIFEST).read_bytes(), (folder / SIGNATURE).read_bytes()
        assert recover(folder, key) == session
        assert before == ((folder / MANIFEST).read_bytes(), (folder / SIGNATURE).read_bytes())


def test_every_cut_of_the_last_event_is_recovered(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    original = write_recording(tmp_path / "original", finished=False)
    data = (original / "ui.jsonl").read_bytes()
    start = data.rstrip(b"\n").rfind(b"\n") + 1
    for cut in range(start, len(data), 7):
        folder = tmp_path / f"cut{cut}"
        shutil.copytree(original, folder)
        os.truncate(folder / "ui.jsonl", cut)
        recover(folder, key)
        assert verify(folder) == []
        gaps = [
            event.body.cause
            for event in Recording.open(folder).events(Stream.UI)
            if isinstance(event.body, Gap)
        ]
        torn = [GapCause.TORN_STREAM] if cut > start else []
        assert gaps == [*torn, GapCause.RECORDER_FAILED]
        kept = [path.read_bytes() for path in folder.glob("torn/*")]
        assert kept == ([data[start:cut]] if cut > start else [])


def test_a_torn_flow_is_kept_aside(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    folder = write_recording(tmp_path / "r", finished=False)
    (folder / "flows.mitm").write_bytes(b"0:}" + b"900:4:type;")
    recover(folder, key)
    assert (folder / "flows.mitm").read_bytes() == b"0:}"
    assert (folder / "torn/flows.mitm.3").read_bytes() == b"900:4:type;"


def test_a_finished_session_keeps_its_outcome(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    folder = write_recording(tmp_path / "r")
    assert recover(folder, key).outcome is Outcome.COMPLETE
    assert verify(folder) == []


def test_the_clock_is_fitted_by_the_samples_that_were_taken(
    tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    """Without it no call of a killed session could be placed before or after the consent."""
    folder = write_recording(tmp_path / "r", finished=False)
    _sample(folder, ahead=37_000_000_000, at=0)
    _sample(folder, ahead=37_000_000_000, at=1_000_000_000)
    clock = recover(folder, key).clock
    assert clock is not None and clock.samples == 2
    assert abs(clock.offset_ns - 37_000_000_000) <= clock.bound_ns < 10_000_000

    jumped = write_recording(tmp_path / "s", finished=False)
    _sample(jumped, ahead=0, at=0)
    _sample(jumped, ahead=37_000_000_000, at=1_000_000_000)
    assert recover(jumped, key).clock is None


def _sample(folder: Path, *, ahead: int, at: int) -> None:
    """One reading of a phone's clock, a round trip of 2 ms."""
    sent = 1_700_000_001 * 10**9 + at
    stream = StreamWriter(folder, Stream.DEVICE)
    stream.append(ClockSample(sent=sent, received=sent + 2_000_000, phone=sent + 1_000_000 + ahead))
    stream.close()


def test_what_must_not_be_recovered(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    with pytest.raises(RecordingError, match=r"session\.json"):
        recover(tmp_path, key)
    writer = RecordingWriter.create(tmp_path / "r", make_session())
    stream = StreamWriter(writer.folder, Stream.NETWORK)
    with pytest.raises(RecordingError, match="being written"):
        recover(writer.folder, key)
    stream.close()
    writer.close()
    folder = write_recording(tmp_path / "s")
    seal(folder, key)
    (folder / "session.json").write_bytes((folder / "session.json").read_bytes() + b" ")
    with pytest.raises(RecordingError, match="changed since"):
        recover(folder, key)
