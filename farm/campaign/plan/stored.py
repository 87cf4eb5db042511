"""Reads a list of apps in batches and brings their files into the store before their jobs exist."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from farm.campaign.plan.apps import FoundApp, read_apps
from farm.campaign.plan.values import AppEntry
from farm.campaign.plan.write import BATCH
from farm.campaign.store import Store
from farm.campaign.worker.sources import bring_in


async def stored_apps(source: Path, store: Store) -> AsyncIterator[list[AppEntry]]:
    """Yield the list in batches; only one is in memory at a time.

    Raises:
        UsageError: the list, or an app in it, cannot be used.
        StoreError, StoreUnavailable: an app's file could not be stored.
    """
    found = read_apps(source)
    while batch := await asyncio.to_thread(_next_batch, found):
        for item in batch:
            if item.paths:
                await bring_in(store, item.paths)
        yield [item.entry for item in batch]


def _next_batch(found: Iterator[FoundApp]) -> list[FoundApp]:
    return list(itertools.islice(found, BATCH))
