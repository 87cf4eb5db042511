"""A twin on its cable, opened as a session opens a phone."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from farm.devices.adb import Adb
from farm.devices.identity import identify, prove_access
from farm.devices.phone import Phone
from farm.devices.profiles import DeviceProfile


@pytest.fixture
async def opened(
    adb: Adb, connect: Any, profiles: list[DeviceProfile]
) -> AsyncIterator[Callable[..., Awaitable[tuple[Any, Phone]]]]:
    """Boot a twin of a profile, or take one, and open it; phones are released afterwards."""
    async with AsyncExitStack() as stack:

        async def open_twin(profile: str = "", *, twin: Any = None) -> tuple[Any, Phone]:
            twin = twin or await connect(profile)
            phone = await identify(adb, twin.serial, profiles)
            stack.push_async_callback(phone.release)
            await prove_access(phone)
            return twin, phone

        yield open_twin
