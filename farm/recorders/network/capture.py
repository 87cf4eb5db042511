"""The capture process: one mitmproxy master, one listener per phone session.

Runs apart from the controller (`python -m farm.recorders.network.capture`), because mitmproxy
keeps state in globals (one master a process) and so that the recording goes on being whole when
the controller dies. Ends when its standard input ends, with every file closed.
"""

import asyncio
import logging
import os
import resource
import signal
import socket
import sys
from pathlib import Path

import certifi
import msgspec
from mitmproxy import options
from mitmproxy import version as mitmproxy_version
from mitmproxy.addons import core, disable_h2c, next_layer, proxyserver, tlsconfig
from mitmproxy.master import Master
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.proxy.mode_specs import ProxyMode

from farm.model.errors import FarmError
from farm.recorders.network.addon import Recorder
from farm.recorders.network.authority import ensure_authority
from farm.recorders.network.dispatch import DirectDispatch
from farm.recorders.network.protocol import (
    LONGEST_LINE,
    CanarySeen,
    Close,
    Configure,
    DiskIsFull,
    Done,
    Open,
    Ready,
    Report,
    decode_command,
    encode,
)
from farm.recorders.network.resolver import LabEventLoop
from farm.recorders.network.session_log import SessionLog

_ADDRESS = "127.0.0.1"
_PORT_TRIES = 20
_CLOSE_SECONDS = 3.0
_MOST_LOG_RECORDS = 2000


class Capture:
    """The master with its sessions."""

    def __init__(self, configuration: Configure, trust: Path) -> None:
        """Prepare the master; call inside the running loop."""
        self.master = Master(
            options.Options(
                confdir=configuration.authority_folder,
                mode=[],
                ssl_verify_upstream_trusted_ca=str(trust),
            )
        )
        self._logs: dict[int, SessionLog] = {}
        self._modes: dict[str, ProxyMode] = {}
        self._lock = asyncio.Lock()
        self._told_full: set[str] = set()
        self._servers = proxyserver.Proxyserver()  # type: ignore[no-untyped-call]
        self._recorder = Recorder(self._logs, configuration.body_limit, self._canary)
        self.master.addons = DirectDispatch(self.master)
        # `errorcheck` is left out on purpose: it ends the process when one port is taken.
        self.master.addons.add(
            core.Core(),
            disable_h2c.DisableH2C(),
            self._servers,
            next_layer.NextLayer(),
            tlsconfig.TlsConfig(),
            self._recorder,
        )

    async def open(self, command: Open) -> int:
        """Start a listener and its recording; return the port.

        Raises:
            FarmError: the port is taken, or the folder cannot be recorded into.
        """
        async with self._lock:
            if command.session in self._modes:
                raise FarmError(f"session {command.session} is open already")
            log = SessionLog(command.session, Path(command.folder), resumed=command.resumed)
            try:
                mode = await self._listen(command.port)
            except BaseException:
                log.close()
                raise
            port = mode.custom_listen_port or 0
            self._logs[port] = log
            self._modes[command.session] = mode
            return port

    async def close(self, session: str) -> None:
        """Stop a listener, end its connections, and close its files."""
        async with self._lock:
            mode = self._modes.pop(session, None)
            if mode is None:
                return
            try:
                await self._servers.servers.update(self._modes.values())
                await self._end_connections(mode)
            finally:
                self._logs.pop(mode.custom_listen_port or 0).close()
                self._told_full.discard(session)

    async def close_all(self) -> None:
        """Close every session."""
        for session in list(self._modes):
            await self.close(session)

    def heartbeat(self) -> None:
        """Let every session say that it is alive."""
        for log in self._logs.values():
            self._recorder.websockets.flush(log)
            log.heartbeat()
            if log.disk_full and log.session not in self._told_full:
                self._told_full.add(log.session)
                say(DiskIsFull(session=log.session))

    def _canary(self, log: SessionLog, token: str) -> None:
        if not log.disk_full:
            say(CanarySeen(session=log.session, token=token))

    async def _listen(self, port: int) -> ProxyMode:
        problem: Exception | None = None
        for _ in range(1 if port else _PORT_TRIES):
            mode = ProxyMode.parse(f"regular@{_ADDRESS}:{port or _free_port()}")
            if mode in self._modes.values():
                problem = FarmError("another session of this process listens there")
                continue
            await self._servers.servers.update([*self._modes.values(), mode])
            server = self._servers.servers[mode]
            if server.is_running:
                return mode
            problem = server.last_exception
            await self._servers.servers.update(self._modes.values())
        raise FarmError(
            f"capture cannot listen on {_ADDRESS}:{port or 'any port'}: {problem}: "
            "end the program that uses the port, or let the farm choose one"
        )

    async def _end_connections(self, mode: ProxyMode) -> None:
        def live() -> list[ProxyConnectionHandler]:
            handlers = list(self._servers.connections.values())
            return [handler for handler in handlers if handler.client.proxy_mode == mode]

        deadline = asyncio.get_running_loop().time() + _CLOSE_SECONDS
        while live() and asyncio.get_running_loop().time() < deadline:
            for handler in live():
                await handler.on_timeout()
            await asyncio.sleep(0.02)


def say(report: Report) -> None:
    """Write one report; a controller that is gone hears nothing."""
    try:
        sys.stdout.buffer.write(encode(report))
        sys.stdout.buffer.flush()
    except (BrokenPipeError, ValueError):
        return


async def _serve(
    configuration: Configure, loop: LabEventLoop, reader: asyncio.StreamReader
) -> None:
    folder = Path(configuration.authority_folder)
    certificate = await asyncio.to_thread(ensure_authority, folder)
    trust = folder / f"upstream-trust-{os.getpid()}.pem"
    await asyncio.to_thread(_write_trust, trust, configuration.extra_trust)
    loop.overrides = configuration.hosts
    try:
        capture = Capture(configuration, trust)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(capture.master.run())
            beating = tasks.create_task(_beat(capture, configuration.heartbeat))
            say(Ready(certificate=certificate.decode(), version=mitmproxy_version.VERSION))
            await _obey(capture, reader)
            beating.cancel()
            await capture.close_all()
            capture.master.shutdown()  # type: ignore[no-untyped-call]
            await running
    finally:
        trust.unlink(missing_ok=True)


def _write_trust(path: Path, extra: str) -> None:
    path.write_text(Path(certifi.where()).read_text() + "\n" + extra)


async def _obey(capture: Capture, reader: asyncio.StreamReader) -> None:
    while line := await reader.readline():
        try:
            command = decode_command(line)
        except msgspec.MsgspecError:
            return  # the controller died in the middle of a line
        if isinstance(command, Configure):
            continue
        try:
            port = 0
            if isinstance(command, Open):
                port = await capture.open(command)
            elif isinstance(command, Close):
                await capture.close(command.session)
            say(Done(request=command.request, port=port, resident=_resident()))
        except (FarmError, OSError) as error:
            say(Done(request=command.request, error=str(error)[:2000]))


async def _beat(capture: Capture, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        capture.heartbeat()


async def _main(loop: LabEventLoop) -> None:
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # The controller ends us through our input, in order; signals to its group are its own.
        loop.add_signal_handler(number, reader.feed_eof if number == signal.SIGTERM else _ignore)
    line = await reader.readline()
    if not line:
        return
    command = decode_command(line)
    if not isinstance(command, Configure):
        raise FarmError("the first line must configure the capture")
    await _serve(command, loop, reader)


def _ignore() -> None:
    """Do nothing at this signal."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_ADDRESS, 0))
        return int(probe.getsockname()[1])


def _resident() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * resource.getpagesize()


class _Bound(logging.Filter):
    """At most so many log records in a process's life: an app can cause them at will."""

    left = _MOST_LOG_RECORDS

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record may still be written."""
        self.left -= 1
        return self.left >= 0


def main() -> None:
    """Run until standard input ends."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Bound())
    logging.basicConfig(level=logging.ERROR, handlers=[handler])
    loop = LabEventLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(_main(loop))


if __name__ == "__main__":
    main()
