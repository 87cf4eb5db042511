"""The phone's network: an HTTP proxy that app processes use for everything.

With the phone's global `http_proxy` set to a device-side loopback port, bytes go there unread, as
on a phone. Otherwise the gateway plays DNS and routing: a name leads to the world's server of that
name, any other name is unknown. It never leaves loopback.
"""

import asyncio
from urllib.parse import urlsplit

from farm.twin.contracts import SystemHalf
from farm.twin.runtime.options import Routes

_HEAD_BYTES = 64 * 1024
_HEAD_SECONDS = 30
_CONNECT_SECONDS = 15
_CHUNK = 64 * 1024
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Gateway:
    """One loopback listener per twin."""

    def __init__(self, system: SystemHalf, routes: Routes) -> None:
        self._system = system
        self._routes = {name.lower(): tuple_ for name, tuple_ in routes.items()}
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        """The listener's port, 0 while closed."""
        return self._server.sockets[0].getsockname()[1] if self._server else 0

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_HEAD_BYTES)

    async def close(self) -> None:
        """Stop listening and drop all connections."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._connections):
            writer.close()
        for _ in range(200):
            if not self._connections:
                break
            await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            proxy = self._proxy_port()
            if proxy is not None:
                await self._through_proxy(proxy, reader, writer)
            else:
                await self._direct(reader, writer)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            pass  # an app that closes its connection is no event
        finally:
            self._connections.discard(writer)
            writer.close()

    def _proxy_port(self) -> tuple[str, int] | None:
        """The global proxy of `settings put global http_proxy`; `:0` switches it off."""
        value = (self._system.get_setting("global", "http_proxy") or "").strip()
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            return None
        return host, int(port)

    async def _through_proxy(
        self,
        proxy: tuple[str, int],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        host, port = proxy
        try:
            if host in _LOOPBACK:
                upstream = await self._system.connect(port)
            else:
                routed = self._route(host, port)
                if routed is None:
                    raise ConnectionRefusedError
                upstream = await asyncio.open_connection(*routed)
        except OSError:
            writer.close()  # what an app sees when its proxy is down: a refused connection
            return
        await splice(reader, writer, *upstream)

    async def _direct(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_HEAD_SECONDS):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.LimitOverrunError:
                await _answer(writer, 431, "Request Header Fields Too Large")
                return
        line, _, rest = head.partition(b"\r\n")
        parts = line.decode("latin-1").split(" ")
        if len(parts) != 3:
            await _answer(writer, 400, "Bad Request")
            return
        method, target, version = parts
        try:
            host, port, path = _target(method, target)
        except ValueError:
            await _answer(writer, 400, "Bad Request")
            return
        routed = self._route(host, port)
        if routed is None:
            await _answer(writer, 502, "Unknown Host")
            return
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                up_reader, up_writer = await asyncio.open_connection(*routed)
        except (OSError, TimeoutError):
            await _answer(writer, 502, "Connection Refused")
            return
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            # one request per connection: the next one may be for another host
            headers = b"\r\n".join(
                header
                for header in rest.split(b"\r\n")
                if not header.lower().startswith((b"proxy-connection:", b"connection:"))
            )
            request = f"{method} {path} {version}\r\nConnection: close\r\n".encode("latin-1")
            up_writer.write(request + headers)
        await splice(reader, writer, up_reader, up_writer)

    def _route(self, host: str, port: int) -> tuple[str, int] | None:
        name = host.lower().rstrip(".")
        for key in (f"{name}:{port}", name):
            if key in self._routes:
                return self._routes[key]
        labels = name.split(".")
        for at in range(1, len(labels)):
            for key in (f"*.{'.'.join(labels[at:])}:{port}", f"*.{'.'.join(labels[at:])}"):
                if key in self._routes:
                    return self._routes[key]
        return None


async def splice(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    up_reader: asyncio.StreamReader,
    up_writer: asyncio.StreamWriter,
) -> None:
    """Copy both directions until each has ended; a half-closed side stays usable."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_copy(reader, up_writer))
            group.create_task(_copy(up_reader, writer))
    except* OSError:
        pass
    finally:
        up_writer.close()
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def _answer(writer: asyncio.StreamWriter, status: int, reason: str) -> None:
    writer.write(
        f"HTTP/1.1 {status} {reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    )
    await writer.drain()


def _target(method: str, target: str) -> tuple[str, int, str]:
    if method == "CONNECT":
        host, _, port = target.rpartition(":")
        return host.strip("[]"), int(port), ""
    parts = urlsplit(target)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(target)
    path = parts.path or "/"
    return parts.hostname, parts.port or 80, f"{path}?{parts.query}" if parts.query else path
