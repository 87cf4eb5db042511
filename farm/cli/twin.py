"""`farm twin`: stand-in phones for people and benches without one."""

import asyncio
import re
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from farm.cli.output import emit_json, plain, say
from farm.cli.stopping import until_stopped
from farm.model.errors import UsageError
from farm.twin.building.runtime_jar import build_runtime_jar
from farm.twin.phone import TwinFleet, TwinPhone
from farm.twin.runtime.options import RuntimeOptions, load_routes
from farm.twin.runtime.runtime import Runtime
from farm.twin.system.profile import load_profile, profile_names

app = typer.Typer(no_args_is_help=True, help="Stand-in phones behind the real adb server.")

MAX_TWINS = 300
CONNECT_SECONDS = 20.0
UNITS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000}


def parse_duration(text: str) -> int:
    """`37s`, `-250ms`, `2m` to nanoseconds; a number alone means seconds.

    Raises:
        UsageError: it is no duration.
    """
    match = re.fullmatch(r"([+-]?\d{1,9}(?:\.\d{1,9})?)(ns|us|ms|s|m)?", text.strip())
    if match is None:
        raise UsageError(f"'{plain(text, 50)}' is no duration; write for example 37s or -250ms")
    return round(float(match[1]) * UNITS[match[2] or "s"])


@app.command("profiles")
def profiles() -> None:
    """List what a twin can pretend to be."""
    for name in profile_names():
        say(f"{name}: {load_profile(name).description}")


@app.command("start")
def start(
    profile: Annotated[list[str], typer.Option(help="What to pretend; repeat to mix.")],
    count: Annotated[int, typer.Option(min=1, max=MAX_TWINS, help="How many twins.")] = 1,
    port_base: Annotated[int, typer.Option(min=0, max=65000, help="First port; 0: free ones.")] = 0,
    clock_offset: Annotated[str, typer.Option(help="Phone clock minus host's, e.g. 37s.")] = "0s",
    clock_drift_ppm: Annotated[float, typer.Option(help="How fast that grows.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Which phones: equal seeds, equal phones.")] = 0,
    hosts: Annotated[Path | None, typer.Option(help="JSON: name -> [address, port].")] = None,
    certificates: Annotated[
        Path | None, typer.Option(help="PEM: authorities in every twin's system store.")
    ] = None,
    connect: Annotated[bool, typer.Option(help="Run `adb connect` for each twin.")] = True,
    exit_with_parent: Annotated[
        bool, typer.Option(help="Stop when standard input ends; read fault commands from it.")
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Serials as JSON.")] = False,
) -> None:
    """Start twins and keep them running until Ctrl-C."""
    offset_ns = parse_duration(clock_offset)
    if port_base and any(5555 <= port <= 5585 for port in range(port_base, port_base + count)):
        raise UsageError(
            "--port-base: adb scans ports 5555 to 5585 for emulators; choose others, such as 6000"
        )
    if port_base + count > 65535:
        raise UsageError("--port-base: the last port would be above 65535")
    chosen = [load_profile(name) for name in profile]
    pems = _certificates(certificates)
    options = RuntimeOptions(
        runtime_jar=build_runtime_jar(),
        routes=load_routes(hosts) if hosts else {},
        world_certificates=pems,
    )

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            fleet = await stack.enter_async_context(
                TwinFleet(
                    lambda system: Runtime(system, options),
                    port_base=port_base,
                    certificates=pems,
                )
            )
            for number in range(count):
                try:
                    await fleet.add(
                        chosen[number % len(chosen)],
                        seed=seed + number,
                        clock_offset_ns=offset_ns,
                        clock_drift_ppm=clock_drift_ppm,
                    )
                except OSError as error:
                    raise UsageError(f"twin {number} cannot listen: {error.strerror}") from error
            if connect:
                for phone in fleet.phones:
                    await _adb("connect", phone.serial)
                    stack.push_async_callback(_adb, "disconnect", phone.serial)
            _announce(fleet, json_output)
            if exit_with_parent:
                await _follow_input(fleet)
            else:
                await asyncio.Event().wait()

    asyncio.run(until_stopped(serve()))


def _certificates(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as PEM: {error}") from error
    found = re.findall(
        r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", text, re.DOTALL
    )
    if not found:
        raise UsageError(f"{path}: holds no PEM certificate")
    return [pem if pem.endswith("\n") else pem + "\n" for pem in found]


def _announce(fleet: TwinFleet, json_output: bool) -> None:
    if json_output:
        emit_json(
            {
                "twins": [
                    {"serial": phone.serial, "profile": phone.profile.name}
                    for phone in fleet.phones
                ]
            }
        )
        return
    for phone in fleet.phones:
        say(f"{phone.serial}  {phone.profile.name}")
    say("running; Ctrl-C stops")


async def _adb(*arguments: str) -> None:
    """Run adb; a failure is said and does not stop the twins."""
    try:
        process = await asyncio.create_subprocess_exec(
            "adb",
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        raise UsageError(
            f"adb cannot be run: {error.strerror}; install it or --no-connect"
        ) from None
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        say(f"adb {' '.join(arguments)}: no answer in {CONNECT_SECONDS:.0f} s")
        return
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or b"failed" in output:
        say(f"adb {' '.join(arguments)}: {plain(output.decode('utf-8', 'replace'))}")


async def _follow_input(fleet: TwinFleet) -> None:
    """Fault commands (`NUMBER unplug`), one a line, until the input ends with the parent."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        while line := await reader.readline():
            number, _, command = line.decode("utf-8", "replace").strip().partition(" ")
            if number.isdigit() and int(number) < len(fleet.phones):
                await _fault(fleet.phones[int(number)], command)
            elif number:
                say(f"no twin '{plain(number, 20)}'")
    finally:
        transport.close()


async def _fault(phone: TwinPhone, command: str) -> None:
    faults = phone.faults
    waiting = {"unplug": faults.unplug, "plug": faults.plug, "reboot": faults.reboot}
    immediate = {
        "fill-disk": faults.fill_disk,
        "free-disk": lambda: faults.fill_disk(False),
        "hang-shell": faults.hang_shell,
        "free-shell": lambda: faults.hang_shell(False),
        "offline": faults.go_offline,
        "online": faults.come_online,
        "unauthorized": faults.revoke_authorization,
        "authorize": faults.authorize,
    }
    if command in waiting:
        await waiting[command]()
    elif command in immediate:
        immediate[command]()
    else:
        known = ", ".join([*waiting, *immediate])
        say(f"unknown fault '{plain(command, 50)}'; known are {known}")
