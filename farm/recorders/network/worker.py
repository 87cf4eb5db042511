"""One capture process as the controller holds it: start, commands with deadlines, end.

Knows nothing of restarts and of which session runs where; that is `process`'s.
"""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import msgspec

from farm.model.errors import FarmError, SetupError
from farm.recorders.network.protocol import (
    LONGEST_LINE,
    Close,
    Command,
    Configure,
    Done,
    Open,
    Ready,
    Report,
    decode_report,
    encode,
)

_PACKAGE_ROOT = Path(__file__).resolve().parents[3]
_STOP_SECONDS = 10.0
_STDERR_TAIL = 2000


class CaptureDied(FarmError):
    """The capture process ended or does not answer."""


class Worker:
    """One child process. `report` is called with what it reports beside its answers."""

    def __init__(self, report: Callable[["Worker", Report], None]) -> None:
        self.sessions: set[str] = set()
        self.served = 0
        self.resident = 0
        self.retiring = False
        self.certificate = b""
        self.version = ""
        self._report = report
        self._process: asyncio.subprocess.Process | None = None
        self._errors: IO[bytes] | None = None
        self._answers: dict[int, asyncio.Future[Done]] = {}
        self._requests = 0
        self._dead = False

    @property
    def pid(self) -> int:
        """The process's id, 0 before its start."""
        return self._process.pid if self._process else 0

    @property
    def alive(self) -> bool:
        """Whether it runs, as far as is known."""
        return self._process is not None and not self._dead

    async def start(self, configuration: Configure, timeout: float) -> None:
        """Start the process and wait until it is ready.

        Raises:
            SetupError: it did not come up in time; the message ends with what it said.
        """
        self._errors = tempfile.TemporaryFile()  # lives as long as the process
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "farm.recorders.network.capture"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._errors,
            cwd=_PACKAGE_ROOT,
            limit=LONGEST_LINE,
            start_new_session=True,  # Ctrl-C at the terminal is the controller's to handle
        )
        try:
            async with asyncio.timeout(timeout):
                await self._send(configuration)
                report = await self._read()
        except (TimeoutError, CaptureDied) as error:
            said = self._tail()
            await self.kill()
            raise SetupError(
                f"the capture process did not start within {timeout:g} s: {said or error}"
            ) from error
        except BaseException:
            await self.kill()
            raise
        if not isinstance(report, Ready):
            await self.kill()
            raise SetupError(f"the capture process answered out of turn: {self._tail()}")
        self.certificate = report.certificate.encode()
        self.version = report.version

    async def listen(self) -> None:
        """Hand on answers and reports until the process ends; then fail whoever still waits."""
        try:
            while True:
                report = await self._read()
                if isinstance(report, Done):
                    self.resident = report.resident or self.resident
                    waiting = self._answers.pop(report.request, None)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(report)
                else:
                    self._report(self, report)
        except CaptureDied:
            return
        finally:
            self._dead = True
            for waiting in self._answers.values():
                if not waiting.done():
                    waiting.set_exception(CaptureDied("the capture process died"))
            self._answers.clear()

    async def ask(self, make: Callable[[int], Open | Close | Command], timeout: float) -> Done:
        """Send a command and return its answer.

        Raises:
            CaptureDied: the process ended, or did not answer in time.
            FarmError: it could not do it; the message says why.
        """
        self._requests += 1
        number = self._requests
        if not self.alive:
            raise CaptureDied("the capture process is not running")
        answer: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            async with asyncio.timeout(timeout):
                await self._send(make(number))
                done = await answer
        except TimeoutError as error:
            raise CaptureDied(f"the capture process did not answer in {timeout:g} s") from error
        finally:
            self._answers.pop(number, None)
            if answer.done() and not answer.cancelled():
                answer.exception()  # seen, whoever asked is gone
        if done.error:
            raise FarmError(done.error)
        return done

    async def stop(self) -> None:
        """End the process in order: its files are closed. Kills it when it does not end."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            await self.kill()
        finally:
            self._forget()

    async def kill(self) -> None:
        """End the process at once."""
        self._dead = True
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
        self._forget()

    def _forget(self) -> None:
        self._dead = True
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    async def _send(self, command: Command) -> None:
        if self._process is None or self._process.stdin is None:
            raise CaptureDied("the capture process is not running")
        try:
            self._process.stdin.write(encode(command))
            await self._process.stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            raise CaptureDied("the capture process is gone") from error

    async def _read(self) -> Report:
        if self._process is None or self._process.stdout is None:
            raise CaptureDied("the capture process is not running")
        try:
            line = await self._process.stdout.readline()
            if not line:
                raise CaptureDied("the capture process ended")
            return decode_report(line)
        except (ValueError, msgspec.MsgspecError, ConnectionError) as error:
            raise CaptureDied(f"the capture process spoke nonsense: {error}"[:300]) from error

    def _tail(self) -> str:
        if self._errors is None:
            return ""
        self._errors.seek(0, 2)
        self._errors.seek(max(0, self._errors.tell() - _STDERR_TAIL))
        return " ".join(self._errors.read().decode(errors="replace").split())
