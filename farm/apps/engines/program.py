"""Runs an engine's program: argument lists only, bounded in output, memory and descriptors.

The deadline is the caller's: cancelling ends the program and everything it started.
"""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

from farm.apps.engines.engine import EngineAbsent, EngineFailed

_LARGEST_OUTPUT = 64 << 20
_CHUNK = 1 << 16
_MEMORY = 4 << 30
_FILES = 1024
_END_SECONDS = 5.0  # for the pipes of a killed program to close


def as_argument(path: Path) -> str:
    """A file as one argument: absolute, so that no name is taken for an option."""
    return str(path.absolute())


async def output_of(command: Sequence[str], *, exit_codes: Sequence[int] = (0,)) -> bytes:
    """Run a program and return what it printed on standard output.

    Raises:
        EngineAbsent: there is no such program.
        EngineFailed: it ended with another exit code, or printed too much.
    """
    program = shutil.which(command[0])
    if program is None:
        raise EngineAbsent(f"{command[0]}: no such program on this machine")
    process = await asyncio.create_subprocess_exec(
        program,
        *command[1:],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_limit,
    )
    assert process.stdout is not None and process.stderr is not None  # noqa: S101 - pipes asked for
    try:
        async with asyncio.TaskGroup() as group:
            said = group.create_task(_bounded(process.stdout))
            complained = group.create_task(_bounded(process.stderr))
        code = await process.wait()
    except ExceptionGroup as group_error:
        raise EngineFailed(f"{command[0]}: {group_error.exceptions[0]}") from group_error
    finally:
        await _end(process)
    if code not in exit_codes:
        last = complained.result().decode("utf-8", "replace").strip().splitlines()[-1:]
        raise EngineFailed(f"{command[0]}: exit code {code}: {' '.join(last)[:300]}")
    return said.result()


async def _bounded(stream: asyncio.StreamReader) -> bytes:
    data = bytearray()
    while chunk := await stream.read(_CHUNK):
        data += chunk
        if len(data) > _LARGEST_OUTPUT:
            raise EngineFailed(f"printed more than {_LARGEST_OUTPUT >> 20} MiB")
    return bytes(data)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the program with its whole session, also where it has ended and a child has not."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    # What a killed program still had in its pipes, and its exit. A child of its own that left the
    # session may hold the pipes open: it is not waited for.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_END_SECONDS):
            await process.communicate()


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
