"""A task group whose tasks can all be cancelled from outside, as power-off does to a phone."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class PhoneTasks(asyncio.TaskGroup):
    """Owns everything that runs on one phone; may be left from another task than it was entered."""

    def __init__(self) -> None:
        super().__init__()
        self._live: set[asyncio.Task[Any]] = set()

    # Later Pythons pass further options on, which 3.11 does not know.
    def create_task(  # type: ignore[override]
        self, coro: Coroutine[Any, Any, Any], **options: Any
    ) -> asyncio.Task[Any]:
        """As `TaskGroup.create_task`, and remembered until it is done."""
        task = super().create_task(coro, **options)
        self._live.add(task)
        task.add_done_callback(self._live.discard)
        return task

    def cancel_all(self) -> None:
        """Cancel every task that still runs."""
        for task in list(self._live):
            task.cancel()
