"""Periodic pictures."""

import asyncio
from pathlib import Path

from farm.model.errors import DeviceError
from farm.recorders.screen import ScreenRecorder
from farm.recording import Recording, RecordingWriter
from tests.recording.conftest import make_session


async def test_equal_pictures_are_kept_once_and_failures_counted(tmp_path: Path) -> None:
    writer = RecordingWriter.create(tmp_path / "r", make_session())
    answers = iter([b"\x89PNG a", b"\x89PNG a", None, b"\xff\xd8 b"])

    async def screenshot() -> bytes:
        answer = next(answers, b"")
        if answer is None:
            raise DeviceError("no picture")
        return answer

    recorder = ScreenRecorder(writer, screenshot, interval=0.001)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(recorder.run())
        await asyncio.sleep(0.2)
        running.cancel()
    writer.close()
    assert (recorder.taken, recorder.failed) == (2, 1)
    assert Recording.open(tmp_path / "r").screen("periodic-00001.jpg") == b"\xff\xd8 b"
