"""Each fault of a phone is found, named, and answered with what to do."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from farm.devices.adb import Adb
from farm.devices.checks import Check
from farm.devices.phone_checks import PhoneTools, check_phones
from farm.devices.profiles import DeviceProfile
from tests.twin.adb_server import free_port

DAY_NS = 86_400 * 10**9


@pytest.fixture
def tools(profiles: list[DeviceProfile], frida_folder: Path) -> PhoneTools:
    return PhoneTools(profiles=profiles, frida_folder=frida_folder)


async def examine(adb: Adb, tools: PhoneTools, serial: str) -> dict[str, Check]:
    return {check.name: check async for check in check_phones(adb, tools, only=serial)}


@pytest.mark.parametrize(
    "profile",
    [
        "xiaomi-mi8-android9-su",
        "emulator-android9-root",
        "pixel6-android13-su",
        "huawei-p20-android8-locked",
    ],
)
async def test_a_phone_in_order_passes_every_check(
    profile: str, adb: Adb, connect: Any, tools: PhoneTools
) -> None:
    twin = await connect(profile)
    checks = await examine(adb, tools, twin.serial)
    assert list(checks) == [
        *("connection", "profile", "access", "frida", "ca", "proxy", "clock", "disk", "battery")
    ]
    assert not [check for check in checks.values() if not check.ok]


Fault = Callable[[Any, Adb], Awaitable[None]]


async def no_root(twin: Any, adb: Adb) -> None:
    twin.faults.refuse_root()


async def clock_off(twin: Any, adb: Adb) -> None:
    twin.faults.jump_clock(-3 * DAY_NS)


async def disk_full(twin: Any, adb: Adb) -> None:
    twin.faults.fill_disk()


async def proxy_left(twin: Any, adb: Adb) -> None:
    await adb.shell(twin.serial, ["settings", "put", "global", "http_proxy", "10.0.0.1:8080"])


async def battery_low(twin: Any, adb: Adb) -> None:
    await adb.shell(twin.serial, ["dumpsys", "battery", "unplug"])
    await adb.shell(twin.serial, ["dumpsys", "battery", "set", "level", "7"])


@pytest.mark.parametrize(
    ("fault", "name", "found", "todo"),
    [
        (no_root, "access", "no root", "root manager"),
        (clock_off, "clock", "-259", "automatic date and time"),
        (disk_full, "disk", "0 MiB free", "free at least 1 GiB"),
        (proxy_left, "proxy", "10.0.0.1:8080", "settings put global http_proxy :0"),
        (battery_low, "battery", "7 %, not powered", "charge it"),
    ],
)
async def test_a_fault_is_found_and_says_what_to_do(
    fault: Fault,
    name: str,
    found: str,
    todo: str,
    adb: Adb,
    connect: Any,
    tools: PhoneTools,
) -> None:
    twin = await connect("xiaomi-mi8-android9-su")
    await fault(twin, adb)
    checks = await examine(adb, tools, twin.serial)
    assert not checks[name].ok
    assert found in checks[name].found and todo in checks[name].todo
    follows = {"access": {"access", "ca"}}.get(name, {name})  # what rests on root says so too
    assert {check.name for check in checks.values() if not check.ok} == follows


async def test_without_the_operators_file_frida_says_which_to_get(
    adb: Adb, connect: Any, profiles: list[DeviceProfile], tmp_path: Path
) -> None:
    twin = await connect("pixel6-android13-su")
    tools = PhoneTools(profiles=profiles, frida_folder=tmp_path)
    check = (await examine(adb, tools, twin.serial))["frida"]
    assert not check.ok and check.required
    assert "arm64-v8a" in check.todo and str(tmp_path) in check.todo


async def test_a_foreign_frida_server_is_named(adb: Adb, connect: Any, tools: PhoneTools) -> None:
    twin = await connect("xiaomi-mi8-android9-su")

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    twin.system.ports.listen(27042, greet)
    check = (await examine(adb, tools, twin.serial))["frida"]
    assert not check.ok and "27042" in check.found and "stop it" in check.todo


async def test_phones_that_do_not_answer(adb: Adb, connect: Any, tools: PhoneTools) -> None:
    twin = await connect("xiaomi-mi8-android9-su")
    twin.faults.revoke_authorization()
    await adb.disconnect(twin.serial)
    await adb.connect(twin.serial)
    async with asyncio.timeout(10):
        while (
            "unauthorized"
            not in (await examine(adb, tools, twin.serial))
            .get("connection", Check(name="", subject="", ok=True, found=""))
            .found
        ):
            await asyncio.sleep(0.1)
    [check] = (await examine(adb, tools, twin.serial)).values()
    assert "allow USB debugging" in check.todo
    [unknown] = (await examine(adb, tools, "no-such-serial")).values()
    assert not unknown.ok and "plug it in" in unknown.todo


async def test_a_phone_of_an_unknown_kind(adb: Adb, connect: Any, frida_folder: Path) -> None:
    twin = await connect("xiaomi-mi8-android9-su")
    tools = PhoneTools(profiles=[], frida_folder=frida_folder)
    checks = await examine(adb, tools, twin.serial)
    assert list(checks) == ["connection", "profile"]
    assert "MI 8" in checks["profile"].found and "device_profiles/" in checks["profile"].todo


async def test_no_adb_server_can_be_started(
    tools: PhoneTools, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "adb"
    broken.write_text("#!/bin/sh\necho 'Android Debug Bridge version 1.0.41'\n"
                      "echo 'Version 34.0.0'\n")  # fmt: skip
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    async with Adb(port=free_port()) as adb:
        [check] = [check async for check in check_phones(adb, tools)]
    assert (check.name, check.ok, check.required) == ("adb server", False, True)
    assert "start-server" in check.todo
