"""The one room of adbutils: every conversation with the adb server and through it with adbd.

adbutils blocks, so its calls run on worker threads with a deadline; streams that live long
(device tracking, logcat, device-side ports) are plain asyncio sockets to the same server.
Protocol: AOSP packages/modules/adb, OVERVIEW.TXT, SERVICES.TXT and shell_protocol.h.
"""

import asyncio
import contextlib
import os
import shlex
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Self, TypeVar

import adbutils
from adbutils.errors import AdbConnectionError, AdbError, AdbTimeout

from farm.devices.outputs.install import DEVICE_FAULTS, read_install, read_session
from farm.devices.values import ShellResult
from farm.devices.workers import Overdue, Workers, current_call
from farm.model.errors import AppError, DeviceError, DeviceGone

T = TypeVar("T")

LONGEST_OUTPUT = 16 << 20  # bytes of one command's output that the farm keeps
LONGEST_FILE = 256 << 20  # bytes of one pulled file
_CONNECT_SECONDS = 3.0
_SENTINEL = "farm-exit:"
_GONE_WORDS = ("not found", "offline", "unauthorized", "no devices", "device closed", "closed")


class _Connection(adbutils.AdbConnection):  # type: ignore[misc]
    """A connection to a server that is already there, closed without adbutils' 10 ms sleep."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        super().__init__(host, port)

    def _safe_connect(self) -> socket.socket:
        try:
            opened = socket.create_connection(self._address, timeout=_CONNECT_SECONDS)
        except TimeoutError as error:
            raise AdbTimeout("connect to adb server timeout") from error
        except OSError as error:
            raise AdbConnectionError(f"connect to adb server failed: {error}") from error
        opened.settimeout(None)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def close(self) -> None:
        if not self.closed:
            opened = self.conn
            call = current_call()
            if call is not None:
                call.release(opened)
            # Waking a reader on another thread needs the shutdown; close alone would not do it.
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()
        super().close()


class _Client(adbutils.AdbClient):  # type: ignore[misc]
    """adbutils' client with our connections, each known to the call that opened it."""

    def make_connection(self, timeout: float | None = None) -> _Connection:
        connection = _Connection(self.host, self.port)
        if timeout:
            connection.conn.settimeout(timeout)
        call = current_call()
        if call is not None:
            call.own(connection.conn)
        return connection

    def server_version(self) -> int:
        # open_transport asks for it on every call; `farm.devices.server` refuses older servers.
        return 41


def default_port() -> int:
    """The adb server's port: ANDROID_ADB_SERVER_PORT or 5037."""
    text = os.environ.get("ANDROID_ADB_SERVER_PORT", "")
    return int(text) if text.isdecimal() and 0 < int(text) < 65536 else 5037


class Adb:
    """A client of one adb server. Open it with `async with`; every method has a deadline."""

    def __init__(self, host: str = "127.0.0.1", port: int | None = None, workers: int = 32) -> None:
        self.host = host
        self.port = default_port() if port is None else port
        self._client = _Client(host=self.host, port=self.port)
        self.workers = Workers(workers, "adb")

    async def __aenter__(self) -> Self:
        await self.workers.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.workers.__aexit__(*error)

    def device(self, serial: str) -> adbutils.AdbDevice:
        """adbutils' own handle of a phone, for uiautomator2; use it on worker threads only."""
        return self._client.device(serial)

    async def call(self, serial: str, function: Callable[[], T], timeout: float, what: str) -> T:
        """Run a blocking call of adbutils and map its errors.

        Raises:
            DeviceGone: the phone or the server vanished.
            Overdue: no answer in time.
            DeviceError: the phone refused.
        """
        try:
            return await self.workers.run(function, timeout=timeout, what=f"{serial}: {what}")
        except (DeviceError, AppError):
            raise
        except (AdbError, OSError, EOFError, AssertionError, ValueError) as error:
            raise _map(serial, what, error) from error

    async def features(self, serial: str, timeout: float = 10) -> frozenset[str]:
        """What adbd on the phone can do, such as `shell_v2`."""
        text = await self.call(serial, self.device(serial).get_features, timeout, "features")
        return frozenset(text.split(","))

    async def shell(
        self,
        serial: str,
        argv: Sequence[str],
        *,
        timeout: float = 20,
        shell_v2: bool = True,
        stdin: bytes = b"",
    ) -> ShellResult:
        """Run one command on the phone; `argv` is quoted, nothing in it is interpreted.

        Raises:
            DeviceGone: the phone vanished before the command's exit code arrived. (Adbd closes
                the stream of a lost phone without one: taken for success by `adb shell`.)
            Overdue: no exit code in time.
        """
        command = shlex.join(argv)
        device = self.device(serial)
        if shell_v2:
            return await self.call(
                serial, lambda: _shell_v2(device, command, stdin), timeout, command[:120]
            )
        return await self.call(serial, lambda: _shell_v1(device, command), timeout, command[:120])

    async def push(
        self, serial: str, data: bytes | Path, remote: str, mode: int = 0o644, timeout: float = 120
    ) -> None:
        """Write a file on the phone and check its size there."""
        sync = self.device(serial).sync
        await self.call(
            serial, lambda: sync.push(data, remote, mode, check=True), timeout, f"push {remote}"
        )

    async def pull(self, serial: str, remote: str, timeout: float = 120) -> bytes:
        """Return a file of the phone, at most LONGEST_FILE bytes."""
        sync = self.device(serial).sync

        def read() -> bytes:
            content = bytearray()
            for chunk in sync.iter_content(remote):
                content += chunk
                if len(content) > LONGEST_FILE:
                    raise DeviceError(f"{serial}: {remote} is larger than {LONGEST_FILE} bytes")
            return bytes(content)

        return await self.call(serial, read, timeout, f"pull {remote}")

    async def install(
        self, serial: str, apks: Sequence[Path], *, grant: bool = False, timeout: float = 300
    ) -> None:
        """Install an app from its base APK and splits, streamed (Android 7 and later).

        Raises:
            AppError: the package manager refuses this app.
            DeviceError: the phone is the reason (storage, policy, package manager).
        """
        device = self.device(serial)
        options = ["-r", "-t"] + (["-g"] if grant else [])
        output = await self.call(
            serial, lambda: _install(device, apks, options), timeout, "install"
        )
        result = read_install(output)
        if not result.code:
            return
        reason = f"{result.code}: {result.message}" if result.message else result.code
        if result.code in DEVICE_FAULTS:
            raise DeviceError(f"{serial}: {reason}: {DEVICE_FAULTS[result.code]}")
        if result.code == "NO_ANSWER":
            raise DeviceError(f"{serial}: install gave no readable answer: {result.message!r}")
        raise AppError(f"{serial} refuses the app: {reason}")

    async def forward(self, serial: str, remote_port: int, timeout: float = 10) -> int:
        """Open a host port that leads to a device-side one; the adb server picks it."""
        reply = await self._ask(f"host-serial:{serial}:forward:tcp:0;tcp:{remote_port}", timeout)
        return int(reply)

    async def remove_forward(self, serial: str, local_port: int, timeout: float = 10) -> None:
        """Close a forwarded host port; a port that is not forwarded is not an error."""
        with contextlib.suppress(DeviceError):
            await self._ask(f"host-serial:{serial}:killforward:tcp:{local_port}", timeout, False)

    async def reverse(self, serial: str, remote: int, local: int, timeout: float = 10) -> None:
        """Let the phone's port `remote` lead to the host's port `local`."""
        await self._ask_phone(serial, f"reverse:forward:tcp:{remote};tcp:{local}", timeout)

    async def remove_reverse(self, serial: str, remote: int, timeout: float = 10) -> None:
        """Close a device-side port opened by `reverse`; one that is not open is not an error."""
        try:
            await self._ask_phone(serial, f"reverse:killforward:tcp:{remote}", timeout)
        except DeviceGone:
            raise
        except DeviceError as error:
            if "not found" not in str(error) and "cannot remove listener" not in str(error):
                raise

    async def connect(self, address: str, timeout: float = 15) -> str:
        """`adb connect HOST:PORT`; returns the server's sentence."""
        return await self.call(
            address, lambda: str(self._client.connect(address)), timeout, "connect"
        )

    async def disconnect(self, address: str, timeout: float = 15) -> None:
        """`adb disconnect HOST:PORT`; an unknown address is not an error."""
        await self.call(address, lambda: self._client.disconnect(address), timeout, "disconnect")

    async def become_root(self, serial: str, timeout: float = 10) -> str:
        """`adb root`: adbd restarts as root and the phone is away for a moment."""
        return await self.call(serial, lambda: str(self.device(serial).root()), timeout, "root")

    async def track_devices(self) -> AsyncGenerator[dict[str, str], None]:
        """Yield `{serial: state}` now and after every change, until the server ends.

        States: device, offline, unauthorized, authorizing, connecting, recovery and others.

        Raises:
            DeviceGone: no server answers.
        """
        reader, writer = await self._open("host:track-devices", 10)
        try:
            while True:
                try:
                    length = int(await reader.readexactly(4), 16)
                    text = (await reader.readexactly(length)).decode("utf-8", "replace")
                except (asyncio.IncompleteReadError, ConnectionError, ValueError):
                    return
                pairs = (line.split("\t", 1) for line in text.splitlines() if "\t" in line)
                yield {serial: state.strip() for serial, state in pairs}
        finally:
            await _close(writer)

    @contextlib.asynccontextmanager
    async def stream(
        self, serial: str, service: str, timeout: float = 10
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Open a service of adbd (`tcp:27042`, `shell:logcat`) as a pair of asyncio streams.

        Raises:
            DeviceGone: the phone or the server is away.
            DeviceError: adbd refuses the service, such as a port nobody listens on.
        """
        reader, writer = await self._open(f"host:transport:{serial}", timeout)
        try:
            try:
                await self._request(reader, writer, service, timeout)
            except DeviceGone as error:
                if service.startswith("tcp:") and "closed" in str(error):
                    raise DeviceError(f"{serial}: nobody listens on {service}") from error
                raise
            yield reader, writer
        finally:
            await _close(writer)

    async def _ask_phone(self, serial: str, service: str, timeout: float) -> None:
        # Adbd answers the request itself after the server has opened the stream to it.
        async with self.stream(serial, service, timeout) as (reader, _):
            try:
                async with asyncio.timeout(timeout):
                    status = await reader.readexactly(4)
                    if status == b"OKAY":
                        return
                    reason = (await reader.read(4096))[4:].decode("utf-8", "replace")
            except TimeoutError:
                raise Overdue(f"{serial}: {service}: no answer in {timeout:g} s") from None
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                raise DeviceGone(f"{serial}: {service}: the phone closed the stream") from error
        raise DeviceError(f"{serial}: {service}: {reason}")

    async def _open(
        self, request: str, timeout: float
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(timeout):
                reader, writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
        except (OSError, TimeoutError) as error:
            raise DeviceGone(f"no adb server answers at {self.host}:{self.port}") from error
        try:
            await self._request(reader, writer, request, timeout)
        except BaseException:
            await _close(writer)
            raise
        return reader, writer

    async def _request(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        request: str,
        timeout: float,
    ) -> None:
        encoded = request.encode()
        try:
            async with asyncio.timeout(timeout):
                writer.write(b"%04x" % len(encoded) + encoded)
                await writer.drain()
                status = await reader.readexactly(4)
                if status == b"OKAY":
                    return
                length = int(await reader.readexactly(4), 16) if status == b"FAIL" else 0
                reason = (await reader.readexactly(length)).decode("utf-8", "replace")
        except TimeoutError:
            raise Overdue(f"{request}: the adb server did not answer in {timeout:g} s") from None
        except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
            raise DeviceGone(f"{request}: the adb server hung up") from error
        raise _map("", request, AdbError(reason or repr(status)))

    async def _ask(self, request: str, timeout: float, has_reply: bool = True) -> str:
        # forward is answered twice: the server has heard, and it has listened.
        reader, writer = await self._open(request, timeout)
        try:
            async with asyncio.timeout(timeout):
                status = await reader.readexactly(4)
                length = int((await reader.readexactly(4)) if has_reply else b"0", 16)
                reply = (await reader.readexactly(length)).decode("utf-8", "replace")
        except TimeoutError:
            raise Overdue(f"{request}: the adb server did not answer in {timeout:g} s") from None
        except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
            raise DeviceGone(f"{request}: the adb server hung up") from error
        finally:
            await _close(writer)
        if status != b"OKAY":
            raise _map("", request, AdbError(reply))
        return reply


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def _map(serial: str, what: str, error: Exception) -> DeviceError:
    text = str(error) or type(error).__name__
    named = f"{serial}: {what}: {text}" if serial else f"{what}: {text}"
    if isinstance(error, AdbTimeout | TimeoutError):
        return Overdue(named)
    if isinstance(error, AdbConnectionError):
        return DeviceGone(f"{named}: is the adb server running?")
    if isinstance(error, EOFError | OSError | AssertionError | ValueError):
        return DeviceGone(f"{named}: the connection to the phone broke")
    if any(word in text for word in _GONE_WORDS) and "such file" not in text:
        return DeviceGone(named)
    if "Unknown data: b''" in text or "connection closed" in text:
        return DeviceGone(named)
    return DeviceError(named)


def _shell_v2(device: adbutils.AdbDevice, command: str, stdin: bytes) -> ShellResult:
    outputs = {1: bytearray(), 2: bytearray()}
    truncated = False
    with device.open_transport(timeout=None) as connection:
        connection.send_command(f"shell,v2,raw:{command}")
        connection.check_okay()
        if stdin:
            connection.conn.sendall(b"\0" + len(stdin).to_bytes(4, "little") + stdin)
        connection.conn.sendall(b"\3\0\0\0\0")  # kIdCloseStdin: nothing on the phone waits for us
        while True:
            header = connection.read_exact(5)
            length = int.from_bytes(header[1:], "little")
            data = connection.read_exact(length) if length else b""
            if header[0] == 3:  # kIdExit: its absence means that the phone was lost
                return ShellResult(
                    exit_code=data[0] if data else 255,
                    stdout=outputs[1].decode("utf-8", "replace"),
                    stderr=outputs[2].decode("utf-8", "replace"),
                    truncated=truncated,
                )
            output = outputs.get(header[0])
            if output is not None:
                room = LONGEST_OUTPUT - len(output)
                truncated = truncated or length > room
                output += data[: max(room, 0)]


def _shell_v1(device: adbutils.AdbDevice, command: str) -> ShellResult:
    # Android 6 and older: one merged output, and the exit code only if the shell prints it.
    output = bytearray()
    with device.open_transport(timeout=None) as connection:
        connection.send_command(f"shell:{command}; echo {_SENTINEL}$?")
        connection.check_okay()
        while chunk := connection.conn.recv(65536):
            output += chunk
            if len(output) > 2 * LONGEST_OUTPUT:
                del output[LONGEST_OUTPUT : -len(_SENTINEL) - 16]
    text = output.decode("utf-8", "replace").replace("\r\n", "\n")
    before, found, code = text.rpartition(_SENTINEL)
    if not found or not code.strip().isdecimal():
        raise EOFError("the output ended without an exit code")
    return ShellResult(exit_code=int(code), stdout=before[:LONGEST_OUTPUT])


def _run_exec(device: adbutils.AdbDevice, command: str, source: Path | None = None) -> str:
    with device.open_transport(timeout=None) as connection:
        connection.send_command(f"exec:{command}")
        connection.check_okay()
        if source is not None:
            with source.open("rb") as file:
                while chunk := file.read(1 << 18):
                    connection.conn.sendall(chunk)
        answer = bytearray()
        while chunk := connection.conn.recv(65536):
            answer += chunk[: max(0, 65536 - len(answer))]
    return answer.decode("utf-8", "replace")


def _install(device: adbutils.AdbDevice, apks: Sequence[Path], options: list[str]) -> str:
    sizes = [apk.stat().st_size for apk in apks]
    if len(apks) == 1:
        command = shlex.join(["cmd", "package", "install", *options, "-S", str(sizes[0])])
        return _run_exec(device, command, apks[0])
    create = ["cmd", "package", "install-create", *options, "-S", str(sum(sizes))]
    created = _run_exec(device, shlex.join(create))
    session = read_session(created)
    if session is None:
        return created
    for number, (apk, size) in enumerate(zip(apks, sizes, strict=True)):
        name = f"{number}.apk"  # a name of ours: the file's own may be hostile
        write = ["cmd", "package", "install-write", "-S", str(size), str(session), name, "-"]
        written = _run_exec(device, shlex.join(write), apk)
        if not written.startswith("Success"):
            _run_exec(device, shlex.join(["cmd", "package", "install-abandon", str(session)]))
            return written
    return _run_exec(device, shlex.join(["cmd", "package", "install-commit", str(session)]))
