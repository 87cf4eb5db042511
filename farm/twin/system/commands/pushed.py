"""Files that a client pushed and runs: frida-server, and scripts; and `app_process`.

A frida-server made for twins is a small ELF file with a marker; a real one is recognised by its
size and name and refused as an executable of another machine would be.
"""

import asyncio
import re
from contextlib import suppress

from farm.twin.runtime.frida_server_file import frida_server_version
from farm.twin.system.interpreter import run_text
from farm.twin.system.shell_context import Context, Program

FRIDA_PORT = 27042
UIAUTOMATOR_CLASS = "com.wetest.uia2.Main"
MACHINES = {
    b"\xb7\x00": "arm64-v8a",
    b"\x3e\x00": "x86_64",
    b"\x28\x00": "armeabi-v7a",
    b"\x03\x00": "x86",
}
PROBE = 64 * 1024


def pushed_program(context: Context, path: str) -> Program | None:
    """The program in the file at `path`, None if the actor may not run it."""
    files = context.system.files
    try:
        facts = files.stat(path, context.actor)
        if facts.mode & 0o170000 != 0o100000 or not facts.mode & 0o111:
            return None
        with files.open_read(path, context.actor) as file:
            head = file.read(PROBE)
    except OSError:
        return None
    if head[:4] == b"\x7fELF":
        return _elf(context, head)
    if head[:2] == b"#!" or b"\0" not in head:
        return _script(path)
    return None


def _script(path: str) -> Program:
    async def run(context: Context) -> int:
        with context.system.files.open_read(path, context.actor) as file:
            text = file.read(1024 * 1024).decode("utf-8", "surrogateescape")
        context.positional = context.args[1:]
        return await run_text(context, text)

    return run


def _elf(context: Context, head: bytes) -> Program:
    abis = context.system.profile.properties["ro.product.cpu.abilist"].split(",")
    fits = MACHINES.get(head[18:20]) in abis
    version = frida_server_version(head)

    async def run(inner: Context) -> int:
        if not fits:
            return await inner.fail(f"sh: {inner.args[0]}: not executable: 64-bit ELF file", 126)
        if version is None:
            return await inner.fail(f"sh: {inner.args[0]}: Exec format error", 126)
        return await _frida_server(inner, version)

    return run


def _listen_port(words: list[str]) -> int | None:
    """The port of `-l ADDRESS[:PORT]`; None if it makes no sense."""
    for index, word in enumerate(words):
        if word in ("-l", "--listen") and index + 1 < len(words):
            value = words[index + 1]
        elif word.startswith("--listen="):
            value = word.partition("=")[2]
        else:
            continue
        _, colon, port = value.rpartition(":")
        if not colon:
            return FRIDA_PORT
        return int(port) if re.fullmatch(r"\d{1,5}", port) and 0 < int(port) < 65536 else None
    return FRIDA_PORT


async def _frida_server(context: Context, version: str) -> int:
    words = context.args[1:]
    if "--version" in words:
        await context.out(version + "\n")
        return 0
    port = _listen_port(words)
    if port is None:
        return await context.fail("Unable to start: Invalid listen address")
    if not context.actor.is_root:
        await context.err("Unable to load SELinux policy from the kernel: Permission denied\n")
        return 1
    system = context.system
    if port in system.ports.listening():
        return await context.fail(
            f"Unable to start: Error binding to address 127.0.0.1:{port}: Address already in use"
        )
    name = context.args[0].rpartition("/")[2]
    job = system.processes.start_job(name, " ".join(context.args), context.actor.uid)
    try:
        await system.runtime.start_frida(port)
    except BaseException:
        system.processes.end_job(job)
        raise

    async def live(hangup: asyncio.Event) -> None:
        try:
            await _either(job.stop, hangup)
        finally:
            system.processes.end_job(job)
            with suppress(OSError):
                await system.runtime.stop_frida()

    if {"-D", "--daemonize"} & set(words):
        system.spawn(live(asyncio.Event()))
        return 0
    await live(context.hangup)
    return 0


async def _either(first: asyncio.Event, second: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as tasks:
        waiting = {tasks.create_task(first.wait()), tasks.create_task(second.wait())}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()


async def app_process(context: Context) -> int:
    """`CLASSPATH=... app_process / CLASS`: only uiautomator2's server is known."""
    words = [a for a in context.args[1:] if not a.startswith("-")]
    class_path = context.variables.get("CLASSPATH", "")
    system = context.system
    if len(words) < 2 or words[1] != UIAUTOMATOR_CLASS:
        await context.err("Error: could not find class\nAborted\n")
        return 134
    if not all(system.files.exists(p, context.actor) for p in class_path.split(":")):
        await context.err(f"java.lang.ClassNotFoundException: {UIAUTOMATOR_CLASS}\nAborted\n")
        return 134
    if any(p.name == "app_process" for p in system.processes.listed()):
        await context.err(
            "java.lang.IllegalStateException: UiAutomationService "
            "android.accessibilityservice.IAccessibilityServiceClient$Stub$Proxy@5deffd5"
            "already registered!\n"
        )
        return 1
    job = system.processes.start_job("app_process", " ".join(context.args), context.actor.uid)
    try:
        await system.runtime.start_uiautomator()
        await context.out("[server] INFO: [UiAutomator2Server] Starting Server\n")
        await _either(job.stop, context.hangup)
    finally:
        system.processes.end_job(job)
        await system.runtime.stop_uiautomator()
    return 0


PROGRAMS: dict[str, Program] = {"app_process": app_process, "app_process64": app_process}
