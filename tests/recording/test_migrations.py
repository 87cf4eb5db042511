"""Recordings of every format version stay readable; one of each is stored here."""

from pathlib import Path

import pytest

from farm.model.errors import RecordingError
from farm.model.vocabulary import Outcome, Stream
from farm.recording import Recording, verify
from farm.recording.migrations import decode_session, migrate

SAMPLES = Path(__file__).parent / "samples"


def test_version_1() -> None:
    folder = SAMPLES / "version-1"
    assert verify(folder) == []
    recording = Recording.open(folder)
    assert recording.session.app.label == "例子" and recording.session.outcome is Outcome.COMPLETE
    assert [len(list(recording.events(stream))) for stream in Stream] == [42, 0, 0, 42]


def test_steps_are_chained_in_order() -> None:
    steps = {1: lambda d: {**d, "a": 1}, 3: lambda d: {**d, "a": d["a"] + 1}}
    assert migrate({}, 1, steps, 4) == {"a": 2}
    assert migrate({"a": 5}, 4, steps, 4) == {"a": 5}


@pytest.mark.parametrize(
    "data", [b"{", b"[]", b"{}", b'{"format_version":0}', b'{"format_version":99}']
)
def test_what_is_no_session_is_one_clear_error(data: bytes) -> None:
    with pytest.raises(RecordingError, match="somewhere"):
        decode_session(data, "somewhere")
