"""All servers of one world on two loopback ports, told apart by name.

Which names exist is data here; a twin's network and the capture's host overrides read `hosts`.
"""

import asyncio
import ssl
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from farm.twin.building.keys import server_key
from farm.twin.world.certificates import Authority
from farm.twin.world.server import MAX_REQUESTS, Received, Server

# First parties, then third parties, of the sample apps.
HOSTS = (
    "api.compliant.example",
    "api.pinned.example",
    "api.crashy.example",
    "hostile.example",
    "collect.tracker.example",
    "stat.profile.example",
    "collect.metrics.example",
    "crash.quality.example",
    "report.bugs.example",
    "push.channel.example",
    "ads.adnet.example",
    # Answers the farm's own proof of life.
    "canary.farm.example",
)
_PINNED = frozenset({"api.pinned.example"})  # apps are built with the pins of these keys
_ADDRESS = "127.0.0.1"


class World:
    """Servers for `hosts`, up between enter and exit; only loopback is listened on."""

    def __init__(self, hosts: tuple[str, ...] = HOSTS) -> None:
        self._names = tuple(host.lower() for host in hosts)
        self._authority = Authority()
        self._requests: deque[Received] = deque(maxlen=MAX_REQUESTS)
        self._news = asyncio.Event()
        self._tls: Server | None = None
        self._plain: Server | None = None

    async def __aenter__(self) -> Self:
        context = await asyncio.to_thread(self._context)
        self._tls = Server(context, self._requests, self._news)
        self._plain = Server(None, self._requests, self._news)
        await self._tls.start()
        await self._plain.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in (self._tls, self._plain):
            if server is not None:
                await server.stop()

    @property
    def ca_pem(self) -> str:
        """The authority that signed every server's certificate."""
        return self._authority.pem

    @property
    def routes(self) -> dict[str, tuple[str, int, int]]:
        """Name to `(address, TLS port, plain port)`."""
        if self._tls is None or self._plain is None:
            raise RuntimeError("the world is not up")
        return {name: (_ADDRESS, self._tls.port, self._plain.port) for name in self._names}

    @property
    def hosts(self) -> dict[str, tuple[str, int]]:
        """`name:443` and `name:80` to the address and port that play them."""
        return {
            f"{name}:{port}": (address, ours)
            for name, (address, tls, plain) in self.routes.items()
            for port, ours in ((443, tls), (80, plain))
        }

    def write_hosts(self, path: Path) -> None:
        """Write `hosts` as JSON."""
        path.write_bytes(msgspec.json.encode(self.hosts))

    def received(self, host: str = "") -> list[Received]:
        """Requests that arrived, the oldest first; of one host, or of all."""
        return [request for request in self._requests if not host or request.host == host]

    async def wait_for(self, host: str, count: int = 1, seconds: float = 20) -> list[Received]:
        """Requests to `host` once there are `count` of them.

        Raises:
            TimeoutError: there were fewer in time.
        """
        async with asyncio.timeout(seconds):
            while len(found := self.received(host)) < count:
                self._news.clear()
                await self._news.wait()
        return found

    def _context(self) -> ssl.SSLContext:
        contexts = {
            name: self._authority.server_context(
                name, server_key(name) if name in _PINNED else None
            )
            for name in self._names
        }
        default = self._authority.server_context("unknown.example")

        def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            connection.context = contexts.get((name or "").lower(), default)

        default.sni_callback = choose
        return default
