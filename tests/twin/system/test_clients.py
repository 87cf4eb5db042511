"""adbutils and uiautomator2, unmodified, on a twin with the real runtime."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import adbutils
import frida
import pytest
import uiautomator2

from farm.twin.building.runtime_jar import build_runtime_jar
from farm.twin.phone import TwinFleet, TwinPhone
from farm.twin.runtime.frida_server_file import make_frida_server
from farm.twin.runtime.options import RuntimeOptions
from farm.twin.runtime.runtime import Runtime
from tests.twin.adb_server import AdbServer
from tests.twin.system.conftest import Adb


@pytest.fixture(scope="module")
def options() -> Iterator[RuntimeOptions]:
    yield RuntimeOptions(runtime_jar=build_runtime_jar())


@pytest.fixture
async def fleet(options: RuntimeOptions) -> AsyncIterator[TwinFleet]:
    async with TwinFleet(lambda system: Runtime(system, options)) as fleet:
        yield fleet


async def test_uiautomator2_drives_it(phone: TwinPhone, adb: Adb, server: AdbServer) -> None:
    def drive() -> tuple[str, str, tuple[int, int], str]:
        client = adbutils.AdbClient("127.0.0.1", server.port)
        device = uiautomator2.connect(client.device(phone.serial))
        answer = device.shell("echo $((1)) >/dev/null; echo 'x y'; (exit 4)")
        assert answer.exit_code == 4
        try:
            hierarchy = device.dump_hierarchy()
            package = device.app_current()["package"]
            return answer.output, hierarchy, device.window_size(), package
        finally:
            device.stop_uiautomator()

    async with asyncio.timeout(60):
        output, hierarchy, size, package = await asyncio.to_thread(drive)
    assert output == "x y\n"
    assert "<hierarchy" in hierarchy
    assert size == phone.profile.screen
    assert package == "com.miui.home"


async def test_adbutils_reads_facts(phone: TwinPhone, adb: Adb, server: AdbServer) -> None:
    def read() -> None:
        device = adbutils.AdbClient("127.0.0.1", server.port).device(phone.serial)
        assert device.prop.model == "MI 8"
        assert device.window_size() == (1080, 2248)
        assert device.is_screen_on()
        assert device.wlan_ip().startswith("192.168.8.")
        assert device.shell2("(exit 5)").returncode == 5
        device.sync.push(b"x" * 70_000, "/data/local/tmp/b")
        assert device.sync.read_bytes("/data/local/tmp/b") == b"x" * 70_000
        assert device.sync.stat("/data/local/tmp/b").size == 70_000
        assert [f.path for f in device.sync.list("/data/local/tmp")] == ["b"]
        assert device.rotation() == 0
        assert device.screenshot().size == (1080, 2248)

    await asyncio.to_thread(read)


async def test_a_pushed_frida_server_runs_as_root_only(phone: TwinPhone, adb: Adb) -> None:
    binary = make_frida_server(frida.__version__, "arm64-v8a")
    place = "/data/local/tmp/fs-17"
    await adb("shell", f"cat > {place}", data=binary)
    refused = await adb("shell", place, "--version")
    assert refused.code == 126  # not executable yet
    await adb("shell", f"chmod 755 {place}")
    assert (await adb("shell", place, "--version")).out.decode().strip() == frida.__version__
    assert (await adb("shell", place, "-D")).code == 1
    assert (await adb("shell", f"su -c '{place} -D -l 127.0.0.1:27042'")).code == 0
    assert 27042 in phone.system.ports.listening()
    assert (await adb("shell", "pidof fs-17")).code == 0
    assert (await adb("shell", "su -c 'pkill -f fs-17'")).code == 0
    async with asyncio.timeout(5):
        while 27042 in phone.system.ports.listening():
            await asyncio.sleep(0.02)


async def test_a_frida_server_of_another_machine_does_not_run(adb: Adb) -> None:
    await adb("shell", "cat > /data/local/tmp/fs", data=make_frida_server("17.0.0", "x86_64"))
    await adb("shell", "chmod 755 /data/local/tmp/fs")
    assert (await adb("shell", "su -c '/data/local/tmp/fs --version'")).code == 126
