"""The phone's log in the recording: every line up to a bound, and what it says about the app.

Where the lines come from is the caller's business; what they mean is `logcat_lines`'.
"""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from farm.model.errors import DiskFull
from farm.model.events import AnyBody, DeviceNote
from farm.recorders.logcat_lines import LogReader
from farm.recording import StreamWriter
from farm.recording.files import LOGCAT, no_room
from farm.recording.journal import Journal

_LONGEST_LINE = 16 * 1024
_MOST_BYTES = 64 << 20


class LogcatRecorder:
    """Writes `logcat.txt`, and crashes and processes of one package into the device stream."""

    def __init__(
        self, folder: Path, device: StreamWriter, package: str, most_bytes: int = _MOST_BYTES
    ) -> None:
        self._path = folder / LOGCAT
        self._device = device
        self._package = package
        self._most_bytes = most_bytes

    async def follow(self, lines: AsyncIterator[str]) -> None:
        """Record until the lines end or the task is cancelled.

        Raises:
            DeviceGone: the lines' source says so.
            DiskFull: an event of the device stream found no room.
        """
        reader = LogReader(self._package)
        journal = Journal(self._path)
        full = False
        try:
            async for line in lines:
                if not full:
                    full = not self._keep(journal, line)
                for fact in reader.read(line):
                    self._note(fact)
            self._note(DeviceNote(name="logcat_ended", detail="the phone closed its log"))
        finally:
            journal.close()
            with contextlib.suppress(DiskFull):  # on the way out; the gap is in the stream
                for fact in reader.finish():
                    self._note(fact)

    def _keep(self, journal: Journal, line: str) -> bool:
        """Write one line; return whether there is room for more."""
        data = line.encode(errors="replace")[:_LONGEST_LINE].replace(b"\n", b" ")
        if journal.size + len(data) >= self._most_bytes:
            self._note(
                DeviceNote(name="logcat_full", detail=f"{self._most_bytes} bytes, rest not kept")
            )
            return False
        try:
            journal.append(data)
        except OSError as error:
            if not no_room(error):
                raise
            self._note(DeviceNote(name="logcat_full", detail="disk full, rest not kept"))
            return False
        return True

    def _note(self, body: AnyBody) -> None:
        self._device.append(body)
