"""Real Frida clients at the twin's endpoint: list, gate, attach, load first, resume, kill."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import frida
import pytest

from farm.twin.runtime.options import RuntimeOptions
from farm.twin.runtime.runtime import Runtime
from tests.twin.runtime.conftest import APP
from tests.twin.runtime.phone import PACKAGE, SmallPhone, pack_app, until

CLOCK = """
const clock = new NativeFunction(Module.getGlobalExportByName('clock_gettime'), 'int',
    ['int', 'pointer']);
const out = Memory.alloc(16);
clock(0, out);
send({seconds: out.readU64().toNumber(), date: Date.now()});
"""


@asynccontextmanager
async def client(phone: SmallPhone, port: int = 27042) -> AsyncIterator[Any]:
    local = await phone.expose(port)
    manager = frida.get_device_manager()
    address = f"127.0.0.1:{local}"
    device = await asyncio.to_thread(manager.add_remote_device, address)
    try:
        yield device
    finally:
        await asyncio.to_thread(manager.remove_remote_device, address)


def bound(phone: SmallPhone) -> bool:
    return any(tag == "am_proc_bound" for tag, _ in phone.events)


async def test_gated_app_waits_for_resume_and_sees_the_script_first(
    runtime: Runtime, phone: SmallPhone
) -> None:
    phone.skew = (37_000_000_000, 0.0, 0)
    await runtime.start_frida(27042)
    async with client(phone) as device:
        spawned: list[Any] = []
        device.on("spawn-added", spawned.append)
        await asyncio.to_thread(device.enable_spawn_gating)
        await runtime.start_activity(PACKAGE, ".Main", {})
        pid = runtime.processes()[0].pid
        await until(lambda: spawned)
        assert (spawned[0].pid, spawned[0].identifier) == (pid, PACKAGE)
        listed = await asyncio.to_thread(device.enumerate_processes)
        assert [(p.pid, p.name) for p in listed] == [(pid, PACKAGE)]
        session = await asyncio.to_thread(device.attach, pid)
        script = await asyncio.to_thread(session.create_script, CLOCK)
        said: list[Any] = []
        script.on("message", lambda message, data: said.append(message))
        await asyncio.to_thread(script.load)
        await until(lambda: said)
        ahead = said[0]["payload"]["seconds"] - time.time()
        assert 35 < ahead < 38
        assert not bound(phone)
        await asyncio.to_thread(device.resume, pid)
        await until(lambda: (runtime.focused() or ("", ""))[0] == PACKAGE)
        assert bound(phone)
        detached: list[Any] = []
        session.on("detached", lambda *args: detached.append(args))
        await asyncio.to_thread(device.kill, pid)
        await until(lambda: detached and not runtime.processes())


async def test_ungated_app_runs_and_can_be_attached_twice(
    runtime: Runtime, phone: SmallPhone
) -> None:
    await runtime.start_frida(27042)
    await runtime.start_activity(PACKAGE, ".Main", {})
    await until(lambda: (runtime.focused() or ("", ""))[0] == PACKAGE)
    async with client(phone) as device:
        for _ in range(2):
            session = await asyncio.to_thread(device.attach, PACKAGE)
            await asyncio.to_thread(session.detach)


async def test_waiting_app_is_released_when_the_client_goes(
    runtime: Runtime, phone: SmallPhone
) -> None:
    await runtime.start_frida(27042)
    async with client(phone) as device:
        await asyncio.to_thread(device.enable_spawn_gating)
        await runtime.start_activity(PACKAGE, ".Main", {})
        await asyncio.sleep(0.3)
        assert not bound(phone)
    await until(lambda: bound(phone))


async def test_app_that_ran_before_the_server_is_listed(
    runtime: Runtime, phone: SmallPhone
) -> None:
    await runtime.start_activity(PACKAGE, ".Main", {})
    await runtime.start_frida(27042)
    async with client(phone) as device:
        listed = await asyncio.to_thread(device.enumerate_processes)
        assert [p.name for p in listed] == [PACKAGE]
        await runtime.stop_frida()
    assert 27042 not in phone.ports
    os.kill(runtime.processes()[0].pid, 0)  # the app outlives the server


@pytest.mark.parametrize("on_load", ["wait", "resume"])
async def test_gadget_in_the_apk_serves_its_process(
    tmp_path: Path, runtime_jar: Path, on_load: str
) -> None:
    config = b'{"interaction":{"type":"listen","on_load":"%s"}}' % on_load.encode()
    extra = {
        "lib/arm64-v8a/libfrida-gadget.so": b"\x7fELF",
        "lib/arm64-v8a/libfrida-gadget.config.so": config,
    }
    small = SmallPhone(tmp_path)
    small.install(pack_app(tmp_path, APP, runtime_jar, extra))
    runtime = Runtime(small, RuntimeOptions(runtime_jar=runtime_jar))
    await runtime.boot()
    try:
        await runtime.start_activity(PACKAGE, ".Main", {})
        assert bound(small) == (on_load == "resume")
        async with client(small) as device:
            process = (await asyncio.to_thread(device.enumerate_processes))[0]
            session = await asyncio.to_thread(device.attach, process.pid)
            if on_load == "wait":
                assert not bound(small)
                await asyncio.to_thread(device.resume, process.pid)
            await until(lambda: bound(small))
            await asyncio.to_thread(session.detach)
    finally:
        await runtime.shutdown()
        small.close()


async def test_each_process_with_a_gadget_gets_its_own(tmp_path: Path, runtime_jar: Path) -> None:
    """A port is free again for the next process once its owner is gone, as on a phone."""
    small = SmallPhone(tmp_path)
    extra = {"lib/arm64-v8a/libfrida-gadget.so": b"\x7fELF"}
    small.install(pack_app(tmp_path, APP, runtime_jar, extra))
    runtime = Runtime(small, RuntimeOptions(runtime_jar=runtime_jar))
    await runtime.boot()
    try:
        for _ in range(2):
            await runtime.start_activity(PACKAGE, ".Main", {})
            (process,) = runtime.processes()
            async with client(small) as device:
                listed = await asyncio.to_thread(device.enumerate_processes)
                assert [one.pid for one in listed] == [process.pid]
                assert not bound(small)
            await runtime.force_stop(PACKAGE)
    finally:
        await runtime.shutdown()
        small.close()
