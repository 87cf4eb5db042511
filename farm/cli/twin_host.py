"""The child process behind `embedded`: twins, their adb server and their local internet.

Reads one request from standard input, answers with one line, and ends when the input ends, which
it also does when the parent is killed. Everything it started ends with it; the request's
folder is removed when the parent was killed and cannot do it.
"""

import asyncio
import ctypes
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import msgspec

from farm.cli.embedded import HostAnswer, HostOnline, HostRequest
from farm.model.errors import FarmError, SetupError
from farm.twin.building.runtime_jar import build_runtime_jar
from farm.twin.phone import TwinFleet
from farm.twin.runtime.frida_server_file import make_frida_server
from farm.twin.runtime.options import RuntimeOptions, load_routes
from farm.twin.runtime.runtime import Runtime
from farm.twin.system.profile import load_profile
from farm.twin.world import World

_ADB_SECONDS = 20.0
_END_SECONDS = 5.0
_PR_SET_PDEATHSIG = 1  # prctl(2)
_FRIDA_ABIS = {"arm64": "arm64-v8a", "x86_64": "x86_64"}


async def serve() -> None:
    """Start everything, answer, and wait for the end of the input or SIGTERM."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    request = msgspec.json.decode(await reader.readline(), type=HostRequest)
    folder, parent = Path(request.folder), os.getppid()
    # Both come when the parent is killed; either alone has to end the twins in order.
    loop.add_signal_handler(signal.SIGTERM, reader.feed_eof)
    try:
        await _host(request, folder, reader)
    finally:
        await asyncio.to_thread(_leave, folder, orphaned=os.getppid() != parent)


async def _host(request: HostRequest, folder: Path, reader: asyncio.StreamReader) -> None:
    for twin in request.twins:
        load_profile(twin.profile)  # told before a lab opens on what would never boot
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(World())
        hosts = folder / "hosts.json"
        world.write_hosts(hosts)
        certificates = folder / "world.pem"
        certificates.write_text(world.ca_pem)
        frida = folder / "frida"
        write_frida_files(frida)
        adb_port = await stack.enter_async_context(adb_server(request.adb_port))
        _say(
            HostAnswer(
                adb_port=adb_port,
                hosts_file=str(hosts),
                certificates_file=str(certificates),
                frida_folder=str(frida),
            )
        )
        options = RuntimeOptions(
            runtime_jar=await asyncio.to_thread(build_runtime_jar),
            routes=load_routes(hosts),
            world_certificates=[world.ca_pem],
        )
        fleet = await stack.enter_async_context(
            TwinFleet(lambda system: Runtime(system, options), certificates=[world.ca_pem])
        )
        for number, twin in enumerate(request.twins):
            phone = await fleet.add(
                twin.profile,
                seed=request.seed + number,
                clock_offset_ns=round(twin.clock_offset * 1e9),
                clock_drift_ppm=twin.clock_drift_ppm,
            )
            await run_adb(adb_port, "connect", phone.serial)
        _say(HostOnline(serials=[phone.serial for phone in fleet.phones]))
        while await reader.read(4096):
            pass


def _say(line: HostAnswer | HostOnline) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def write_frida_files(folder: Path) -> None:
    """Write the frida-server and gadget files that twins know, as an operator would put them."""
    folder.mkdir()
    for architecture, abi in _FRIDA_ABIS.items():
        name = f"frida-server-{version('frida')}-android-{architecture}"
        data = make_frida_server(version("frida"), abi)
        (folder / name).write_bytes(data)
        (folder / f"{name.replace('-server-', '-gadget-')}.so").write_bytes(data)


@asynccontextmanager
async def adb_server(port: int) -> AsyncIterator[int]:
    """Run an adb server of our own that ends with this process.

    Raises:
        SetupError: adb is missing or does not start.
    """
    adb = shutil.which("adb")
    if adb is None:
        raise SetupError("adb was not found; install it: apt-get install adb")
    chosen = port or free_port()
    process = await asyncio.create_subprocess_exec(
        adb,
        "-P",
        str(chosen),
        "nodaemon",
        "server",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        preexec_fn=_die_with_parent,
    )
    try:
        await _await_answer(process, chosen)
        yield chosen
    finally:
        await _end(process)


async def _await_answer(process: asyncio.subprocess.Process, port: int) -> None:
    try:
        async with asyncio.timeout(_ADB_SECONDS):
            while not await asyncio.to_thread(_answers, port):
                if process.returncode is not None:
                    raise SetupError(f"adb server ended with exit code {process.returncode}")
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise SetupError(f"adb server: no answer in {_ADB_SECONDS:g} s") from None


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a child in order; kill it where it does not end."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_END_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def run_adb(port: int, *arguments: str) -> None:
    """Run one adb command against our server.

    Raises:
        SetupError: it failed or took too long.
    """
    process = await asyncio.create_subprocess_exec(
        "adb",
        "-P",
        str(port),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_ADB_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError as error:
        raise SetupError(f"adb {arguments[0]}: no answer in {_ADB_SECONDS:g} s") from error
    finally:
        await _end(process)
    if process.returncode or b"failed" in output:
        raise SetupError(f"adb {arguments[0]}: {output.decode('utf-8', 'replace').strip()}")


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _leave(folder: Path, *, orphaned: bool) -> None:
    """End what still runs from below the folder; an orphan removes the folder too.

    frida's own daemon runs on for half a minute after its last client, from $TMPDIR, which is this
    folder, and leaves its files behind.
    """
    for entry in Path("/proc").iterdir():
        try:
            if (entry / "exe").readlink().is_relative_to(folder):
                os.kill(int(entry.name), signal.SIGKILL)
        except (OSError, ValueError):  # not a process, not ours, or gone
            continue
    if orphaned:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> int:
    """Run; a failure to start is one line on standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    try:
        asyncio.run(serve())
    except FarmError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
