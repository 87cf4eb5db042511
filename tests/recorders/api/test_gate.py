"""Announcements of processes that wait: none is lost between those who look at them."""

import asyncio
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import frida

from farm.recorders.api.client import Endpoint
from farm.recorders.api.gate import Gate


class Device:
    """frida's device as far as a gate uses it."""

    def __init__(self) -> None:
        self.announce: Callable[[Any], None] = lambda _: None
        self.resumed: list[int] = []

    def on(self, signal: str, callback: Callable[[Any], None]) -> None:
        """Keep who wants to hear of spawns."""
        assert signal == "spawn-added"
        self.announce = callback

    async def enable_spawn_gating(self) -> None:
        """Offered here."""

    async def resume(self, pid: int) -> None:
        """Every number but 404 belongs to a process."""
        if pid == 404:
            raise frida.ProcessNotFoundError("gone")
        self.resumed.append(pid)

    def spawn(self, pid: int, name: str | None) -> None:
        """Announce one process."""
        self.announce(SimpleNamespace(pid=pid, identifier=name))


async def closed() -> tuple[Gate, Device]:
    """A gate whose endpoint holds processes."""
    endpoint, device = Endpoint("127.0.0.1:1"), Device()
    endpoint.device = device
    gate = Gate(endpoint)
    await gate.close()
    assert gate.closed
    return gate, device


async def test_an_announcement_stays_until_it_is_taken() -> None:
    gate, device = await closed()
    device.spawn(7, "com.example.app")
    device.spawn(8, "com.example.app:push")
    device.spawn(9, None)
    both = [(7, "com.example.app"), (8, "com.example.app:push"), (9, "")]
    assert gate.waiting() == both
    assert gate.waiting() == both  # looking takes nothing away from who looks next
    gate.take(7)
    assert gate.waiting() == both[1:]
    await gate.let_go(9)
    assert gate.waiting() == both[1:2]
    assert device.resumed == [9]
    device.spawn(7, "com.example.other")  # the number again, of another process
    assert gate.waiting() == [(8, "com.example.app:push"), (7, "com.example.other")]


async def test_whoever_waits_hears_of_it_at_once_and_all_of_them_do() -> None:
    gate, device = await closed()
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(gate.announcement(30))
        await asyncio.sleep(0)
        device.spawn(7, "com.example.app")
    assert time.monotonic() - began < 15
    await gate.announcement(0.01)  # no news since: it gives up
    assert gate.waiting() == [(7, "com.example.app")]


async def test_a_process_that_is_gone_is_let_go_without_complaint() -> None:
    gate, device = await closed()
    device.spawn(404, "com.example.app")
    await gate.let_go(404)
    assert gate.waiting() == []
    assert device.resumed == []
