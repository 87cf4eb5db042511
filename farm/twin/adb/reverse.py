"""`adb reverse`: ports of the phone that lead to the host, and copying between two streams.

Source: AOSP packages/modules/adb, `adb_listeners.cpp` and `SERVICES.TXT` (reverse:*).
"""

import asyncio
from contextlib import suppress

from farm.twin.adb.connection import AdbConnection
from farm.twin.adb.ports import PortTable
from farm.twin.adb.stream import AdbStream
from farm.twin.contracts import PortHandler

PUMP_CHUNK = 256 * 1024
MAX_REVERSES = 256


async def pump(
    stream: AdbStream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Copy both ways until both sides are done; ends everything when one side breaks."""

    async def outwards() -> None:
        with suppress(OSError):
            while data := await reader.read(PUMP_CHUNK):
                await stream.write(data)

    async def inwards() -> None:
        with suppress(OSError):
            while data := await stream.read():
                writer.write(data)
                await writer.drain()

    try:
        async with asyncio.TaskGroup() as tasks:
            # adb has no half-close: the first side that ends, ends the stream.
            first = tasks.create_task(outwards())
            second = tasks.create_task(inwards())
            await asyncio.wait({first, second}, return_when=asyncio.FIRST_COMPLETED)
            if second.done():
                with suppress(OSError):
                    writer.write_eof()
                await asyncio.wait({first}, timeout=2)
            first.cancel()
            second.cancel()
    finally:
        writer.close()


class ReverseTable:
    """The reverse forwards of one phone; each belongs to the connection that asked for it."""

    def __init__(self, ports: PortTable) -> None:
        self._ports = ports
        self._entries: dict[int, tuple[AdbConnection, str]] = {}

    def answer(self, connection: AdbConnection, request: str) -> bytes:
        """Carry out `forward:`, `killforward:`, `list-forward` or `killforward-all`."""
        verb, _, rest = request.partition(":")
        if verb == "forward":
            no_rebind = rest.startswith("norebind:")
            device, _, host = rest.removeprefix("norebind:").partition(";")
            return self._forward(connection, device, host, no_rebind)
        if verb == "killforward":
            port = _port_of(rest)
            if port is None or port not in self._entries:
                return _fail(f"listener '{rest}' not found")
            self._remove(port)
            return b"OKAY"
        if request == "killforward-all":
            for port in list(self._entries):
                self._remove(port)
            return b"OKAY"
        if request == "list-forward":
            lines = "".join(
                f"host-{number} tcp:{port} {host}\n"
                for number, (port, (_, host)) in enumerate(self._entries.items(), start=1)
            )
            return _with_length(lines)  # no OKAY before it on the phone's side
        return _fail("unknown reverse command")

    def drop(self, connection: AdbConnection) -> None:
        """Forget the forwards of a connection that ended."""
        for port, (owner, _) in list(self._entries.items()):
            if owner is connection:
                self._remove(port)

    def clear(self) -> None:
        """Forget all of them (reboot)."""
        for port in list(self._entries):
            self._remove(port)

    def _forward(self, connection: AdbConnection, device: str, host: str, no_rebind: bool) -> bytes:
        port = _port_of(device)
        if port is None or not host:
            return _fail(f"unsupported socket specification '{device}'")
        if port == 0:
            port = next(p for p in range(40000, 65536) if p not in self._ports.listening())
        if port in self._entries:
            if no_rebind:
                return _fail(f"cannot rebind existing socket '{device}'")
            self._remove(port)
        if len(self._entries) >= MAX_REVERSES:
            return _fail("too many listeners")
        try:
            self._ports.listen(port, self._handler(connection, host))
        except OSError as error:
            return _fail(f"cannot bind listener: {error.strerror}")
        self._entries[port] = (connection, host)
        return b"OKAY" + _with_length(str(port)) if device == "tcp:0" else b"OKAY"

    def _handler(self, connection: AdbConnection, host: str) -> PortHandler:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            stream = await connection.open_host_stream(host)
            try:
                await pump(stream, reader, writer)
                await stream.close()
            finally:
                connection.forget(stream)

        return handle

    def _remove(self, port: int) -> None:
        self._entries.pop(port, None)
        self._ports.unlisten(port)


def _port_of(specification: str) -> int | None:
    kind, _, number = specification.partition(":")
    if kind != "tcp" or not number.isascii() or not number.isdigit() or len(number) > 5:
        return None
    return int(number)


def _with_length(text: str) -> bytes:
    raw = text.encode()
    return f"{len(raw):04x}".encode() + raw


def _fail(text: str) -> bytes:
    return b"FAIL" + _with_length(text)
