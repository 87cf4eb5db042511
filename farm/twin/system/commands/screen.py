"""Programs about the screen and input: input, screencap, uiautomator, wm, ime."""

import re

from farm.twin.system.shell_context import Context, Program


def _numbers(words: list[str]) -> list[int] | None:
    if not all(re.fullmatch(r"-?\d{1,6}(\.\d{1,6})?", w) for w in words):
        return None
    return [int(float(w)) for w in words]


async def input_(context: Context) -> int:
    words = context.args[1:]
    sources = ("touchscreen", "keyboard", "mouse", "dpad", "gamepad", "touchpad", "stylus")
    while words and (words[0] in sources or words[0] in ("-d", "--display")):
        words = words[2 if words[0].startswith("-") else 1 :]
    verb, rest = (words[0], words[1:]) if words else ("", [])
    runtime, system = context.system.runtime, context.system
    if verb == "text" and rest:
        await runtime.text(rest[0].replace("%s", " "))
        return 0
    if verb == "keyevent" and rest:
        for code in [w for w in rest if not w.startswith("--")]:
            await _key(context, code)
        return 0
    numbers = _numbers(rest)
    if verb in ("tap", "swipe", "draganddrop", "roll") and numbers is not None:
        if verb == "tap" and len(numbers) == 2:
            if system.screen_on:
                await runtime.tap(numbers[0], numbers[1])
            return 0
        if verb != "tap" and len(numbers) in (4, 5):
            time = numbers[4] if len(numbers) == 5 else 300
            if system.screen_on:
                await runtime.swipe(numbers[0], numbers[1], numbers[2], numbers[3], time)
            return 0
    await context.err("Error: Invalid arguments for command: " + verb[:50] + "\n")
    return 255


async def _key(context: Context, code: str) -> None:
    system = context.system
    name = code.upper().removeprefix("KEYCODE_")
    if name in ("POWER", "26"):
        system.screen_on = not system.screen_on
    elif name in ("WAKEUP", "224"):
        system.screen_on = True
    elif name in ("SLEEP", "223"):
        system.screen_on = False
    await context.system.runtime.key(code if code.isdigit() else f"KEYCODE_{name}")


async def screencap(context: Context) -> int:
    names = [a for a in context.args[1:] if not a.startswith("-")]
    if "-d" in context.args and names:
        names = names[1:]
    if "-p" not in context.args and not (names and names[0].endswith(".png")):
        return await context.fail("screencap: raw frames are not supported, use -p")
    picture = await context.system.runtime.screenshot()
    if names:
        with context.system.files.open_write(context.path(names[0]), context.actor) as file:
            file.write(picture)
    else:
        await context.stdout.write(picture)
    return 0


async def uiautomator(context: Context) -> int:
    words = [a for a in context.args[1:] if a not in ("--compressed", "--windows")]
    if words[:1] != ["dump"]:
        await context.out("Usage: uiautomator <subcommand> [options]\n")
        return 1
    target = words[1] if len(words) > 1 else "/sdcard/window_dump.xml"
    xml = (await context.system.runtime.hierarchy()).encode("utf-8", "replace")
    if target in ("/dev/tty", "/dev/stdout"):
        await context.stdout.write(xml)
    else:
        with context.system.files.open_write(context.path(target), context.actor) as file:
            file.write(xml)
    await context.out(f"UI hierchary dumped to: {target}\n")
    return 0


async def wm(context: Context) -> int:
    system, words = context.system, context.args[1:]
    width, height = system.screen
    if words[:1] == ["size"]:
        if words[1:2] == ["reset"]:
            system.size_override = None
        elif len(words) > 1:
            match = re.fullmatch(r"(\d{2,5})x(\d{2,5})", words[1])
            if match is None:
                return await context.fail("Error: bad size " + words[1][:50], 255)
            system.size_override = (int(match[1]), int(match[2]))
        else:
            await context.out(f"Physical size: {width}x{height}\n")
            if system.size_override:
                await context.out("Override size: {}x{}\n".format(*system.size_override))
        return 0
    if words[:1] == ["density"]:
        if words[1:2] == ["reset"]:
            system.density_override = None
        elif len(words) > 1 and words[1].isdigit() and len(words[1]) < 5:
            system.density_override = int(words[1])
        else:
            await context.out(f"Physical density: {system.density}\n")
            if system.density_override:
                await context.out(f"Override density: {system.density_override}\n")
        return 0
    if words[:1] == ["dismiss-keyguard"]:
        return 0
    await context.out("Window manager (window) commands:\n")
    return 255


async def ime(context: Context) -> int:
    words = context.args[1:]
    secure = context.system.settings["secure"]
    current = secure.get("default_input_method", "")
    if words[:1] == ["list"]:
        await context.out(current + "\n")
    elif words[:1] == ["set"] and len(words) > 1:
        package = words[1].partition("/")[0]
        if context.system.package(package) is None and words[1] != current:
            return await context.fail(f"Error: Unknown id: {words[1][:100]}")
        secure["default_input_method"] = words[1]
        await context.out(f"Input method {words[1]} selected for user #0\n")
    return 0


PROGRAMS: dict[str, Program] = {
    "input": input_, "screencap": screencap, "uiautomator": uiautomator, "wm": wm, "ime": ime,
}  # fmt: skip
