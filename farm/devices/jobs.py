"""asyncio-pool in one place: a bounded number of coroutines at once, each with an owner.

The library's traps stay in here: a cancelled waiter would leave its job running with its slot
held, and cancelling a future before its start only warns.
"""

from collections.abc import Coroutine
from typing import Any, Self, TypeVar

from asyncio_pool import AioPool

T = TypeVar("T")


class Jobs:
    """At most `size` jobs at once; leaving the context cancels those that still run."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._pool: AioPool | None = None

    async def __aenter__(self) -> Self:
        self._pool = AioPool(size=self._size)
        return self

    async def __aexit__(self, *_: object) -> None:
        pool, self._pool = self._pool, None
        if pool is not None and not pool.is_empty:
            await pool.cancel()

    async def run(self, job: Coroutine[Any, Any, T]) -> T:
        """Run a job when there is room and return its result; cancelling this cancels the job."""
        pool = self._pool
        if pool is None:
            job.close()
            raise RuntimeError("the jobs were not opened")
        future = pool.spawn_n(job)
        try:
            # The future is the library's own: a cancellation must reach the task behind it.
            result: T = await future
        except BaseException:
            if future in pool._active or future in pool._waiting:
                await pool.cancel(future)
            raise
        return result
