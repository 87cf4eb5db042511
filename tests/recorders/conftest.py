"""A recording to write into."""

from pathlib import Path

import pytest

from farm.recording import RecordingWriter
from tests.recording.conftest import make_session


@pytest.fixture
def folder_of_recording(tmp_path: Path) -> Path:
    """A recording that has just begun."""
    RecordingWriter.create(tmp_path / "recording", make_session()).close()
    return tmp_path / "recording"
