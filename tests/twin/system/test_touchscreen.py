"""The kernel's touch screen through the real adb client: raw events in, gestures and lines out."""

import asyncio

from farm.explore.touches import Fingers, Kind, Touch, read_panels
from farm.twin.phone import TwinPhone
from farm.twin.system.touch_panel import PATH, RAW
from tests.twin.adb_server import AdbServer
from tests.twin.system.conftest import Adb


def _touch(x: int, y: int, to_x: int, to_y: int) -> str:
    events = [
        (3, 0x39, 7), (3, 0x35, x), (3, 0x36, y), (0, 0, 0),
        (3, 0x35, to_x), (3, 0x36, to_y), (0, 0, 0),
        (3, 0x39, 0xFFFFFFFF), (0, 0, 0),
    ]  # fmt: skip
    return "; ".join(f"sendevent {PATH} {kind} {code} {value}" for kind, code, value in events)


async def test_what_fingers_do_is_heard_and_done(
    phone: TwinPhone, adb: Adb, server: AdbServer
) -> None:
    panels = read_panels((await adb("shell", "getevent -lp")).text)
    assert len(panels) == 1
    fingers = Fingers(panels, phone.system.screen)
    process = await asyncio.create_subprocess_exec(
        "adb", "-P", str(server.port), "-s", phone.serial, "shell", "getevent -lt",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            while b"add device" not in await process.stdout.readline():
                pass
            await adb("shell", _touch(RAW // 2, RAW // 4, RAW // 2, RAW // 4))
            await adb("shell", _touch(RAW // 2, RAW // 2, RAW // 2, RAW // 8))
            await adb("shell", "input tap 5 5")  # injected by a program: the kernel sees none
            await adb("shell", f"sendevent {PATH} 1 158 1")
            touches: list[Touch] = []
            while len(touches) < 3:
                line = (await process.stdout.readline()).decode()
                touch = fingers.feed(line.rstrip())
                if touch is not None:
                    touches.append(touch)
    finally:
        process.kill()
        await process.wait()
    assert [each.kind for each in touches] == [Kind.TAP, Kind.SWIPE, Kind.KEY]
    width, height = phone.system.screen
    assert abs(touches[0].x - width // 2) <= 2 and abs(touches[0].y - height // 4) <= 2
    asked = [each[0] for each in phone.system.runtime.asked]  # type: ignore[attr-defined]
    assert [each for each in asked if each in {"tap", "swipe", "key"}] == [
        "tap",
        "swipe",
        "tap",
        "key",
    ]


async def test_wrong_arguments(adb: Adb) -> None:
    assert (await adb("shell", "sendevent /dev/input/event9 1 2 3")).code == 1
    assert (await adb("shell", f"sendevent {PATH} 1 2 x")).code == 1
    assert (await adb("shell", "getevent -x")).code == 1
