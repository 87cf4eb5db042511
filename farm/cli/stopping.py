"""How a command ends early: one signal cancels the work, and the work cleans up after itself."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import TypeVar

from farm.cli.output import say

_T = TypeVar("_T")
_END_SECONDS = 5.0


def run(work: Coroutine[object, object, _T]) -> _T:
    """Run to the end, as `asyncio.run`, but leave behind what does not end when it is cancelled.

    A scenario is a tester's code, and may swallow every cancellation; a command that waited for it
    would never end.
    """
    runner = asyncio.Runner()
    try:
        return runner.run(work)
    finally:
        if runner.run(_end_others()):
            runner.close()


async def _end_others() -> bool:
    """Cancel all other tasks; whether they have ended."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    late = (await asyncio.wait(others, timeout=_END_SECONDS))[1] if others else set()
    if late:
        say(f"left behind what does not end: {len(late)} tasks, such as a scenario that hangs")
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    return not late


async def until_stopped(work: Coroutine[object, object, _T]) -> _T:
    """Run to the end; SIGINT and SIGTERM cancel once, so that phones are cleaned and sealed.

    Raises:
        KeyboardInterrupt: the work was cancelled by a signal and has cleaned up.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine always runs in a task
    stopped = False

    def stop() -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            say("stopping: the phone is cleaned and the recording sealed first")
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        return await work
    except asyncio.CancelledError:
        if stopped:
            raise KeyboardInterrupt from None
        raise
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
