"""One app process: its operating system process, its line of JSON messages, its state.

It carries messages; what they mean is decided in `processes.py` and `activities.py`.
"""

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import subprocess

LINE_BYTES = 8 * 1024 * 1024
_UNSENT_BYTES = 32 * 1024 * 1024  # an app that reads nothing cannot fill the twin's memory

Message = dict[str, Any]


class AppProcess:
    """A process of an app, from the fork until it is reaped."""

    def __init__(self, name: str, package: str, uid: int, token: str) -> None:
        self.name = name
        self.package = package
        self.uid = uid
        self.token = token
        self.pid = 0
        self.activity = ""  # what `bind` asks it to start
        self.extras: dict[str, str] = {}
        self.cause = "activity"  # what it was started for, as am_proc_start names it
        self.after_bind: list[Message] = []  # what it is told once its app is there
        self.attached = asyncio.Event()
        self.bound = False
        self.gadget_hold = False
        self.resumed = False  # a Frida client let it go
        self.joined = False  # known to the Frida endpoint
        self.end_reason = ""  # why the twin ended it: exit, crash, force-stop, kill, anr
        self._writer: asyncio.StreamWriter | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._exited = asyncio.Event()
        self._pidfd = -1

    @property
    def alive(self) -> bool:
        """The operating system process exists and was not told to end."""
        return self._process is not None and not self._exited.is_set()

    def started(self, process: "subprocess.Popen[bytes]") -> None:
        """The fork happened.

        Its end is watched through a pidfd. A wait for the process, as asyncio's child watcher or
        `Popen.poll` does it, would also take the ptrace stops that Frida waits for in this very
        process, and attaching would fail.
        """
        self._process = process
        self.pid = process.pid
        self._pidfd = os.pidfd_open(process.pid)
        asyncio.get_running_loop().add_reader(self._pidfd, self._on_exit)

    def _on_exit(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._pidfd = -1
        if self._process is not None:
            self._process.wait()  # it has ended: this only collects the exit code
        self._exited.set()

    def connected(self, writer: asyncio.StreamWriter) -> None:
        """The process joined with its token."""
        self._writer = writer
        self.attached.set()

    def send(self, message: Message) -> None:
        """Queue a message; silently nothing when the process is gone."""
        if self._writer is None or self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > _UNSENT_BYTES:
            self.kill("stopped reading")
            return
        self._writer.write(msgspec.json.encode(message) + b"\n")

    def kill(self, reason: str) -> None:
        """SIGKILL: a hooked HotSpot cannot be asked to exit."""
        self.end_reason = self.end_reason or reason
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    async def reap(self, seconds: float = 10) -> int:
        """Wait for the end after `kill`; returns the exit code, negative for a signal."""
        if self._process is None:
            return 0
        async with asyncio.timeout(seconds):
            await self._exited.wait()
        return self._process.returncode

    def close(self) -> None:
        """Drop the connection."""
        if self._writer is not None:
            self._writer.close()


async def read_message(reader: asyncio.StreamReader) -> Message | None:
    """The next message, None at the end of the connection.

    Raises:
        ValueError: a line longer than `LINE_BYTES`, or one that is not a JSON object.
    """
    try:
        line = await reader.readline()
    except (ConnectionError, asyncio.IncompleteReadError):
        return None
    if not line.endswith(b"\n"):
        return None
    try:
        message = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(message, dict):
        raise ValueError("not an object")
    return message
