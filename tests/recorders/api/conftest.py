"""The compiled bundle and a portal."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from farm.recorders.api.build import build_bundle
from tests.recorders.api.victim import Portal


@pytest.fixture
async def portal() -> AsyncIterator[Portal]:
    """An endpoint without a process; the bundle is built by then."""
    await asyncio.to_thread(build_bundle)
    async with Portal() as one:
        yield one
