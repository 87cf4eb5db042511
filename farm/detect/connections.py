"""Which process, thread and code opened the connection that carried a request.

The proxy and the hooks see the same 32 random bytes of the app's ClientHello; nothing else names
one TLS connection on both sides, because a forwarded port hides the socket. All programs of a phone
share its proxy, so a flow is not the app's for being there.
"""

from enum import Enum

from farm.detect.timeline import Placed, Timeline
from farm.model.events import Connected, HooksReady, Request
from farm.model.vocabulary import Stream


class Opener(Enum):
    """Who opened the connection of a request, as far as that is known."""

    APP = "app"  # a process of the app, as its hooks saw
    UNSEEN = "unseen"  # hooks told of the app's other connections, and of this one they did not
    PLAIN = "plain"  # not encrypted: nothing names the connection on both sides of the proxy
    UNKNOWN = "unknown"  # nothing tells connections apart here


class Connections:
    """The connections that the app's processes were seen to open."""

    def __init__(self, timeline: Timeline) -> None:
        self._by_random: dict[bytes, list[Placed]] = {}
        for placed in timeline.of(Stream.API, Connected):
            body = placed.event.body
            if isinstance(body, Connected) and body.client_random:
                self._by_random.setdefault(body.client_random, []).append(placed)
        # Silence about one connection says something only where others were told.
        self._telling = any(self.of(placed) for placed in timeline.of(Stream.NETWORK, Request))
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

    def opener(self, request: Placed | None) -> Opener:
        """Whether a process of the app opened the connection."""
        body = request.event.body if request is not None else None
        if not isinstance(body, Request):
            return Opener.UNKNOWN
        if not body.client_random:
            return Opener.PLAIN if self._telling else Opener.UNKNOWN
        if body.client_random in self._by_random:
            return Opener.APP
        return Opener.UNSEEN if self._telling else Opener.UNKNOWN
