"""Bodies of unknown or great length: passed on as they come, kept up to a bound.

A body that mitmproxy itself buffers is delivered late (server-sent events never arrive) and
fills the memory; a body that it streams is not kept at all. This keeps the beginning.
"""

from mitmproxy import http
from mitmproxy.net.http.http1 import expected_http_body_size

from farm.recording.flows import TRUNCATED


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


def expected_size(flow: http.HTTPFlow, response: http.Response | None) -> int | None:
    """Bytes of the body that is to come; None or negative where that is not known yet."""
    # The common case first: one length, nothing that overrides it.
    fields = (flow.request if response is None else response).headers.fields
    lengths = [value for name, value in fields if name.lower() == b"content-length"]
    if len(lengths) == 1 and len(lengths[0]) < 18 and lengths[0].isdigit():
        if not any(name.lower() == b"transfer-encoding" for name, _ in fields):
            return int(lengths[0])
    elif response is None and not lengths and flow.request.method in ("GET", "HEAD"):
        if not any(name.lower() == b"transfer-encoding" for name, _ in fields):
            return 0
    try:
        return expected_http_body_size(flow.request, response)
    except ValueError:
        return None


def finish_body(flow: http.HTTPFlow, side: str) -> int:
    """Put a streamed body's kept part into the flow; return the body's true size."""
    message = flow.request if side == "request" else flow.response
    if message is None:
        return 0
    keeper = message.stream
    if not isinstance(keeper, Keeper):
        return len(message.raw_content or b"")
    message.data.content = keeper.content
    if keeper.truncated:
        flow.metadata[TRUNCATED] = f"{flow.metadata.get(TRUNCATED, '')} {side}".strip()
    return keeper.size
