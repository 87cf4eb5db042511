"""Faults seen through the real adb: cable, authorization, offline, slow and hung shell."""

import asyncio

from farm.twin.phone import TwinPhone
from tests.twin.adb_server import AdbServer
from tests.twin.system.conftest import Adb


async def test_cable_out_and_back(phone: TwinPhone, adb: Adb, server: AdbServer) -> None:
    await adb("shell", "echo kept > /data/local/tmp/kept")
    serial = phone.serial
    await phone.faults.unplug()
    await asyncio.sleep(0.2)
    assert f"{serial}\tdevice" not in (await server.run("devices")).text
    await phone.faults.plug()
    assert phone.serial == serial
    await server.wait_for_state(serial, "device")
    assert (await adb("shell", "cat /data/local/tmp/kept")).out == b"kept\n"


async def test_unauthorized_then_allowed(phone: TwinPhone, adb: Adb, server: AdbServer) -> None:
    phone.faults.revoke_authorization()
    await server.run("disconnect", phone.serial)
    await server.run("connect", phone.serial)
    await server.wait_for_state(phone.serial, "unauthorized")
    phone.faults.authorize()
    await server.wait_for_state(phone.serial, "device")


async def test_slow_and_hung_shell(phone: TwinPhone, adb: Adb) -> None:
    phone.faults.shell_delay = 0.3
    start = asyncio.get_running_loop().time()
    assert (await adb("shell", "echo late")).out == b"late\n"
    assert asyncio.get_running_loop().time() - start >= 0.3
    phone.faults.shell_delay = 0.0
    phone.faults.hang_shell()
    async with asyncio.TaskGroup() as tasks:

        async def ask() -> bytes:
            return (await adb("shell", "echo done")).out

        waiting = tasks.create_task(ask())
        await asyncio.sleep(0.3)
        assert not waiting.done()
        phone.faults.hang_shell(False)
        assert await waiting == b"done\n"


async def test_a_shell_that_is_cut_off_ends(phone: TwinPhone, adb: Adb) -> None:
    before = len(asyncio.all_tasks())
    for command in ("sleep 1000", "logcat", "while true; do sleep 5; done", "cat"):
        try:
            async with asyncio.timeout(0.5):
                await adb("shell", command, data=b"")
        except TimeoutError:
            pass
    await phone.faults.unplug()
    async with asyncio.timeout(5):
        while len(asyncio.all_tasks()) > before:
            await asyncio.sleep(0.02)


async def test_clock_is_skewed_and_can_jump(phone: TwinPhone, adb: Adb) -> None:
    phone.faults.jump_clock(37_000_000_000)
    import time

    stamp = int((await adb("shell", "date +%s%N")).out)
    assert abs(stamp - time.time_ns() - 37_000_000_000) < 2_000_000_000


async def test_root_that_is_refused(phone: TwinPhone, adb: Adb) -> None:
    assert (await adb("shell", "su -c id -u")).out == b"0\n"
    phone.faults.refuse_root()
    refused = await adb("shell", "su -c id -u")
    assert (refused.code, refused.out) == (13, b"")
    phone.faults.refuse_root(False)
    assert (await adb("shell", "su -c id -u")).out == b"0\n"
