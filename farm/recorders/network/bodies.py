"""Bodies of unknown or great length: passed on as they come, kept up to a bound.

A body that mitmproxy itself buffers is delivered late (server-sent events never arrive) and
fills the memory; a body that it streams is not kept at all. This keeps the beginning.
"""


class Keeper:
    """A stream function for mitmproxy: hands every chunk on and keeps the first `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._chunks: list[bytes] = []
        self._kept = 0
        self.size = 0

    def __call__(self, chunk: bytes) -> bytes:
        """Take one chunk on its way; empty at the end."""
        self.size += len(chunk)
        room = self._limit - self._kept
        if room > 0 and chunk:
            part = chunk[:room]
            self._chunks.append(part)
            self._kept += len(part)
        return chunk

    @property
    def content(self) -> bytes:
        """What was kept."""
        return b"".join(self._chunks)

    @property
    def truncated(self) -> bool:
        """Whether something was not kept."""
        return self.size > self._kept
