"""Several requests at once: results in order, one error, nothing left running."""

import asyncio

import pytest

from farm.devices.together import together
from farm.model.errors import DeviceError, DeviceGone


async def after(seconds: float, value: int) -> int:
    await asyncio.sleep(seconds)
    return value


async def fail(error: Exception) -> int:
    raise error


async def test_results_stand_in_the_order_asked() -> None:
    assert await together(after(0.02, 1), after(0, 2)) == [1, 2]
    assert await together() == []


async def test_a_failure_is_raised_as_it_was_and_cancels_the_rest() -> None:
    ended = asyncio.Event()

    async def long() -> int:
        try:
            return await after(60, 1)
        finally:
            ended.set()

    with pytest.raises(DeviceError, match=r"^stuck$"):
        await together(long(), fail(DeviceError("stuck")))
    assert ended.is_set()


async def test_a_phone_that_is_gone_is_told_before_what_follows_from_it() -> None:
    with pytest.raises(DeviceGone):
        await together(fail(DeviceError("no answer")), fail(DeviceGone("cable")))


async def test_requests_within_requests_raise_the_same() -> None:
    async def inner() -> int:
        await together(fail(DeviceError("deep")))
        return 1

    with pytest.raises(DeviceError, match=r"^deep$"):
        await together(inner(), after(5, 1))
