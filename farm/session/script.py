"""A tester's code at work: cancelled like everything else, and left behind where it does not end.

It runs in a task that this object owns by itself (`docs/decisions/0140`), with a hold on the phone
and on the recording that can be taken away from it.
"""

import asyncio
from collections.abc import Coroutine

from farm.devices.phone import Phone
from farm.explore.driver import Journal
from farm.model.errors import DeviceGone
from farm.model.events import Body, Event

GRACE_SECONDS = 10.0  # a script that cleans up after itself may need some
_OVER = "the time of this scenario is over"


class Script:
    """The code of one session. `hold` is the phone as the script, and nobody else, has it."""

    def __init__(self, hold: Phone) -> None:
        self.hold = hold
        self.left_behind = False
        self._task: asyncio.Task[object] | None = None

    def journal(self, journal: Journal) -> Journal:
        """The recording as the script has it: what it says after its time is no evidence."""
        return _Journal(self, journal)

    def check(self) -> None:
        """Refuse what the script still does after it was left behind.

        Raises:
            DeviceGone: it was.
        """
        if self.left_behind:
            raise DeviceGone(f"{self.hold.serial}: {_OVER}")

    async def run(self, work: Coroutine[object, object, object]) -> None:
        """Await a part of it.

        Raises:
            asyncio.CancelledError: this was cancelled; the script has ended then, or was left
                behind without the phone after `GRACE_SECONDS`.
        """
        task = self._task = asyncio.get_running_loop().create_task(work)
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            await self._end(task)
            raise
        task.result()

    async def _end(self, task: "asyncio.Task[object]") -> None:
        clock = asyncio.get_running_loop().time
        end = clock() + GRACE_SECONDS
        task.cancel()
        await asyncio.wait({task}, timeout=GRACE_SECONDS / 2)
        # Asked again and again then: a loop may swallow one cancellation each time around.
        while not task.done() and clock() < end:
            task.cancel()
            await asyncio.wait({task}, timeout=GRACE_SECONDS / 20)
        if not task.done():
            self.left_behind = True
            self.hold.take_away(_OVER)
        elif not task.cancelled():
            task.exception()  # seen: whoever cancelled does not want to know


class _Journal:
    """A journal that is closed to a script whose time is over."""

    def __init__(self, script: Script, journal: Journal) -> None:
        self._script = script
        self._journal = journal

    def emit(self, body: Body) -> Event:
        """Append one event."""
        self._script.check()
        return self._journal.emit(body)

    def save(self, name: str, data: bytes) -> str:
        """Keep a file."""
        self._script.check()
        return self._journal.save(name, data)
