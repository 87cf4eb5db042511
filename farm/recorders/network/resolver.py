"""Where connections of the phone's apps may lead: names that lead elsewhere in a lab, as
`/etc/hosts` does for a name and port, and never to the capture's own machine.

Works below mitmproxy, in the event loop's look-up and connecting, so that the flow, its Host
header, its SNI and the check of the server's certificate all keep the name that the app asked for.
"""

import asyncio
import errno
import ipaddress
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

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect, but to no service of this machine that the lab did not name.

        An app's proxy runs beside the adb server, the database and other sessions. Here the name
        is resolved already, so that none can lead back after it was looked at.

        Raises:
            OSError: the address is this machine's, or cannot be reached.
        """
        host, port = str(address[0]), int(address[1])
        if (host, port) not in self.overrides.values() and is_this_machine(host):
            raise OSError(errno.EACCES, f"{host}:{port} is the farm's own machine: not connected")
        await super().sock_connect(sock, address)


def is_this_machine(host: str) -> bool:
    """Whether an address is this machine's, or one that only its neighbours may mean.

    Addresses of links are refused too: clouds keep the machine's credentials at one.
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return True  # nothing that was resolved
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback or address.is_unspecified or address.is_link_local:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(address), 9))  # sends nothing: the kernel only picks its own address
            own = ipaddress.ip_address(probe.getsockname()[0].partition("%")[0])
        except OSError:
            return False
    return own == address
