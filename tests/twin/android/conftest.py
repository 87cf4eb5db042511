"""A world and a phone with sample apps, made anew for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from farm.twin.world import World
from tests.twin.android.sample_phone import SamplePhone, sample_phone


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as running:
        yield running


@pytest.fixture
async def phone(tmp_path: Path, world: World) -> AsyncIterator[SamplePhone]:
    async with sample_phone(tmp_path, world) as booted:
        yield booted
