"""`getevent` and `sendevent`: the kernel's input devices, of which a twin has its touch screen."""

import asyncio

from farm.twin.system.shell_context import Context, Program
from farm.twin.system.touch_panel import PATH, RAW

_DESCRIPTION = f"""add device 1: {PATH}
  name:     "twin_touchscreen"
  events:
    KEY (0001): KEY_BACK
    ABS (0003): ABS_MT_SLOT           : value 0, min 0, max 9, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_X     : value 0, min 0, max {RAW}, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_Y     : value 0, min 0, max {RAW}, fuzz 0, flat 0, resolution 0
                ABS_MT_TRACKING_ID    : value 0, min 0, max 65535, fuzz 0, flat 0, resolution 0
  input props:
    INPUT_PROP_DIRECT
"""


async def getevent(context: Context) -> int:
    """Print the devices (`-p`), or events as they come until the client hangs up."""
    options = "".join(each[1:] for each in context.args[1:] if each.startswith("-"))
    if "p" in options:
        await context.out(_DESCRIPTION)
        return 0
    if "l" not in options or "t" not in options:
        return await context.fail("getevent: only -lt and -lp are supported", 1)
    await context.out(f'add device 1: {PATH}\n  name:     "twin_touchscreen"\n')
    panel = context.system.touch_panel
    seen = panel.last
    while not context.hangup.is_set():
        lines = panel.lines(seen)
        seen = panel.last
        if lines:
            await context.out("\n".join(lines) + "\n")
            continue
        async with asyncio.TaskGroup() as tasks:
            waiting = {
                tasks.create_task(panel.wait()),
                tasks.create_task(context.hangup.wait()),
            }
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
    return 0


async def sendevent(context: Context) -> int:
    """Write one raw event: `sendevent DEVICE TYPE CODE VALUE`, numbers in decimal."""
    words = context.args[1:]
    if len(words) != 4 or words[0] != PATH:
        return await context.fail(f"sendevent: expected {PATH} TYPE CODE VALUE", 1)
    try:
        kind, code, value = (int(word) for word in words[1:])
    except ValueError:
        return await context.fail("sendevent: not an integer", 1)
    system, runtime = context.system, context.system.runtime

    async def gesture(name: str, numbers: tuple[int, ...]) -> None:
        if not system.screen_on:
            return
        if name == "tap":
            await runtime.tap(numbers[0], numbers[1])
        elif name == "back":
            await runtime.key("KEYCODE_BACK")
        elif name == "swipe":
            await runtime.swipe(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
        elif name == "long":
            await runtime.swipe(numbers[0], numbers[1], numbers[0], numbers[1], 600)

    await system.touch_panel.write(kind, code, value & 0xFFFFFFFF, system.screen, gesture)
    return 0


PROGRAMS: dict[str, Program] = {"getevent": getevent, "sendevent": sendevent}
