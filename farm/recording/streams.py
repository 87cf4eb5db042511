"""Reading one stream of events from disk, compressed or not, with bounded memory.

Checks what a stream promises: whole lines, its own name in each event, ordinals from 0 without a
hole. Knows nothing of the rest of the recording.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard

from farm.model.errors import RecordingError
from farm.model.events import Event, decode_event
from farm.model.session import FORMAT_VERSION
from farm.model.vocabulary import Stream
from farm.recording.files import sealed_stream_file, stream_file
from farm.recording.journal import LONGEST_LINE
from farm.recording.migrations import EVENT_STEPS, migrate

_BUFFER = 1 << 20
_LARGEST_WINDOW = 1 << 27  # zstd's own default limit for decoders


def stream_path(folder: Path, stream: Stream) -> Path | None:
    """Return the stream's file, None if there is none.

    While a stream is being compressed both forms exist for a moment; the open one is whole.
    """
    for name in (stream_file(stream), sealed_stream_file(stream)):
        if (folder / name).is_file():
            return folder / name
    return None


def read_events(
    path: Path, stream: Stream, version: int = FORMAT_VERSION, *, torn_end: bool = True
) -> Iterator[Event]:
    """Yield the events in `path`, written in format `version`, in their order.

    With `torn_end` a last line without its end, as a killed writer leaves it, is left out.

    Raises:
        RecordingError: an event is damaged, of another stream, or out of order.
    """
    expected = 0
    for number, line in enumerate(_lines(path), 1):
        whole = line.endswith(b"\n")
        if not whole and torn_end and len(line) <= LONGEST_LINE:
            return
        try:
            event = _decode(line, version) if whole else None
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise RecordingError(f"{path.name} line {number}: {error}") from error
        if event is None:
            raise RecordingError(f"{path.name} line {number}: torn, or longer than an event may be")
        if event.stream is not stream or event.n != expected:
            raise RecordingError(
                f"{path.name} line {number}: event {event.reference}, expected {stream}:{expected}"
            )
        expected += 1
        yield event


def _decode(line: bytes, version: int) -> Event:
    if version == FORMAT_VERSION:
        return decode_event(line)
    document = migrate(msgspec.json.decode(line), version, EVENT_STEPS, FORMAT_VERSION)
    return msgspec.convert(document, Event)


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            source: BinaryIO = file
            if path.suffix == ".zst":
                decompressor = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
                reader = decompressor.stream_reader(file, read_across_frames=False)
                source = io.BufferedReader(reader, _BUFFER)
            while line := source.readline(LONGEST_LINE + 1):
                yield line
    except (OSError, zstandard.ZstdError) as error:
        raise RecordingError(f"{path.name}: cannot be read: {error}") from error
