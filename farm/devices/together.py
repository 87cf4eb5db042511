"""Several requests to one phone at once, with one error if they fail."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from farm.model.errors import DeviceGone

T = TypeVar("T")


async def together(*work: Coroutine[object, object, T]) -> list[T]:
    """Results in the order given; the first failure cancels the rest.

    Raises:
        DeviceGone: if that is among the failures.
        Exception: else the first failure, as it was raised.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except BaseExceptionGroup as failures:
        causes = list(_leaves(failures))
        gone = (one for one in causes if isinstance(one, DeviceGone))
        raise next(gone, causes[0]) from failures
    return [task.result() for task in tasks]


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
