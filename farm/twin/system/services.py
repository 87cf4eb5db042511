"""What adbd does for each service name: shell, exec, sync, tcp, reverse, root, reboot, remount.

Source: AOSP packages/modules/adb, `daemon/services.cpp` and `SERVICES.TXT`.
"""

import asyncio
from collections.abc import Iterator
from typing import IO

from farm.twin.adb.connection import AdbConnection, Service
from farm.twin.adb.reverse import ReverseTable, pump
from farm.twin.adb.shell_protocol import (
    STDERR,
    STDOUT,
    PacketInput,
    PacketOutput,
    send_exit,
)
from farm.twin.adb.stream import AdbStream
from farm.twin.adb.sync import FileStat, SyncService
from farm.twin.system.actor import ROOT_ACTOR, SHELL_ACTOR, Actor
from farm.twin.system.filesystem import Filesystem
from farm.twin.system.interpreter import run_text
from farm.twin.system.phone_system import PhoneSystem
from farm.twin.system.shell_context import Context
from farm.twin.system.streams import LineReader

FEATURES = "shell_v2,cmd,stat_v2,ls_v2,fixed_push_mkdir,apex,fixed_push_symlink_timestamp"


class Services:
    """Opens the services of one phone."""

    def __init__(self, system: PhoneSystem) -> None:
        self._system = system
        self.reverses = ReverseTable(system.ports)

    def banner(self) -> bytes:
        """The CNXN payload: what `adb devices -l` shows, and the features."""
        properties = self._system.profile.properties
        shown = "".join(
            f"{name}={properties.get(name, '')};"
            for name in ("ro.product.name", "ro.product.model", "ro.product.device")
        )
        return f"device::{shown}features={FEATURES}".encode()

    async def open(self, connection: AdbConnection, name: str) -> Service | None:
        """The service of that name; None refuses it."""
        kind, _, rest = name.partition(":")
        options = kind.split(",")
        if options[0] == "shell":
            arguments, text = options[1:], rest
            return lambda stream: self._shell(stream, text, arguments)
        if kind == "exec":
            return lambda stream: self._shell(stream, rest, ["raw"])
        if kind == "sync":
            return self._sync
        if kind == "tcp":
            return await self._tcp(rest)
        if kind == "reverse":
            return lambda stream: stream.write(self.reverses.answer(connection, rest))
        if kind == "reboot":
            return lambda stream: self._reboot(stream, rest)
        if kind in ("root", "unroot", "remount"):
            return lambda stream: self._privilege(connection, stream, kind)
        return None

    async def _shell(self, stream: AdbStream, text: str, options: list[str]) -> None:
        await self._system.before_command()
        packets = "v2" in options
        if packets:
            streams = (
                PacketInput(stream),
                PacketOutput(stream, STDOUT),
                PacketOutput(stream, STDERR),
            )
        else:
            streams = (stream, stream, stream)  # type: ignore[assignment]
        context = self._system.shell_context(streams, stream.hangup)
        if text:
            code = await run_text(context, text)
        else:
            code = await _interactive(context, echo="pty" in options or not packets)
        if packets and not stream.hangup.is_set():
            await send_exit(stream, code)

    async def _sync(self, stream: AdbStream) -> None:
        actor = ROOT_ACTOR if self._system.adbd_root else SHELL_ACTOR
        await SyncService(stream, _Files(self._system.files, actor)).serve()

    async def _tcp(self, port: str) -> Service | None:
        if not port.isascii() or not port.isdigit() or len(port) > 5:
            return None
        try:
            reader, writer = await self._system.connect(int(port))
        except ConnectionRefusedError:
            return None
        return lambda stream: pump(stream, reader, writer)

    async def _reboot(self, stream: AdbStream, reason: str) -> None:
        await stream.close()
        self._system.request_reboot(reason)

    async def _privilege(self, connection: AdbConnection, stream: AdbStream, kind: str) -> None:
        system = self._system
        restart = False
        if kind == "remount":
            if not system.adbd_root:
                answer = 'Not running as root. Try "adb root" first.\n'
            else:
                system.files.remounted = True
                answer = "remount succeeded\n"
        elif kind == "root":
            if system.get_property("ro.debuggable") != "1":
                answer = "adbd cannot run as root in production builds\n"
            elif system.adbd_root:
                answer = "adbd is already running as root\n"
            else:
                answer, restart = "restarting adbd as root\n", True
        elif system.adbd_root:
            answer, restart = "restarting adbd as non root\n", True
        else:
            answer = "adbd not running as root\n"
        await stream.write(answer.encode())
        await stream.close()
        if restart:
            system.adbd_root = kind == "root"
            system.properties["service.adb.root"] = "1" if system.adbd_root else "0"
            await connection.finish_output()
            await asyncio.sleep(0.05)  # the answer reaches the client before the connection drops
            connection.drop()


async def _interactive(context: Context, echo: bool) -> int:
    """A shell without a command: line by line until `exit` or the end of input."""
    prompt = f"{context.system.profile.properties['ro.product.device']}:/ $ "
    lines = LineReader(context.stdin)
    while True:
        if echo:
            await context.out(prompt)
        line = (await lines.line()).replace(b"\r", b"")
        if not line or line.strip() == b"exit":
            return context.status
        if echo:
            await context.stdout.write(line)
        context.status = await run_text(context, line.decode("utf-8", "surrogateescape"))


class _Files:
    """The file system as seen by one user, for the sync service."""

    def __init__(self, files: Filesystem, actor: Actor) -> None:
        self._files = files
        self._actor = actor

    def stat(self, path: str, follow: bool) -> FileStat:
        return self._files.stat(path, self._actor, follow)

    def entries(self, path: str) -> Iterator[tuple[str, FileStat]]:
        return self._files.entries(path, self._actor)

    def open_read(self, path: str) -> IO[bytes]:
        return self._files.open_read(path, self._actor)

    def create(self, path: str, mode: int) -> IO[bytes]:
        parent = path.rpartition("/")[0]
        if parent and not self._files.exists(parent, self._actor):
            self._files.mkdir(parent, self._actor, parents=True)
        file = self._files.open_write(path, self._actor)
        if path != "/dev/null":
            self._files.change(path, self._actor, mode=mode | 0o600)
        return file

    def symlink(self, target: str, path: str) -> None:
        self._files.symlink(target, path, self._actor)

    def set_mtime(self, path: str, mtime: int) -> None:
        self._files.set_mtime(path, mtime, self._actor)
