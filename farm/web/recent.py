"""Keeps answers for a moment that many visitors ask for at the same time, such as counts of jobs.

What is shown may be so many seconds old, and pages that use it say when it was true.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

_MOST = 500
_SHARE = 10
_Value = TypeVar("_Value")


class Recent:
    """Answers by key. Whoever comes while one is being made waits for that one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[tuple[Any, ...], tuple[float, Any]] = OrderedDict()
        self._making: dict[tuple[Any, ...], asyncio.Lock] = {}

    async def get(
        self, key: tuple[Any, ...], seconds: float, make: Callable[[], Awaitable[_Value]]
    ) -> _Value:
        """The answer, about so many seconds old at most. One that failed is not kept.

        What took long to make is kept longer, so that many visitors of a large lab cost the
        database a tenth of its time at most.
        """
        lock = self._making.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                known = self._kept.get(key)
                if known is not None and self._clock() < known[0]:
                    found: _Value = known[1]
                    return found
                began = self._clock()
                made = await make()
                took = self._clock() - began
                self._kept[key] = (began + max(seconds, _SHARE * took), made)
                self._kept.move_to_end(key)
                while len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
                return made
        finally:
            if not lock.locked():
                self._making.pop(key, None)
