"""Twins for one command: a child process with twins, their adb server and their local internet.

The child ends with the command, also when that is killed: it watches its standard input. What
comes back is what an operator would be told about real phones: an adb server's port, and the
lab's options for name overrides and upstream certificates.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec

from farm.model.errors import SetupError
from farm.session.settings import LabSettings

_START_SECONDS = 90.0
_STOP_SECONDS = 20.0


_Line = TypeVar("_Line", "HostAnswer", "HostOnline")


class TwinDescription(msgspec.Struct, frozen=True, kw_only=True):
    """One twin to be started: which phone it plays, and how wrong its clock is."""

    profile: str
    clock_offset: float = 0.0  # seconds, phone minus host
    clock_drift_ppm: float = 0.0


class HostRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The child's first line of input."""

    folder: str
    adb_port: int  # 0: choose a free one
    twins: list[TwinDescription]
    seed: int = 0


class HostAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The child's first line of output: all that a lab must be told, before any twin has booted."""

    adb_port: int
    hosts_file: str
    certificates_file: str
    frida_folder: str


class HostOnline(msgspec.Struct, frozen=True, kw_only=True):
    """The child's second line of output: every twin is at the adb server."""

    serials: list[str]


class EmbeddedTwins:
    """Async context manager: twins online at an adb server of their own.

    With `early` the context begins before the twins have booted, so that a lab can open meanwhile;
    `online` then waits for them.
    """

    def __init__(self, twins: list[TwinDescription], seed: int = 0, *, early: bool = False) -> None:
        self._twins = twins
        self._seed = seed
        self._early = early
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._answer: HostAnswer | None = None

    @property
    def answer(self) -> HostAnswer:
        """What the child said of itself."""
        assert self._answer is not None  # noqa: S101 - only inside the context
        return self._answer

    @property
    def adb_port(self) -> int:
        """Port of the adb server that has the twins."""
        return self.answer.adb_port

    @property
    def hosts_file(self) -> Path:
        """Overrides for the capture proxy: names of the local internet to local servers."""
        return Path(self.answer.hosts_file)

    @property
    def certificates_file(self) -> Path:
        """The local internet's certificate authority."""
        return Path(self.answer.certificates_file)

    @property
    def frida_folder(self) -> Path:
        """Operator's frida files that the twins know how to run."""
        return Path(self.answer.frida_folder)

    def settings(self, settings: LabSettings) -> LabSettings:
        """A lab's settings, turned to these twins; overrides of names that it has stay its own."""
        return msgspec.structs.replace(
            settings,
            adb_port=self.adb_port,
            start_adb_server=False,
            hosts=settings.hosts or self.hosts_file,
            upstream_certificates=self.certificates_file,
            frida_files=self.frida_folder,
        )

    async def __aenter__(self) -> "EmbeddedTwins":
        self._folder = tempfile.TemporaryDirectory(prefix="farm-twins-")
        log = self._log
        request = HostRequest(
            folder=self._folder.name, adb_port=0, twins=self._twins, seed=self._seed
        )
        with log.open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "farm.cli.twin_host",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                # A signal typed at the terminal stops the command, which then stops the twins.
                start_new_session=True,
                # Whatever it and its libraries leave in the temporary folder goes with ours.
                env={**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": self._folder.name},
            )
        try:
            assert self._process.stdin  # noqa: S101 - opened as a pipe
            self._process.stdin.write(msgspec.json.encode(request) + b"\n")
            self._answer = await self._line(HostAnswer)
            if not self._early:
                await self.online()
        except BaseException:
            await self._stop()
            raise
        return self

    async def online(self) -> list[str]:
        """Wait until every twin is at the adb server; their serials. To be called once.

        Raises:
            SetupError: they did not start.
        """
        return (await self._line(HostOnline)).serials

    @property
    def _log(self) -> Path:
        assert self._folder is not None  # noqa: S101 - only inside the context
        return Path(self._folder.name) / "host.log"

    async def _line(self, kind: type[_Line]) -> _Line:
        """The child's next line of output."""
        assert self._process and self._process.stdout  # noqa: S101 - opened as pipes
        try:
            async with asyncio.timeout(_START_SECONDS):
                line = await self._process.stdout.readline()
            return msgspec.json.decode(line, type=kind)
        except (TimeoutError, msgspec.DecodeError, OSError) as error:
            text = await asyncio.to_thread(self._log.read_text, errors="replace")
            tail = text[-600:].strip().replace("\n", " | ")
            raise SetupError(
                f"the twins did not start ({type(error).__name__}): {tail or 'no message'}; "
                "run `make setup` and try again"
            ) from error

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            if process.stdin is not None:
                process.stdin.close()
            try:
                async with asyncio.timeout(_STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._folder is not None:
            await asyncio.to_thread(self._folder.cleanup)
