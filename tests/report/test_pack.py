"""The evidence pack, checked as its own instructions say: with openssl and sha256sum alone."""

import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from farm.model.errors import RecordingError
from farm.recording import load_or_create_key, seal, signer
from farm.report.pack import write_pack
from tests.report.builders import write
from tests.report.test_html import violation


def sealed(folder: Path) -> Path:
    recording = write(violation(), folder / "recording")
    seal(recording, load_or_create_key(folder / "key.pem"))
    return recording


def unpacked(folder: Path) -> Path:
    recording = sealed(folder)
    target = folder / "pack.zip"
    write_pack(target, recording, {"analysis.json": b"{}"}, signed_by=signer(recording))
    with zipfile.ZipFile(target) as pack:
        pack.extractall(folder / "out")
    return folder / "out"


def commands(folder: Path) -> list[str]:
    """The commands that VERIFY.txt tells its reader to type, in order."""
    text = (folder / "VERIFY.txt").read_text()
    blocks = re.findall(r"(?:^ {3,}\S.*\n)+", text, re.MULTILINE)
    return [block for block in blocks if "openssl" in block or "sha256sum" in block]


def follow(folder: Path) -> list[subprocess.CompletedProcess[str]]:
    """Type them, each as a reader would who stands in the folder that they name."""
    done = []
    for block in commands(folder):
        place = folder if "cd recording" in block else folder / "recording"
        done.append(
            subprocess.run(
                ["bash", "-o", "pipefail", "-ec", block],
                cwd=place,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        )
    return done


def test_its_own_instructions_verify_it(tmp_path: Path) -> None:
    out = unpacked(tmp_path)
    steps = follow(out)
    assert len(steps) == 4
    assert all(step.returncode == 0 for step in steps), [step.stderr for step in steps]
    assert "Verified Successfully" in steps[0].stdout
    assert steps[1].stdout.split()[0] in (out / "VERIFY.txt").read_text()
    assert "session.json: OK" in steps[2].stdout
    assert "analysis.json: OK" in steps[3].stdout


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("recording/flows.mitm", 2),
        ("recording/session.json", 2),
        ("recording/manifest.json", 0),
        ("analysis.json", 3),
    ],
)
def test_its_own_instructions_notice_a_change(tmp_path: Path, name: str, step: int) -> None:
    out = unpacked(tmp_path)
    path = out / name
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1) + b" ")
    assert follow(out)[step].returncode != 0


def test_equal_recordings_give_equal_bytes(tmp_path: Path) -> None:
    recording = sealed(tmp_path)
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    for target in (first, second):
        write_pack(target, recording, {"analysis.json": b"{}"})
    assert first.read_bytes() == second.read_bytes()


def test_no_pack_of_what_is_not_sealed_or_was_changed(tmp_path: Path) -> None:
    recording = write(violation(), tmp_path / "open")
    with pytest.raises(RecordingError, match="not sealed"):
        write_pack(tmp_path / "p.zip", recording, {})
    changed = sealed(tmp_path)
    (changed / "flows.mitm").write_bytes(b"")
    with pytest.raises(RecordingError, match=r"flows\.mitm"):
        write_pack(tmp_path / "p.zip", changed, {})
    assert not list(tmp_path.glob("*p.zip*"))
