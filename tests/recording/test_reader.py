"""What is judged is what was sealed."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farm.detect.batch import judge_folder
from farm.model.errors import RecordingError
from farm.recording import Recording, seal
from tests.recording.conftest import write_recording
from tests.recording.test_verify import TAMPERING

# Without its manifest a recording was never sealed, and says so; without its signature the sealer
# died between the two, which the list of digests does not mind.
UNSEALING = {"manifest gone", "signature gone"}


@pytest.mark.parametrize("what", sorted(TAMPERING.keys() - UNSEALING))
def test_what_changed_since_it_was_sealed_is_not_judged(
    what: str, tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    folder = write_recording(tmp_path / "r")
    seal(folder, key)
    assert Recording.open_intact(folder).session.session_id == "s-1"
    change, _ = TAMPERING[what]
    change(folder)
    with pytest.raises(RecordingError, match=r"has changed since it was sealed|session\.json"):
        Recording.open_intact(folder)
    judged = judge_folder(folder, None, tmp_path)
    assert judged.verdict is None and judged.error
    assert not list(tmp_path.glob("*.analysis.json"))


def test_a_stream_laid_beside_the_sealed_one_is_not_read(
    tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    folder = write_recording(tmp_path / "r")
    seal(folder, key)
    (folder / "ui.jsonl").write_bytes(b"")  # would be read before ui.jsonl.zst
    with pytest.raises(RecordingError, match=r"ui\.jsonl: file that the manifest does not list"):
        Recording.open_intact(folder)


@pytest.mark.parametrize("what", sorted(UNSEALING))
def test_what_has_no_seal_is_judged_as_unsealed(
    what: str, tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    folder = write_recording(tmp_path / "r")
    seal(folder, key)
    change, _ = TAMPERING[what]
    change(folder)
    assert not Recording.open_intact(folder).sealed
