"""The frame of mitmproxy's flow file, without mitmproxy: where does its last whole flow end.

Each flow is one tnetstring: decimal length, ":", that many bytes, one type character. What is in
a flow is the business of `flows`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from farm.recording.files import sync_file
from farm.recording.journal import keep_aside

_LONGEST_NUMBER = 12
_DICTIONARY = b"}"


def whole_flows_end(path: Path) -> int:
    """Return how many bytes from the file's start are whole flows."""
    end = 0
    with path.open("rb") as file:
        size = file.seek(0, 2)
        while (following := _frame_end(file, end)) is not None and following <= size:
            end = following
    return end


def flows_with(path: Path, wanted: bytes) -> Iterator[bytes]:
    """Yield the whole flows in whose bytes `wanted` stands, as they are in the file."""
    start = 0
    with path.open("rb") as file:
        size = file.seek(0, 2)
        while (end := _frame_end(file, start)) is not None and end <= size:
            file.seek(start)
            flow = file.read(end - start)
            if wanted in flow:
                yield flow
            start = end


def mend_flow_file(path: Path) -> Path | None:
    """Cut a flow that was not written to its end, keeping its bytes in `torn/`.

    Returns the file in `torn/`, None where nothing was torn.
    """
    if not path.exists():
        return None
    end = whole_flows_end(path)
    if end == path.stat().st_size:
        return None
    kept = keep_aside(path, end)
    with path.open("r+b") as file:
        file.truncate(end)
    sync_file(path)
    return kept


def _frame_end(file: BinaryIO, start: int) -> int | None:
    """Return where the flow at `start` ends; it may lie behind the file's end. None: no flow."""
    file.seek(start)
    head = file.read(_LONGEST_NUMBER + 1)
    number, colon, _ = head.partition(b":")
    if not colon or not number.isdigit():
        return None
    last = start + len(number) + 1 + int(number)
    file.seek(last)
    closing = file.read(1)
    return None if closing and closing != _DICTIONARY else last + 1
