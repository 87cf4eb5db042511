"""Reads by a real native library of the app, seen where it calls the C library."""

import asyncio
import uuid
from pathlib import Path
from typing import Any

import yaml

from farm.model.vocabulary import GapCause
from tests.recorders.api.hooked import Hooked
from tests.recorders.api.victim import Portal, Victim, tracker


def native(symbol: str, arguments: list[str], **more: Any) -> dict[str, Any]:
    """An entry of kind native."""
    return {
        "id": f"native.{symbol.strip('_')}",
        "kind": "native",
        "symbol": symbol,
        "arguments": arguments,
        "levels": "1-",
        "permission": "",
        "data_type": "files",
        "values": [],
        "source": ["test"],
        "reason": "read around the Java API",
    } | more


ENTRIES = [
    native(
        "__system_property_get",
        ["text", "pointer"],
        when=[{"argument": 0, "is": ["ro.serialno"]}],
        values=[{"from": 1}],
        data_type="serial",
    ),
    native("open", ["text"], when=[{"argument": 0, "path": ["/proc/net/*", "/sys/*/x"]}]),
    native(
        "fopen",
        ["text", "text"],
        when=[{"argument": 0, "path": ["/proc/net/*"]}],
        values=[{"from": 0}],
        data_type="lan_neighbours",
    ),
    native(
        "ioctl",
        ["int", "int", "pointer"],
        when=[{"argument": 1, "is": [str(0x8927)]}],
        values=[{"from": 2, "at": 18, "length": 6, "as": "mac"}],
        data_type="wifi_mac",
    ),
    native("getifaddrs", ["pointer"], values=[{"from": 0, "as": "interfaces"}], data_type="oaid"),
    native(
        "popen",
        ["text", "text"],
        when=[{"argument": 0, "contains": ["shell"]}],
        values=[{"from": 0}],
        data_type="installed_apps",
    ),
]


def catalogue(folder: Path) -> Path:
    """A catalogue of native entries alone."""
    path = folder / "native.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "apis": ENTRIES}))
    return path


async def test_native_reads_are_calls_with_value_and_both_stacks(
    portal: Portal, tmp_path: Path
) -> None:
    library = await asyncio.to_thread(tracker)
    async with (
        Victim(portal) as victim,
        Hooked(portal, victim, catalogue=catalogue(tmp_path)) as hooked,
    ):
        assert await victim.do(f"native load {library}") == "loaded"  # after the hooks
        assert await victim.do("native property ro.serialno") == "NATIVE-SERIAL"
        [serial] = await hooked.until_called("native.system_property_get")
        assert await victim.do("native open /proc/net/arp") == "opened"
        [opened] = await hooked.until_called("native.open")
        [file] = await hooked.until_called("native.fopen")
        assert await victim.do("native hardware") == "read"
        [hardware] = await hooked.until_called("native.ioctl")
        await hooked.until_called("native.getifaddrs")
        assert await victim.do("native shell") == "from the shell"
        [shell] = await hooked.until_called("native.popen")
        await hooked.stop()
    assert serial.values == ["NATIVE-SERIAL"]
    assert (serial.class_name, serial.method) == ("native", "__system_property_get")
    assert serial.stack[0].startswith("libtracker.so+0x")
    assert "(Java_com_example_victim_Tracker_property)" in serial.stack[0]
    assert [frame for frame in serial.stack if frame.startswith("Victim.act(Victim.java:")]
    assert opened.arguments == ["/proc/net/arp"]
    assert file.values == ["/proc/net/arp"]
    assert hardware.values == ["00:00:00:00:00:00"]
    assert shell.values == ["echo from the shell"]
    assert not hooked.gaps(GapCause.RECORDER_FAILED)
    assert not hooked.gaps(GapCause.HOOK_FAILED)


async def test_other_native_calls_leave_no_trace(portal: Portal, tmp_path: Path) -> None:
    library = await asyncio.to_thread(tracker)
    missing = f"/proc/net/{uuid.uuid4().hex}"
    async with (
        Victim(portal) as victim,
        Hooked(portal, victim, catalogue=catalogue(tmp_path)) as hooked,
    ):
        await victim.do(f"native load {library}")
        assert await victim.do("native property ro.product.model") == ""
        for path in ("/proc/self/status", "/sys/a/b/x", "/proc/network", "/tmp/proc/net/arp"):
            await victim.do(f"native open {path}")
        assert await victim.do(f"native open {missing}") == "refused"
        [refused] = await hooked.until_called("native.open")
        await hooked.stop()
    assert refused.arguments == [missing]
    assert refused.error == "errno 2"
    assert not hooked.calls("native.system_property_get")
