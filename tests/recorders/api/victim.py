"""A real JVM to hook: compiled once, driven by lines, reached through a portal as a phone is."""

import asyncio
import atexit
import contextlib
import functools
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import frida

from farm.model.events import AnyBody, Event
from farm.model.vocabulary import Stream
from farm.twin.building.native_libraries import NATIVE, compile_calls, compile_library
from farm.twin.runtime.java import choose_java

SOURCES = Path(__file__).with_name("victim")
PACKAGE = "com.example.victim"
_SECONDS = 30.0
_REPORT_LINES = 60  # of a JVM that crashed: where it was, in which frames


@functools.cache
def compiled() -> Path:
    """Folder with the classes; the class that arrives late lies apart in `late`."""
    folder = Path(tempfile.mkdtemp(prefix="farm-victim-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    base = [str(path) for path in SOURCES.rglob("*.java") if path.parent.name != "late"]
    for target, files in (("base", base), ("late", [str(SOURCES / "late" / "OpenIDSDK.java")])):
        command = ["javac", "--release", "11", "-d", str(folder / target), *files]
        subprocess.run(command, check=True, timeout=_SECONDS)
    return folder


@functools.cache
def tracker() -> Path:
    """The app's native library, compiled; beside it the library it links to."""
    folder = compiled() / "native"
    folder.mkdir()
    home = Path(shutil.which("javac") or "").resolve().parent.parent
    common = ["gcc", "-shared", "-fPIC", "-g", "-I", str(home / "include")]
    common += ["-I", str(home / "include" / "linux"), "-o"]
    sources = SOURCES / "native"
    bionic, library = folder / "libbionic.so", folder / "libtracker.so"
    subprocess.run([*common, str(bionic), str(sources / "bionic.c")], check=True, timeout=_SECONDS)
    subprocess.run(
        [*common, str(library), str(sources / "tracker.c"), str(bionic)],
        check=True,
        timeout=_SECONDS,
    )
    return library


@functools.cache
def flutter() -> Path:
    """A library by the name of Flutter's, with the machine code of its check."""
    library = tracker().with_name("libflutter.so")
    home = Path(shutil.which("javac") or "").resolve().parent.parent
    command = ["gcc", "-shared", "-fPIC", "-I", str(home / "include")]
    command += ["-I", str(home / "include" / "linux"), "-o", str(library)]
    source = SOURCES / "native" / "flutter.c"
    subprocess.run([*command, str(source)], check=True, timeout=_SECONDS)
    return library


class PhoneLibraries(NamedTuple):
    """Libraries by which an app's native code meets a phone."""

    phone: Path  # to be preloaded: what a phone's C library answers
    every: Path  # the app's own, which calls every function that the catalogue names


@functools.cache
def phone_libraries() -> PhoneLibraries:
    """Compiled; the NDK's libraries lie beside them."""
    folder = compiled() / "phone"
    folder.mkdir()
    phone = compile_library(
        folder / "libphone.so", SOURCES / "native" / "phone.c", NATIVE / "properties.c"
    )
    every = compile_calls(folder, "libevery.so", f"{PACKAGE}.Tracker", [phone])
    return PhoneLibraries(phone, every)


class MemoryWriter:
    """The recording's stream, kept in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, body: AnyBody, t: int | None = None) -> Event:
        """Keep one event."""
        event = Event(stream=Stream.API, n=len(self.events), t=t or 0, body=body)
        self.events.append(event)
        return event


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Portal:
    """The endpoint that lists the victims, as frida-server lists a phone's processes."""

    def __init__(self) -> None:
        self.cluster, self.control = free_port(), free_port()
        self.address = f"127.0.0.1:{self.control}"
        self._service: Any = None
        self._clients: list[int] = []

    async def __aenter__(self) -> "Portal":
        await asyncio.to_thread(self._start)
        return self

    def _start(self) -> None:
        self._service = frida.PortalService(  # type: ignore[no-untyped-call]
            frida.EndpointParameters(address="127.0.0.1", port=self.cluster),
            frida.EndpointParameters(address="127.0.0.1", port=self.control),
        )
        self._service.on("controller-connected", lambda number, _: self._clients.append(number))
        self._service.start()

    async def drop_clients(self) -> None:
        """Cut every client off, as a cable or a restart of the adb server does."""
        for number in self._clients:
            await asyncio.to_thread(self._service.kick, number)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self._service.stop)


class Victim:
    """One process of the app, joined to the portal."""

    def __init__(
        self,
        portal: Portal,
        name: str = PACKAGE,
        *,
        preload: str = "",
        heap: str = "",
        environment: dict[str, str] | None = None,
    ) -> None:
        self.portal = portal
        self.name = name
        self.pid = 0
        self._heap = [f"-Xms{heap}", f"-Xmx{heap}"] if heap else []  # such as "32m"
        self._environment = dict(os.environ) | (environment or {})
        if preload:
            self._environment["LD_PRELOAD"] = preload

    async def __aenter__(self) -> "Victim":
        classes = await asyncio.to_thread(compiled)
        java = [str(choose_java()), "-Xshare:auto", "-XX:+UseSerialGC", *self._heap]
        # asyncio's own thread that waits for a child would take ptrace's stops from Frida.
        self.process = subprocess.Popen(  # noqa: ASYNC220
            [*java, "-cp", str(classes / "base"), "Victim"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environment,
            cwd=classes,  # a JVM that crashes leaves its report there
        )
        self.pid = self.process.pid
        try:
            assert await self._line() == "up"
            await asyncio.to_thread(self._join)
        except BaseException:
            await self.kill()
            raise
        return self

    def _join(self) -> None:
        self._session = frida.get_local_device().attach(self.pid)
        self._session.join_portal(f"127.0.0.1:{self.portal.cluster}")

    async def kill(self) -> None:
        """End the process at once."""
        self.process.kill()
        await asyncio.to_thread(self.process.wait, _SECONDS)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    async def finish(self) -> None:
        """Let the process end itself: it halts when its input ends."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        await asyncio.to_thread(self.process.wait, _SECONDS)

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    async def _line(self, seconds: float = _SECONDS) -> str:
        assert self.process.stdout is not None
        async with asyncio.timeout(seconds):
            while line := await asyncio.to_thread(self.process.stdout.readline):
                if line.startswith(b"victim: "):
                    return line.decode().removeprefix("victim: ").strip()
        raise AssertionError(await asyncio.to_thread(self._epitaph))

    def _epitaph(self) -> str:
        code = self.process.wait(_SECONDS)
        report = compiled() / f"hs_err_pid{self.pid}.log"
        lines = report.read_text(errors="replace").splitlines() if report.exists() else []
        return "\n".join([f"the victim ended with code {code}", *lines[:_REPORT_LINES]])

    async def do(self, command: str, seconds: float = _SECONDS) -> str:
        """Let the app do something and give its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command}\n".encode())
        self.process.stdin.flush()
        return await self._line(seconds)


class Phone:
    """What a phone says of the app: nothing before its start, then the processes that live."""

    def __init__(self, *victims: Victim) -> None:
        self.victims = list(victims)
        self._started = False

    async def start_app(self) -> None:
        """The phone accepted the start."""
        self._started = True

    async def find_processes(self) -> dict[int, str]:
        """Process ids and names."""
        if not self._started:
            return {}
        return {victim.pid: victim.name for victim in self.victims if victim.alive}
