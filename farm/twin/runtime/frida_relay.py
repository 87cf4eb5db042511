"""The relay before Frida's portal: passes all bytes on and learns of spawn gating and resume.

A portal tells its host nothing of `enable_spawn_gating` and `resume` for processes that joined it
while running, and announces no spawns of them. The relay reads these calls off the wire (D-Bus in
WebSocket frames) and adds the `SpawnAdded` signal that frida-server would send.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Callable

from farm.twin.runtime.dbus import Call, build_signal, message_size, parse_call, spawn_info
from farm.twin.runtime.websocket import FrameReader, server_frame

_CHUNK = 64 * 1024
_LARGEST_MESSAGE = 256 * 1024 * 1024


class RelayClient:
    """One connected Frida client."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.gating = False
        self.interface = ""
        self.replies = FrameReader()  # direction portal -> client
        self.requests = FrameReader()
        self.announcements: list[bytes] = []
        self._pending = bytearray()
        self._serials = itertools.count(0x70000000)

    def calls(self, data: bytes) -> list[Call]:
        """The host session calls that became whole with `data` from the client."""
        found: list[Call] = []
        for payload in self.requests.feed(data):
            self._pending += payload
            while (size := message_size(self._pending) if self._pending else None) is not None:
                if size > _LARGEST_MESSAGE:
                    raise ValueError("D-Bus message too large")
                if len(self._pending) < size:
                    break
                call = parse_call(bytes(self._pending[:size]))
                del self._pending[:size]
                if call is not None and "HostSession" in call.interface:
                    found.append(call)
        return found

    def announce(self, pid: int, identifier: str) -> None:
        """Send `SpawnAdded` as soon as the stream to the client stands between messages."""
        signal = build_signal(
            self.interface, "SpawnAdded", "(us)", spawn_info(pid, identifier), next(self._serials)
        )
        self.announcements.append(server_frame(signal))
        self.flush()

    def flush(self) -> None:
        """Write waiting announcements where that is allowed."""
        if self.announcements and self.replies.boundary and not self.writer.is_closing():
            self.writer.write(b"".join(self.announcements))
            self.announcements.clear()


class FridaRelay:
    """Relays clients to a portal's control endpoint.

    `resumed(pid)` is called for each resume of a client, `released()` when nobody gates any more.
    """

    def __init__(
        self,
        connect: Callable[[], "asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]"]
        | Callable[[], object],
        resumed: Callable[[int], None],
        released: Callable[[], None],
    ) -> None:
        self._connect = connect
        self._resumed = resumed
        self._released = released
        self._clients: set[RelayClient] = set()

    @property
    def gating(self) -> bool:
        """Some client wants new processes to wait."""
        return any(client.gating for client in self._clients)

    def announce(self, pid: int, identifier: str) -> None:
        """A process waits: tell every gating client."""
        for client in self._clients:
            if client.gating:
                client.announce(pid, identifier)

    def close(self) -> None:
        """Drop all clients."""
        for client in list(self._clients):
            client.writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one client until either side ends."""
        try:
            portal_reader, portal_writer = await self._connect()  # type: ignore[misc]
        except OSError:
            writer.close()
            return
        client = RelayClient(writer)
        self._clients.add(client)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._from_client(client, reader, portal_writer))
                group.create_task(self._to_client(client, portal_reader, writer))
        except* OSError:
            pass  # a client that went away is no event
        finally:
            self._clients.discard(client)
            portal_writer.close()
            writer.close()
            if client.gating and not self.gating:
                self._released()

    async def _from_client(
        self, client: RelayClient, reader: asyncio.StreamReader, portal: asyncio.StreamWriter
    ) -> None:
        readable = True
        while data := await reader.read(_CHUNK):
            calls: list[Call] = []
            if readable:
                try:
                    calls = client.calls(data)
                except (ValueError, IndexError, OverflowError):
                    readable = False  # not Frida's protocol: the portal will answer for itself
            # the portal must not hear of a gate after this twin acted on it, nor before a resume
            for call in calls:
                if call.member.startswith("EnableSpawnGating"):  # newer clients: ...WithOptions
                    client.gating, client.interface = True, call.interface
            portal.write(data)
            await portal.drain()
            for call in calls:
                self._act(client, call)
        portal.close()
        client.writer.close()

    def _act(self, client: RelayClient, call: Call) -> None:
        if call.member == "Resume" and len(call.body) >= 4:
            self._resumed(call.first_unsigned())
        elif call.member.startswith("DisableSpawnGating") and client.gating:
            client.gating = False
            if not self.gating:
                self._released()

    async def _to_client(
        self, client: RelayClient, portal: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await portal.read(_CHUNK):
                for _ in client.replies.feed(data):
                    pass
                writer.write(data)
                client.flush()
                await writer.drain()
        writer.close()
