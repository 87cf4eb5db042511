"""A session's traffic, to be gone through more than once without holding all of it."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from farm.model.exchange import Exchange

_KEPT = 192 << 20
"""Bytes of bodies up to which the traffic stays in memory after it was read once."""


class Replay:
    """Reads the traffic at each iteration, or gives it again from memory where it is small.

    One iteration must end before the next one begins.
    """

    def __init__(self, read: Callable[[], Iterable[Exchange]], keep: int = _KEPT) -> None:
        self._read = read
        self._keep = keep
        self._kept: list[Exchange] | None = None

    def __iter__(self) -> Iterator[Exchange]:
        """Yield the exchanges in the order of the recording.

        Raises:
            RecordingError: the recording is damaged.
        """
        if self._kept is not None:
            yield from self._kept
            return
        kept: list[Exchange] = []
        size = 0
        for exchange in self._read():
            size += _size(exchange)
            if size <= self._keep:
                kept.append(exchange)
            else:
                kept.clear()
            yield exchange
        if size <= self._keep:
            self._kept = kept


def without_bytes(exchange: Exchange) -> Exchange:
    """Return what names the exchange, without what it carried."""
    return msgspec.structs.replace(
        exchange,
        request_headers=[],
        request_body=b"",
        response_headers=[],
        response_body=b"",
        messages=[],
    )


def _size(exchange: Exchange) -> int:
    messages = sum(len(message.content) for message in exchange.messages)
    return len(exchange.request_body) + len(exchange.response_body) + messages
