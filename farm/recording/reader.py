"""Reading one recording, sealed or not: what detection, reports and people stand on.

Reads with bounded memory and changes nothing. Whether the bytes are the sealed ones is asked of
`verify`.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from farm.model.errors import RecordingError
from farm.model.events import Event
from farm.model.exchange import Exchange
from farm.model.session import Session
from farm.model.vocabulary import Stream
from farm.recording.files import FLOWS, MANIFEST, SCREENS, SESSION, SIGNATURE, check_name
from farm.recording.migrations import decode_session
from farm.recording.streams import read_events, stream_path
from farm.recording.verify import verify

_LARGEST_SCREEN = 64 << 20


class Recording:
    """One session's folder, open for reading."""

    def __init__(self, folder: Path, session: Session, version: int) -> None:
        """Use `open`."""
        self.folder = folder
        self.session = session
        self._version = version

    @classmethod
    def open(cls, folder: Path) -> "Recording":
        """Open the recording in `folder`, of any format version known.

        Raises:
            RecordingError: it is no recording, is damaged, or was made by a newer farm.
        """
        path = folder / SESSION
        try:
            data = path.read_bytes()
        except OSError as error:
            raise RecordingError(
                f"{path}: {error.strerror}: expected the folder of one session"
            ) from error
        return cls(folder, *decode_session(data, str(path)))

    @classmethod
    def open_intact(cls, folder: Path) -> "Recording":
        """Open a recording to judge it: a sealed one has to be, to the byte, what was sealed.

        Reads every byte of a sealed one. One that was never sealed is opened as it is.

        Raises:
            RecordingError: as `open`, or it has changed since it was sealed.
        """
        recording = cls.open(folder)
        if (folder / MANIFEST).exists():
            problems = verify(folder, signed=(folder / SIGNATURE).exists(), contents=False)
            if problems:
                raise RecordingError(
                    f"{folder}: has changed since it was sealed, so it is not judged: "
                    f"{'; '.join(problems[:3])}; `farm recording verify {folder}` says more"
                )
        return recording

    def events(self, stream: Stream) -> Iterator[Event]:
        """Yield the stream's events in order; none where the stream was never written.

        A torn last line, as in a recording that was not recovered, is left out.

        Raises:
            RecordingError: an event is damaged or the ordinals have a hole.
        """
        path = stream_path(self.folder, stream)
        if path is not None:
            yield from read_events(path, stream, self._version, torn_end=path.suffix != ".zst")

    def exchanges(self) -> Iterator[Exchange]:
        """Yield the traffic with all its bytes, in the order in which exchanges ended.

        Raises:
            RecordingError: the flow file is damaged before its end.
        """
        from farm.recording.flows import read_exchanges  # slow to load: only where it is needed

        if self.has_flows:
            yield from read_exchanges(self.folder / FLOWS)

    def exchange(self, flow_id: str) -> Exchange | None:
        """Return one exchange with all its bytes, None where the traffic does not hold it.

        Raises:
            RecordingError: it is damaged.
        """
        from farm.recording.flows import read_exchange  # slow to load: only where it is needed

        return read_exchange(self.folder / FLOWS, flow_id) if self.has_flows else None

    @property
    def torn_flow_bytes(self) -> int:
        """Bytes at the end of the flow file that are no whole flow."""
        from farm.recording.flows import torn_bytes

        return torn_bytes(self.folder / FLOWS) if self.has_flows else 0

    def screen(self, name: str) -> bytes:
        """Return a file of `screens/` by the name that an event gives.

        Raises:
            RecordingError: there is no such file, or it is larger than any we write.
        """
        plain = name.removeprefix(f"{SCREENS}/")
        path = self.folder / check_name(f"{SCREENS}/{plain}")
        if path.is_symlink() or not path.is_file():
            raise RecordingError(f"{SCREENS}/{plain}: no such file in {self.folder}")
        if path.stat().st_size > _LARGEST_SCREEN:
            raise RecordingError(f"{SCREENS}/{plain}: larger than {_LARGEST_SCREEN} bytes")
        return path.read_bytes()

    @property
    def manifest_sha256(self) -> str:
        """SHA-256 of `manifest.json` in hex, empty while the recording is not sealed."""
        try:
            return hashlib.sha256((self.folder / MANIFEST).read_bytes()).hexdigest()
        except FileNotFoundError:
            return ""

    @property
    def sealed(self) -> bool:
        """Whether manifest and signature are there (not whether they are right)."""
        return (self.folder / MANIFEST).is_file() and (self.folder / SIGNATURE).is_file()

    @property
    def has_flows(self) -> bool:
        """Whether there is a flow file."""
        return (self.folder / FLOWS).is_file()
