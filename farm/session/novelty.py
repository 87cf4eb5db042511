"""What the recorders have heard so far, for an explorer that prefers what brings something new.

Reads what is on the disk already, as the live view does; no recorder waits for it. It steers where
the farm taps next and nothing else: what counts is judged from the sealed recording.
"""

import asyncio
from pathlib import Path

from farm.model.events import Call, Request
from farm.model.vocabulary import CANARY_HOST, DataType, Stream
from farm.session.live import Tail


class Heard:
    """Names of APIs called and hosts contacted: "api:telephony.imei", "host:ads.example"."""

    def __init__(self, folder: Path) -> None:
        self._tails = [Tail(folder / f"{stream}.jsonl") for stream in (Stream.API, Stream.NETWORK)]
        self._names: set[str] = set()

    async def __call__(self) -> set[str]:
        """All names so far."""
        await asyncio.to_thread(self._read)
        return set(self._names)

    def _read(self) -> None:
        for tail in self._tails:
            for event in tail.read():
                body = event.body
                if isinstance(body, Call) and body.data_type is not DataType.CANARY:
                    self._names.add(f"api:{body.api}")
                elif isinstance(body, Request) and body.host != CANARY_HOST:
                    self._names.add(f"host:{body.host.lower()}")
