"""Which process, thread and code opened the connection that carried a request.

The proxy and the hooks see the same 32 random bytes of the app's ClientHello; nothing else names
one TLS connection on both sides, because a forwarded port hides the socket.
"""

from farm.detect.timeline import Placed, Timeline
from farm.model.events import Connected, HooksReady, Request
from farm.model.vocabulary import Stream


class Connections:
    """The connections that the app's processes were seen to open."""

    def __init__(self, timeline: Timeline) -> None:
        self._by_random: dict[bytes, list[Placed]] = {}
        for placed in timeline.of(Stream.API, Connected):
            body = placed.event.body
            if isinstance(body, Connected) and body.client_random:
                self._by_random.setdefault(body.client_random, []).append(placed)
        self.processes = frozenset(
            placed.event.body.pid
            for placed in timeline.of(Stream.API, HooksReady)
            if isinstance(placed.event.body, HooksReady)
        )

    def of(self, request: Placed | None) -> Placed | None:
        """The `Connected` event of the request's TLS connection; None where it is not known.

        Two processes that claim the same random bytes are no answer.
        """
        body = request.event.body if request is not None else None
        if not isinstance(body, Request) or not body.client_random:
            return None
        found = self._by_random.get(body.client_random, [])
        pids = {one.event.body.pid for one in found if isinstance(one.event.body, Connected)}
        return found[0] if len(pids) == 1 else None
