"""One connection of an adb server to the phone: handshake, stream table, dispatch of messages.

Source: AOSP packages/modules/adb, `protocol.txt`; the order of AUTH messages is in `adb_auth.cpp`.
"""

import asyncio
import logging
import secrets
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

from farm.twin.adb.stream import AdbStream
from farm.twin.adb.wire import (
    AUTH,
    AUTH_PUBLIC_KEY,
    AUTH_TOKEN,
    CLSE,
    CNXN,
    MAX_PAYLOAD,
    OKAY,
    OPEN,
    VERSION,
    WRTE,
    Message,
    ProtocolError,
    encode,
    read_message,
)

MAX_STREAMS = 1024
MAX_SERVICE_NAME = 256 * 1024
"""A service name carries a whole shell command; Android's own limit for one is 128 KiB."""
HANDSHAKE_SECONDS = 30.0
OUTGOING_LIMIT = 64 * 1024 * 1024
"""Bytes queued towards a host that does not read before the connection is dropped."""

logger = logging.getLogger(__name__)

Service = Callable[[AdbStream], Awaitable[None]]
OpenService = Callable[["AdbConnection", str], Awaitable[Service | None]]


class AdbConnection:
    """Serves one adb server until it goes away; every service runs in the connection's group."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        banner: Callable[[], bytes],
        open_service: OpenService,
        authorized: asyncio.Event,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._banner = banner
        self._open_service = open_service
        self._authorized = authorized
        self._streams: dict[int, AdbStream] = {}
        self._opening: dict[int, asyncio.Future[int]] = {}
        self._next_id = 1
        self._max_payload = MAX_PAYLOAD
        self._tasks = asyncio.TaskGroup()
        self.closed = asyncio.Event()

    async def serve(self) -> None:
        """Run until the host disconnects, breaks the protocol or `drop` is called."""
        peer = self._writer.get_extra_info("socket")
        if peer is not None:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            async with self._tasks:
                try:
                    await self._handshake()
                    while True:
                        self._dispatch(await read_message(self._reader))
                except (TimeoutError, ProtocolError, OSError, asyncio.IncompleteReadError) as error:
                    logger.debug("adb connection ends: %s", error)
                finally:
                    self._end_streams()
        finally:
            self.drop()
            with suppress(OSError):
                await self._writer.wait_closed()

    def drop(self) -> None:
        """Close the connection at once, as a pulled cable would."""
        self.closed.set()
        self._end_streams()
        transport = self._writer.transport
        if not transport.is_closing():
            transport.abort()

    async def finish_output(self) -> None:
        """Wait until what was sent has left this process (before a `drop` that must be read)."""
        with suppress(OSError):
            await self._writer.drain()

    async def open_host_stream(self, service: str) -> AdbStream:
        """Open a stream towards the host, as `adb reverse` needs it.

        Raises:
            ConnectionRefusedError: the host refused, or the connection is gone.
        """
        if self.closed.is_set():
            raise ConnectionRefusedError("the adb connection is gone")
        local_id = self._take_id()
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._opening[local_id] = answer
        stream = AdbStream(local_id, 0, self._max_payload, self._send)
        self._streams[local_id] = stream
        self._send(Message(OPEN, local_id, 0, service.encode() + b"\0"))
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                stream.remote_id = await answer
        except (TimeoutError, OSError):
            self._streams.pop(local_id, None)
            raise ConnectionRefusedError(f"the host refused {service}") from None
        finally:
            self._opening.pop(local_id, None)
        return stream

    def forget(self, stream: AdbStream) -> None:
        """Remove a stream that ended from the table."""
        self._streams.pop(stream.local_id, None)

    async def _handshake(self) -> None:
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            hello = await read_message(self._reader)
        if hello.command != CNXN:
            raise ProtocolError("the first message is not CNXN")
        self._max_payload = max(4096, min(hello.arg1, MAX_PAYLOAD))
        if not self._authorized.is_set():
            await self._ask_authorization()
        self._send(Message(CNXN, VERSION, MAX_PAYLOAD, self._banner()))

    async def _ask_authorization(self) -> None:
        """Play "unauthorized": no key is accepted until somebody taps Allow on the phone."""
        try:
            async with asyncio.TaskGroup() as group:
                offers = group.create_task(self._refuse_keys())
                await self._authorized.wait()
                offers.cancel()
        except ExceptionGroup as group_error:
            raise ProtocolError("the host left before it was authorized") from group_error

    async def _refuse_keys(self) -> None:
        self._send(Message(AUTH, AUTH_TOKEN, 0, secrets.token_bytes(20)))
        while True:
            reply = await read_message(self._reader)
            if reply.command != AUTH:
                raise ProtocolError("expected AUTH")
            if reply.arg0 != AUTH_PUBLIC_KEY:  # a new public key is left to whoever taps Allow
                self._send(Message(AUTH, AUTH_TOKEN, 0, secrets.token_bytes(20)))

    def _dispatch(self, message: Message) -> None:
        if message.command == OPEN:
            self._on_open(message)
        elif message.command == WRTE:
            stream = self._streams.get(message.arg1)
            if stream is None:
                self._send(Message(CLSE, 0, message.arg0))
            else:
                stream.on_data(message.payload)
        elif message.command == OKAY:
            self._on_okay(message)
        elif message.command == CLSE:
            self._on_close(message)
        else:
            raise ProtocolError(f"unexpected command {message.command:#x} on an open connection")

    def _on_open(self, message: Message) -> None:
        remote_id, payload = message.arg0, message.payload
        if remote_id == 0 or len(payload) > MAX_SERVICE_NAME or len(self._streams) >= MAX_STREAMS:
            self._send(Message(CLSE, 0, remote_id))
            return
        name = payload.split(b"\0\0" if payload.startswith(b"abb") else b"\0", 1)[0]
        stream = AdbStream(self._take_id(), remote_id, self._max_payload, self._send)
        self._streams[stream.local_id] = stream
        self._tasks.create_task(self._run(stream, name.decode("utf-8", "surrogateescape")))

    async def _run(self, stream: AdbStream, name: str) -> None:
        try:
            service = await self._open_service(self, name)
            if service is None:
                self._send(Message(CLSE, 0, stream.remote_id))
                return
            self._send(Message(OKAY, stream.local_id, stream.remote_id))
            with suppress(BrokenPipeError, ConnectionResetError, asyncio.IncompleteReadError):
                await service(stream)
            await stream.close()
        except Exception:  # the edge of one service: a bug in it must not unplug the phone
            logger.exception("service %.80r failed", name)
            self._send(Message(CLSE, stream.local_id, stream.remote_id))
        finally:
            self.forget(stream)

    def _on_okay(self, message: Message) -> None:
        answer = self._opening.get(message.arg1)
        if answer is not None and not answer.done():
            answer.set_result(message.arg0)
            return
        stream = self._streams.get(message.arg1)
        if stream is not None and stream.remote_id == message.arg0:
            stream.on_acknowledged()

    def _on_close(self, message: Message) -> None:
        answer = self._opening.get(message.arg1)
        if answer is not None and not answer.done():
            answer.set_exception(ConnectionRefusedError("refused by the host"))
            return
        stream = self._streams.get(message.arg1)
        if stream is not None and message.arg0 in (0, stream.remote_id):
            stream.on_close()

    def _send(self, message: Message) -> None:
        if self.closed.is_set():
            return
        self._writer.write(encode(message))
        if self._writer.transport.get_write_buffer_size() > OUTGOING_LIMIT:
            logger.warning("the adb server does not read: connection dropped")
            self.drop()

    def _take_id(self) -> int:
        local_id = self._next_id
        self._next_id = self._next_id % 0x7FFFFFFF + 1
        return local_id

    def _end_streams(self) -> None:
        for stream in list(self._streams.values()):
            stream.on_close()
        for answer in self._opening.values():
            if not answer.done():
                answer.set_exception(ConnectionRefusedError("the adb connection is gone"))
