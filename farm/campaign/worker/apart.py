"""Work on hostile files in processes of their own: one that eats all memory ends no worker."""

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Self, TypeVar, TypeVarTuple

_Arguments = TypeVarTuple("_Arguments")
_Made = TypeVar("_Made")


class Apart:
    """Up to `count` processes, begun when they are first needed and ended with this context."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._pool is not None:
            await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    async def run(self, work: Callable[[*_Arguments], _Made], *arguments: *_Arguments) -> _Made:
        """Do something there.

        Raises:
            BrokenProcessPool: its process, or a neighbour's, ended. The next call begins anew.
        """
        if self._pool is None:
            # Fresh interpreters: forking a process that has threads is not safe.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._count, mp_context=context)
        pool = self._pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)
        except BrokenProcessPool:
            if self._pool is pool:  # else a neighbour has begun anew already
                self._pool = None
            raise
