"""A Frida server of a twin: a portal that app processes join, behind a relay.

The portal plays frida-server for clients; this process attaches to each app process first, so
that its agent is in place, and lets it join. frida's blocking calls run in threads.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any

import frida

_JOIN_SECONDS = 60
_TRIES = 3


class FridaUnavailable(Exception):
    """frida could not do what was asked; the message is frida's."""


class FridaEndpoint:
    """One portal on two loopback ports and the relay's way to it."""

    def __init__(self) -> None:
        self._service: Any = None
        self._cluster = ""
        self._control_port = 0
        self._joined: dict[int, tuple[Any, Any]] = {}  # pid -> session, membership
        self._lock = asyncio.Lock()

    async def start(self) -> None:
        """Open the portal.

        Raises:
            FridaUnavailable: no port could be had.
        """
        for attempt in range(_TRIES):
            cluster, control = _free_port(), _free_port()
            service = await asyncio.to_thread(_portal, cluster, control)
            try:
                await asyncio.to_thread(service.start)
            except frida.AddressInUseError as error:
                if attempt == _TRIES - 1:
                    raise FridaUnavailable(str(error)) from None
                continue
            except frida.InvalidOperationError as error:
                raise FridaUnavailable(str(error)) from None
            self._service, self._control_port = service, control
            self._cluster = f"127.0.0.1:{cluster}"
            return

    async def stop(self) -> None:
        """End the portal; clients' sessions detach, and the agents leave the processes."""
        service, self._service = self._service, None
        joined, self._joined = self._joined, {}
        for session, _ in joined.values():
            # A process that has ended raises one of Frida's errors, which share no base.
            with contextlib.suppress(Exception):
                await asyncio.wait_for(asyncio.to_thread(session.detach), 5)
        if service is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.to_thread(service.stop), 10)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the portal's control side."""
        return await asyncio.open_connection("127.0.0.1", self._control_port)

    async def join(self, pid: int, changed: Callable[[], None] | None = None) -> None:
        """Put the agent into a process and list it.

        Raises:
            FridaUnavailable: frida refused, or took too long.
        """
        if self._service is None or pid in self._joined:
            return
        cluster = self._cluster
        try:
            async with self._lock, asyncio.timeout(_JOIN_SECONDS):
                self._joined[pid] = await asyncio.to_thread(_join, pid, cluster)
        except TimeoutError:
            raise FridaUnavailable(f"attaching to {pid} took over {_JOIN_SECONDS} s") from None
        except (frida.ProcessNotFoundError, frida.TransportError) as error:
            raise FridaUnavailable(str(error)) from None
        except (
            frida.InvalidOperationError,
            frida.NotSupportedError,
            frida.PermissionDeniedError,
            frida.ProcessNotRespondingError,
            frida.TimedOutError,
            frida.ProtocolError,
        ) as error:
            raise FridaUnavailable(str(error)) from None
        if changed is not None:
            changed()

    def left(self, pid: int) -> None:
        """The process is gone."""
        self._joined.pop(pid, None)


def _join(pid: int, cluster: str) -> tuple[Any, Any]:
    session = frida.get_local_device().attach(pid)
    return session, session.join_portal(cluster)


def _portal(cluster: int, control: int) -> Any:
    return frida.PortalService(  # type: ignore[no-untyped-call]
        frida.EndpointParameters(address="127.0.0.1", port=cluster),
        frida.EndpointParameters(address="127.0.0.1", port=control),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
