"""The live view's eyes: follow a recording's streams while they are being written.

Reads only what the recorders have already put on disk, so that what is shown is what will be
judged. Never writes, and never waits for a recorder.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from farm.model.events import Event, decode_event
from farm.model.vocabulary import Stream

_POLL_SECONDS = 0.15
_CHUNK = 1 << 20


class Tail:
    """One stream's file and how far it was read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""

    def read(self) -> list[Event]:
        """Return the events completed since the last call; torn lines wait for their end."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                chunk = file.read(_CHUNK)
        except FileNotFoundError:  # not begun yet, or sealed and compressed already
            return []
        self._offset += len(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        events = []
        for line in lines:
            try:
                events.append(decode_event(line))
            except msgspec.DecodeError:  # the reader of the sealed recording reports it
                continue
        return events


async def follow(folder: Path, finished: asyncio.Event) -> AsyncIterator[Event]:
    """Yield the events of all streams about as they come, until `finished` is set.

    Events of one stream come in order; across streams the order is that of arrival on disk.
    """
    tails = [Tail(folder / f"{stream}.jsonl") for stream in Stream]
    while True:
        last_round = finished.is_set()
        for tail in tails:
            for event in await asyncio.to_thread(tail.read):
                yield event
        if last_round:
            return
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await finished.wait()
        except TimeoutError:
            continue
