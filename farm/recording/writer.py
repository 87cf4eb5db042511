"""The folder of a session while it is recorded: its streams, files, and `session.json`.

Sealing is the business of `seal`.
"""

from pathlib import Path

import msgspec

from farm.model.errors import DiskFull, RecordingError
from farm.model.session import Session
from farm.model.vocabulary import Stream
from farm.recording.files import (
    RESERVE,
    RESERVE_BYTES,
    SCREENS,
    SESSION,
    check_name,
    make_reserve,
    no_room,
    release_reserve,
    write_atomic,
)
from farm.recording.stream_writer import StreamWriter


class RecordingWriter:
    """The folder of one session while it is being recorded."""

    def __init__(self, folder: Path) -> None:
        """Use `create`."""
        self.folder = folder
        self._streams: dict[Stream, StreamWriter] = {}

    @classmethod
    def create(cls, folder: Path, session: Session) -> "RecordingWriter":
        """Make the folder with its `session.json` and its reserve of disk space.

        Raises:
            RecordingError: the folder holds something already.
            DiskFull: there is no room.
        """
        try:
            (folder / SCREENS).mkdir(parents=True)
        except FileExistsError as error:
            raise RecordingError(f"{folder}: holds a recording already") from error
        except OSError as error:
            if no_room(error):
                raise DiskFull(f"{folder}: disk full, no recording can begin") from error
            raise RecordingError(f"{folder}: cannot be made: {error.strerror}") from error
        if any(path.name != SCREENS for path in folder.iterdir()):
            raise RecordingError(f"{folder}: is not empty: every session needs its own folder")
        write_atomic(folder / SESSION, encode_session(session))
        make_reserve(folder / RESERVE, RESERVE_BYTES)
        return cls(folder)

    def stream(self, stream: Stream) -> StreamWriter:
        """Return the stream's writer, opened at the first call.

        Never ask for the network stream while a capture process writes it: it holds the lock.
        """
        writer = self._streams.get(stream)
        if writer is None:
            writer = self._streams[stream] = StreamWriter(self.folder, stream)
        return writer

    def add_file(self, name: str, data: bytes) -> str:
        """Put one whole file under `name`, relative to the folder, and return the name.

        Names are made by the farm, never by an app. The content is made durable at sealing.

        Raises:
            RecordingError: the name could leave the folder or replace one of its own files.
            DiskFull: there is no room; nothing was left behind.
        """
        path = self.folder / check_name(name)
        if not (self.folder / RESERVE).exists():
            raise DiskFull(f"{path}: the disk was full before: the rest is kept for the seal")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if no_room(error):
                raise DiskFull(f"{path}: disk full") from error
            raise
        write_atomic(path, data, durable=False)
        return name

    def update_session(self, session: Session) -> None:
        """Replace `session.json` atomically and durably; on a full disk out of the reserve.

        Raises:
            DiskFull: not even the reserve was enough; the former content stands.
        """
        write_session(self.folder, session)

    def close(self) -> None:
        """Close all streams. The reserve stays for the seal."""
        for writer in self._streams.values():
            writer.close()


def encode_session(session: Session) -> bytes:
    """Return the bytes of `session.json`."""
    return msgspec.json.format(msgspec.json.encode(session), indent=2) + b"\n"


def write_session(folder: Path, session: Session) -> None:
    """Replace `session.json`, if need be with the room of the reserve.

    Raises:
        DiskFull: not even the reserve was enough.
    """
    try:
        write_atomic(folder / SESSION, encode_session(session))
    except DiskFull:
        if not release_reserve(folder / RESERVE):
            raise
        write_atomic(folder / SESSION, encode_session(session))
