"""An append-only file of lines that survives the end of its writer at any instruction.

Knows bytes, lines and locks, and nothing of events: one writer per file, a line is in the file
whole or not at all as far as this process can see to it, and a torn end is cut off and kept.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from farm.model.errors import RecordingError
from farm.recording.files import TORN, write_atomic

LONGEST_LINE = 1 << 20
"""Bytes a line may have, its newline included."""

_CHUNK = 1 << 20


class BeingWritten(RecordingError):
    """A writer still has the file; it may let go of it soon."""


class Journal:
    """The open end of one append-only file, locked against any second writer (flock(2))."""

    def __init__(self, path: Path) -> None:
        """Open `path` for appending, making it if needed.

        Raises:
            RecordingError: another process or writer has it open.
        """
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            lock(self._descriptor, path)
            self.size = os.fstat(self._descriptor).st_size
        except BaseException:
            os.close(self._descriptor)
            raise

    def append(self, line: bytes) -> None:
        """Add one line; its newline is added here.

        Raises:
            OSError: the line was not added; what had been written of it is cut off again.
        """
        self.append_raw(line + b"\n")

    def append_raw(self, data: bytes) -> None:
        """Add bytes that carry their own framing, whole or not at all.

        Raises:
            RecordingError: the file is closed.
            OSError: they were not added; what had been written of them is cut off again.
        """
        if self._descriptor < 0:
            raise RecordingError(f"{self.path}: is closed: nothing more is recorded in it")
        written = 0
        try:
            while written < len(data):
                written += os.write(self._descriptor, data[written:] if written else data)
        except BaseException:
            os.ftruncate(self._descriptor, self.size)
            raise
        self.size += len(data)

    def cut(self, size: int) -> None:
        """Shorten the file to `size` bytes."""
        os.ftruncate(self._descriptor, size)
        self.size = size

    def sync(self) -> None:
        """Make everything appended so far survive a power failure. Blocks on the disk."""
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Close the file and give up its lock; closing twice does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def lock(descriptor: int, path: Path) -> None:
    """Take the file's writer lock, which ends with the process at the latest.

    Raises:
        BeingWritten: someone else holds it.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BeingWritten(
            f"{path}: is being written by another process: wait until its session has ended"
        ) from error


def check_unlocked(path: Path) -> None:
    """Check that nobody writes to `path`.

    Raises:
        BeingWritten: a writer is at work.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        lock(descriptor, path)
    finally:
        os.close(descriptor)


def sound_prefix(path: Path, accept: Callable[[bytes], bool]) -> int:
    """Return how many bytes from the file's start are whole lines that `accept` takes.

    Reads with bounded memory: a line longer than `LONGEST_LINE` ends the sound part.
    """
    offset = 0
    with path.open("rb") as file:
        while True:
            line = file.readline(LONGEST_LINE + 1)
            if not line.endswith(b"\n") or not accept(line[:-1]):
                return offset
            offset += len(line)


def keep_aside(path: Path, offset: int) -> Path:
    """Copy the file's bytes from `offset` on to the folder `torn/` and return the copy's path.

    The name says where the bytes stood, so that doing it twice gives the same file.
    """
    folder = path.parent / TORN
    folder.mkdir(exist_ok=True)
    target = folder / f"{path.name}.{offset}"
    with path.open("rb") as file:
        file.seek(offset)
        # A torn end is one line at most, unless the disk itself lost data: keep a bounded part.
        write_atomic(target, file.read(16 * _CHUNK))
    return target
