"""Sealing: repeatable, finished by a second call, readable by common tools."""

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farm.model.errors import RecordingError
from farm.model.vocabulary import Stream
from farm.recording import Recording, StreamWriter, load_or_create_key, seal, verify
from farm.recording.files import MANIFEST, SIGNATURE
from tests.recording.conftest import write_recording


def test_a_sealed_recording_is_intact_and_reads_as_before(
    tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    folder = write_recording(tmp_path / "r")
    before = {stream: list(Recording.open(folder).events(stream)) for stream in Stream}
    manifest = seal(folder, key)
    assert verify(folder) == [] == verify(folder, key.public_key())
    recording = Recording.open(folder)
    assert {stream: list(recording.events(stream)) for stream in Stream} == before
    assert len(before[Stream.UI]) == 42
    assert recording.sealed and len(recording.manifest_sha256) == 64
    assert [entry.path for entry in manifest.files] == [
        "device.jsonl.zst",
        "manifest.pub",
        "screens/0001.png",
        "session.json",
        "ui.jsonl.zst",
    ]
    assert not list(folder.glob(".*"))


def test_sealing_twice_changes_nothing(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    folder = write_recording(tmp_path / "r")
    first = seal(folder, key)
    signature = (folder / SIGNATURE).read_bytes()
    assert seal(folder, key) == first
    assert (folder / SIGNATURE).read_bytes() == signature


def test_the_same_recording_compresses_to_the_same_bytes(
    tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    one = write_recording(tmp_path / "one")
    shutil.copytree(one, tmp_path / "two")
    assert seal(one, key).files == seal(tmp_path / "two", key).files


def test_openssl_and_sha256sum_can_check_it(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    folder = write_recording(tmp_path / "r")
    manifest = seal(folder, key)
    command = "openssl pkeyutl -verify -pubin -inkey manifest.pub -rawin -in manifest.json"
    done = subprocess.run(
        [*command.split(), "-sigfile", "manifest.sig"], cwd=folder, capture_output=True, timeout=20
    )
    assert done.returncode == 0, done.stderr
    sums = "".join(f"{entry.sha256}  {entry.path}\n" for entry in manifest.files)
    subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet"],
        cwd=folder,
        input=sums.encode(),
        check=True,
        timeout=20,
    )


def test_a_recording_in_writing_is_not_sealed(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    folder = write_recording(tmp_path / "r")
    writer = StreamWriter(folder, Stream.API)
    with pytest.raises(RecordingError, match="being written"):
        seal(folder, key)
    writer.close()
    seal(folder, key)
    with pytest.raises(RecordingError, match="sealed"):
        StreamWriter(folder, Stream.API)


def test_a_changed_recording_gets_no_new_signature(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    folder = write_recording(tmp_path / "r")
    seal(folder, key)
    (folder / "screens/0001.png").write_bytes(b"forged")
    for signature_there in (True, False):
        if not signature_there:
            (folder / SIGNATURE).unlink()
        with pytest.raises(RecordingError, match=r"0001\.png"):
            seal(folder, key)


def test_another_key_does_not_reseal(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    folder = write_recording(tmp_path / "r")
    seal(folder, key)
    with pytest.raises(RecordingError, match="another key"):
        seal(folder, load_or_create_key(tmp_path / "other.pem"))


def test_a_link_in_the_recording_is_refused(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    folder = write_recording(tmp_path / "r")
    (folder / "screens" / "link").symlink_to("/etc/passwd")
    with pytest.raises(RecordingError, match="link"):
        seal(folder, key)


_KILLED_SEALER = """
import os, sys
from pathlib import Path
from farm.recording import load_or_create_key, seal
left = int(sys.argv[3])
def hook(event, args):
    global left
    if event in ("os.rename", "os.remove", "open", "os.truncate"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), 9)
key = load_or_create_key(Path(sys.argv[2]))
sys.addaudithook(hook)
seal(Path(sys.argv[1]), key)
"""


def test_a_sealer_killed_at_any_file_operation_is_finished_by_the_next(
    tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    original = write_recording(tmp_path / "original")
    before = {stream: list(Recording.open(original).events(stream)) for stream in Stream}
    kills = 0
    for step in itertools.count(1, 3):
        folder = tmp_path / f"r{step}"
        shutil.copytree(original, folder)
        done = subprocess.run(
            [
                *(sys.executable, "-c", _KILLED_SEALER),
                *(str(folder), str(tmp_path / "keys/seal.pem"), str(step)),
            ],
            env={**os.environ, "PYTHONPATH": os.getcwd()},
            timeout=30,
        )
        if done.returncode == 0:
            break
        assert done.returncode == -9
        kills += 1
        seal(folder, key)
        assert verify(folder, key.public_key()) == []
        recording = Recording.open(folder)
        assert {stream: list(recording.events(stream)) for stream in Stream} == before
    assert kills >= 5
    assert (folder / MANIFEST).exists()
