"""One phone's listener, as its session sees it: the port, the canaries that were seen, the end."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from farm.model.errors import RecordingError
from farm.model.events import Gap
from farm.model.vocabulary import GapCause, Stream
from farm.recording import StreamWriter

_MOST_TOKENS = 10_000


class CaptureSession:
    """One phone's listener. Made by `CaptureProcess.open`."""

    def __init__(
        self, name: str, folder: Path, close: Callable[["CaptureSession"], Awaitable[None]]
    ) -> None:
        self.name = name  # among the sessions of the controller
        self.folder = folder
        self.port = 0
        self.down = False
        self.disk_full = False
        self._close = close
        self._tokens: set[str] = set()
        self._changed = asyncio.Condition()

    async def canary_seen(self, token: str, timeout: float) -> bool:
        """Wait until a request to the canary's host with path `/token` is in the recording."""
        try:
            async with asyncio.timeout(timeout), self._changed:
                await self._changed.wait_for(lambda: token in self._tokens)
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Stop listening and close the recording's files. Closing twice does nothing."""
        await self._close(self)

    async def note_canary(self, token: str) -> None:
        """A process says that it has recorded the request with this token."""
        async with self._changed:
            if len(self._tokens) < _MOST_TOKENS:
                self._tokens.add(token)
            self._changed.notify_all()

    async def note_down(self, detail: str) -> None:
        """Record that nobody listens any more: the gap that the dead process could not write."""
        await asyncio.to_thread(_note_down, self.folder, detail)


def _note_down(folder: Path, detail: str) -> None:
    """The gap stays open to the stream's end."""
    try:
        writer = StreamWriter(folder, Stream.NETWORK)
    except (RecordingError, OSError):  # sealed, full or gone: the missing end of the stream tells
        return
    try:
        now = time.time_ns()
        writer.append(
            Gap(
                gap_id=f"proxy-down-{writer.count}",
                cause=GapCause.PROXY_DOWN,
                start=now if writer.last_time is None else writer.last_time,
                detail=detail[:500],
            )
        )
        writer.sync()
    finally:
        writer.close()
