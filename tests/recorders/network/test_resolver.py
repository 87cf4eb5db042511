"""No app reaches the lab's own services through its proxy."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from farm.model.events import Request, Response
from farm.recorders.network import CaptureProcess
from farm.recorders.network.resolver import is_this_machine
from tests.recorders.network.conftest import bodies


class Service:
    """Something that listens on the lab's machine, as its adb server does; counts who came."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.visits = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                self.visits += 1
                with peer:
                    peer.sendall(b"OKAY")

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._thread.join(5)


@pytest.fixture
def service() -> Iterator[Service]:
    one = Service()
    yield one
    one.close()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.9.9.9", "0.0.0.0", "2130706433", "[::1]", "0x7f.1"],  # noqa: S104
)
async def test_an_app_does_not_reach_the_machine_that_its_proxy_runs_on(
    capture: CaptureProcess, folder: Path, service: Service, host: str
) -> None:
    session = await capture.open(folder)

    def ask(first: str) -> bytes:
        with socket.create_connection(("127.0.0.1", session.port), timeout=10) as stream:
            stream.sendall(f"{first}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            head = stream.recv(4096)
            if b" 200 " in head:  # the tunnel stands: what an adb client would say
                stream.sendall(b"000chost:version")
                with contextlib.suppress(OSError):
                    stream.recv(4096)
            return head

    for first in (
        f"CONNECT {host}:{service.port} HTTP/1.1",
        f"GET http://{host}:{service.port}/devices HTTP/1.1",
    ):
        await asyncio.to_thread(ask, first)
    await asyncio.sleep(0.3)
    await session.close()
    assert service.visits == 0
    # That it tried is on record.
    assert any(request.path == "/devices" for request in bodies(folder, Request))
    assert any(answer.error for answer in bodies(folder, Response))


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", True),  # noqa: S104
        ("::", True),
        ("169.254.169.254", True),
        ("fe80::1%lo", True),
        ("not an address", True),
        ("192.0.2.7", False),
        ("203.0.113.9", False),
        ("2001:db8::1", False),
    ],
)
def test_addresses(address: str, own: bool) -> None:
    assert is_this_machine(address) is own


def test_the_machines_own_address_in_its_network_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine is in no network")
        assert is_this_machine(probe.getsockname()[0])
