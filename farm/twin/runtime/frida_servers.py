"""The phone's Frida servers: the one that was pushed and run, and the gadgets inside of apps.

They decide which processes must wait before their app's code loads. What a server speaks is
`frida_endpoint.py` and `frida_relay.py`.
"""

import asyncio
from collections.abc import Callable

from farm.twin.contracts import InstalledPackage, SystemHalf
from farm.twin.runtime.app_process import AppProcess
from farm.twin.runtime.frida_endpoint import FridaEndpoint, FridaUnavailable
from farm.twin.runtime.frida_relay import FridaRelay
from farm.twin.runtime.gadget import find_gadget
from farm.twin.runtime.processes import Processes

# A real frida-server attaches when a client asks, so each try of the client is a new one; here the
# process joins once, ahead of any client, and one failure on a busy host would hide it for good.
_JOIN_TRIES = 3
_JOIN_PAUSE_SECONDS = 0.3


class _FridaServer:
    """One endpoint with its relay, on one device-side port."""

    def __init__(self, owner: "FridaServers", port: int) -> None:
        self.port = port
        self.endpoint = FridaEndpoint()
        self.relay = FridaRelay(self.endpoint.connect, owner.resumed, owner.release_waiting)


class FridaServers:
    """Makes processes visible to Frida; `bind_unless_held` lets a process go on that may."""

    def __init__(
        self,
        system: SystemHalf,
        processes: Processes,
        bind_unless_held: Callable[[AppProcess], None],
    ) -> None:
        self._system = system
        self._processes = processes
        self._bind_unless_held = bind_unless_held
        self._server: _FridaServer | None = None
        self._gadgets: dict[int, _FridaServer] = {}  # by pid

    async def start(self, port: int) -> None:
        """Serve on a device-side port, as a pushed frida-server does once it runs."""
        if self._server is not None:
            return
        server = _FridaServer(self, port)
        await server.endpoint.start()
        self._server = server
        for process in self._processes.all():
            await self._join(server, process)
        self._system.listen(port, server.relay.serve)

    async def stop(self) -> None:
        """End the pushed server; attached sessions detach."""
        server, self._server = self._server, None
        if server is not None:
            await self._stop_server(server)
            self.release_waiting()

    async def close(self) -> None:
        """End every server, gadgets included."""
        await self.stop()
        for pid in list(self._gadgets):
            await self._stop_server(self._gadgets.pop(pid))

    def resumed(self, pid: int) -> None:
        """A Frida client resumed a process."""
        process = self._processes.by_pid(pid)
        if process is not None:
            process.gadget_hold = False
            process.resumed = True
            self._bind_unless_held(process)

    def release_waiting(self) -> None:
        """Nobody gates spawns any more: let every waiting app run."""
        for process in self._processes.all():
            self._bind_unless_held(process)

    def holds(self, process: AppProcess) -> bool:
        """Whether the process must wait before its app's code may load."""
        gated = self._server is not None and self._server.relay.gating and not process.resumed
        return gated or process.gadget_hold

    async def prepare(self, process: AppProcess, package: InstalledPackage) -> None:
        """Between a process's birth and its code: make it visible to Frida."""
        if self._server is not None:
            await self._join(self._server, process)
            if self.holds(process) and self._server is not None:
                self._server.relay.announce(process.pid, process.name)
            return
        gadget = await asyncio.to_thread(find_gadget, package.apks[0]) if package.apks else None
        await self._drop_ended_gadgets()
        if gadget is None or any(s.port == gadget.port for s in self._gadgets.values()):
            return
        server = _FridaServer(self, gadget.port)
        try:
            await server.endpoint.start()
        except FridaUnavailable as error:
            self._system.log("E", "Frida", str(error)[:500], process.pid)
            return
        process.gadget_hold = gadget.wait
        self._gadgets[process.pid] = server
        await self._join(server, process)
        self._system.listen(gadget.port, server.relay.serve)

    def process_ended(self, process: AppProcess) -> None:
        """A process is gone, and its gadget with it."""
        if self._server is not None:
            self._server.endpoint.left(process.pid)
        gadget = self._gadgets.get(process.pid)
        if gadget is not None:
            self._system.unlisten(gadget.port)
            gadget.relay.close()

    async def _drop_ended_gadgets(self) -> None:
        for pid in list(self._gadgets):
            if self._processes.by_pid(pid) is None:
                await self._stop_server(self._gadgets.pop(pid))

    async def _join(self, server: _FridaServer, process: AppProcess) -> None:
        for _ in range(_JOIN_TRIES):
            try:
                await server.endpoint.join(process.pid)
                return
            except FridaUnavailable as error:
                # In the end as on a phone: the process runs on, and a client cannot attach.
                self._system.log("E", "frida-server", str(error)[:500], process.pid)
            if not process.alive:
                return
            await asyncio.sleep(_JOIN_PAUSE_SECONDS)

    async def _stop_server(self, server: _FridaServer) -> None:
        self._system.unlisten(server.port)
        server.relay.close()
        await server.endpoint.stop()
