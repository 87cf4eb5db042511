"""Blocking calls of adbutils: connections that a deadline can cut, shell, exec and installation.

They run on worker threads (`farm.devices.adb`). Protocol: AOSP packages/modules/adb, SERVICES.TXT
and shell_protocol.h. adbutils' errors are mapped here.
"""

import contextlib
import shlex
import socket
import struct
from collections.abc import Sequence
from pathlib import Path

import adbutils
from adbutils.errors import AdbConnectionError, AdbTimeout

from farm.devices.outputs.install import read_session
from farm.devices.values import ShellResult
from farm.devices.workers import Overdue, current_call
from farm.model.errors import DeviceError, DeviceGone

LONGEST_OUTPUT = 16 << 20  # bytes of one command's output that the farm keeps
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


class Client(adbutils.AdbClient):  # type: ignore[misc]
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


def map_error(serial: str, what: str, error: Exception) -> DeviceError:
    """The farm's error for one of adbutils, with phone and call named."""
    text = str(error) or type(error).__name__
    named = f"{serial}: {what}: {text}" if serial else f"{what}: {text}"
    if isinstance(error, AdbTimeout | TimeoutError):
        return Overdue(named)
    if isinstance(error, AdbConnectionError):
        return DeviceGone(f"{named}: is the adb server running?")
    broken = isinstance(error, EOFError | OSError | AssertionError | ValueError | struct.error)
    if broken or _ended_early(error):
        return DeviceGone(f"{named}: the connection to the phone broke")
    if any(word in text for word in _GONE_WORDS) and "such file" not in text:
        return DeviceGone(named)
    if "Unknown data: b''" in text or "connection closed" in text:
        return DeviceGone(named)
    return DeviceError(named)


def _ended_early(error: Exception) -> bool:
    """Whether adbutils tells what it read in place of an answer's four letters: fewer had come."""
    last = error.args[-1] if error.args else ""
    return isinstance(last, str) and (len(last) < len("OKAY") or last == "read chunk missing")


def shell_v2(device: adbutils.AdbDevice, command: str, stdin: bytes) -> ShellResult:
    """Run a command over shell protocol 2: outputs apart, and an exit code that proves the end."""
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


def shell_v1(device: adbutils.AdbDevice, command: str) -> ShellResult:
    """Run a command on a phone without shell protocol 2."""
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


def install(device: adbutils.AdbDevice, apks: Sequence[Path], options: list[str]) -> str:
    """Stream APKs to the package manager; its answer, for `read_install`."""
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
