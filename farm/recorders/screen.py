"""Pictures of the screen at a fixed pace or on demand, between the scenario's own.

A failed picture is counted and never ends a session; equal pictures are kept once.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable

from farm.model.errors import DeviceError
from farm.model.events import DeviceNote, Event
from farm.model.vocabulary import Stream
from farm.recording import RecordingWriter
from farm.recording.files import SCREENS

_MOST_PICTURES = 5000


class ScreenRecorder:
    """Takes pictures through `screenshot` and names them by number and time.

    Each kept picture is answered by `DeviceNote("screenshot", "<file> <host ns>")`.
    """

    def __init__(
        self,
        writer: RecordingWriter,
        screenshot: Callable[[], Awaitable[bytes]],
        interval: float = 5.0,
    ) -> None:
        """`interval` is in seconds; `screenshot` keeps its own deadline."""
        self.taken = 0
        self.failed = 0
        self._writer = writer
        self._screenshot = screenshot
        self._interval = interval
        self._last = b""

    async def run(self) -> None:
        """Take a picture every interval until the task is cancelled or the bound is reached."""
        while self.taken < _MOST_PICTURES:
            await self.take()
            await asyncio.sleep(self._interval)

    async def take(self) -> Event | None:
        """Take one picture now; None where it failed, or shows what the last one showed.

        Raises:
            DiskFull: there is no room for it.
        """
        began = time.time_ns()
        try:
            picture = await self._screenshot()
        except DeviceError:  # the session notices a lost phone by itself
            self.failed += 1
            return None
        digest = hashlib.sha256(picture).digest()
        if not picture or digest == self._last:
            return None
        suffix = "png" if picture.startswith(b"\x89PNG") else "jpg"
        name = f"{SCREENS}/periodic-{self.taken:05d}.{suffix}"
        self._writer.add_file(name, picture)
        event = self._writer.stream(Stream.DEVICE).append(
            DeviceNote(name="screenshot", detail=f"{name} {began}"), began
        )
        self._last = digest
        self.taken += 1
        return event
