"""Names that lead elsewhere in a lab: what `/etc/hosts` does, for a name and port.

Works below mitmproxy, in the event loop's look-up, so that the flow, its Host header, its SNI
and the check of the server's certificate all keep the name that the app asked for.
"""

import asyncio
import socket
from typing import Any


class LabEventLoop(asyncio.SelectorEventLoop):
    """An event loop whose look-ups obey `overrides`: "name:port" -> (address, port)."""

    overrides: dict[str, tuple[str, int]] = {}  # noqa: RUF012 - replaced as a whole, never changed

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """Resolve a name, as the base class does, or by the lab's table."""
        elsewhere = self.overrides.get(f"{host!s}:{port!s}".lower())
        if elsewhere is None:
            return await super().getaddrinfo(
                host, port, family=family, type=type, proto=proto, flags=flags
            )
        address, other_port = elsewhere
        return await super().getaddrinfo(
            address,
            other_port,
            family=family,
            type=type or socket.SOCK_STREAM,
            proto=proto,
            flags=flags,
        )
