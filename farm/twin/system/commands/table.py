"""All programs of the phone by name."""

from farm.twin.system.commands import (
    activity,
    attributes,
    basic,
    content,
    copying,
    dumpsys,
    files,
    location,
    logs,
    mounts,
    network,
    package,
    pushed,
    screen,
    settings,
    system,
    text,
    touchscreen,
    users,
)
from farm.twin.system.interpreter import run_program
from farm.twin.system.shell_context import Context, Program

PROGRAMS: dict[str, Program] = {}
for module in (
    activity, attributes, basic, content, copying, dumpsys, files, logs, mounts, network, package,
    pushed, screen, settings, system, text, touchscreen, users,
):  # fmt: skip
    PROGRAMS.update(module.PROGRAMS)


async def _toybox(context: Context) -> int:
    if len(context.args) < 2:
        ours = (files, attributes, copying, text)
        await context.out(" ".join(sorted({name for one in ours for name in one.PROGRAMS})) + "\n")
        return 0
    if context.args[1] not in PROGRAMS:
        return await context.fail(f"toybox: Unknown command {context.args[1][:100]}", 127)
    context.args = context.args[1:]
    return await run_program(context)


async def _cmd(context: Context) -> int:
    """`cmd SERVICE ARGS`: the shell interface of a system service."""
    services = {"package": "pm", "activity": "am", "settings": "settings", "input": "input",
                "appops": "appops"}  # fmt: skip
    if len(context.args) < 2:
        return await context.fail("cmd: No service specified; use -l", 20)
    name = context.args[1]
    if name == "-l":
        await context.out("Currently running services:\n" + "".join(f"  {s}\n" for s in services))
        return 0
    if name == "deviceidle":
        return await dumpsys.device_idle(context, context.args[2:])
    if name == "wifi":
        return await network.cmd_wifi(context, context.args[2:])
    if name == "location":
        return await location.cmd_location(context, context.args[2:])
    if name not in services:
        return await context.fail(f"cmd: Can't find service: {name[:100]}", 20)
    context.args = [services[name], *context.args[2:]]
    return await PROGRAMS[services[name]](context)


PROGRAMS["toybox"] = _toybox
PROGRAMS["cmd"] = _cmd
