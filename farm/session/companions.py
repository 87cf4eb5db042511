"""What goes on beside the working states of a session: heartbeats, clock samples, canaries."""

import asyncio
import time
from collections.abc import Coroutine

from farm.model.events import Heartbeat
from farm.model.vocabulary import MONOTONIC, Stream
from farm.recording import RecordingWriter
from farm.session.clocking import BORDER_SAMPLES, Clocking
from farm.session.proof_of_life import ProofOfLife

_HEARTBEAT_SECONDS = 1.0
_CLOCK_SECONDS = 15.0
_CANARY_SECONDS = 30.0
_SYNCED = (Stream.UI, Stream.API, Stream.DEVICE)


class Companions:
    """Tasks of one session, in the group of whoever runs it."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self.group: asyncio.TaskGroup | None = None

    def begin(self, work: Coroutine[object, object, None]) -> None:
        """Start something that goes on until `end`."""
        assert self.group is not None  # noqa: S101 - the runner sets it before any state
        self._tasks.append(self.group.create_task(work))

    def end(self) -> None:
        """Ask all of them to end."""
        for task in self._tasks:
            task.cancel()


async def beat(writer: RecordingWriter) -> None:
    """Show that the session's own loop lives, and keep its streams on the disk."""
    device = writer.stream(Stream.DEVICE)
    while True:
        now, unset = _both_clocks()
        device.append(Heartbeat(counts={MONOTONIC: unset}), now)
        await asyncio.to_thread(_sync, writer)
        await asyncio.sleep(_HEARTBEAT_SECONDS)


def _both_clocks() -> tuple[int, int]:
    """The host's clock, and one that nobody sets, read so closely that neither waited between."""
    readings = []
    for _ in range(5):
        before, now, after = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
        readings.append((after - before, now, before))
    _, now, before = min(readings)
    return now, before


def _sync(writer: RecordingWriter) -> None:
    for stream in _SYNCED:
        writer.stream(stream).sync()


async def watch(clocking: Clocking, life: ProofOfLife) -> None:
    """Clock samples and canaries while the scenario works."""
    since_canary = 0.0
    while True:
        await asyncio.sleep(_CLOCK_SECONDS)
        await clocking.sample(BORDER_SAMPLES)
        since_canary += _CLOCK_SECONDS
        if since_canary >= _CANARY_SECONDS:
            since_canary = 0.0
            await life.send("periodic")
