"""One session for one command: a lab on phones or on an embedded twin, watched live.

What `farm run` and `farm scenario try` share. Judges nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from farm.cli.embedded import EmbeddedTwins, TwinDescription
from farm.cli.live import LiveView
from farm.cli.output import say
from farm.explore.hints import load_hints
from farm.explore.loader import Scenario, load
from farm.model.errors import UsageError
from farm.session.lab import Lab, Order
from farm.session.plan import SessionPlan, SessionResult
from farm.session.settings import LabSettings

TWIN_PROFILE = "xiaomi-mi8-android9-su"


def parse_settings(settings: list[str] | None) -> dict[str, str]:
    """Turn `NAME=VALUE` options into a table.

    Raises:
        UsageError: one of them has no `=`.
    """
    table: dict[str, str] = {}
    for setting in settings or []:
        name, equals, value = setting.partition("=")
        if not equals:
            raise UsageError(f"--set {setting}: expected NAME=VALUE")
        table[name.strip()] = value
    return table


def load_bound(scenario: str, values: Mapping[str, str], hints: Path | None) -> Scenario:
    """Load a scenario with its parameters and the app's hints.

    Raises:
        UsageError: the scenario, a parameter or the hints cannot be used.
    """
    return load(scenario).bound(values, load_hints(hints) if hints is not None else None)


@asynccontextmanager
async def lab_on(
    phone: str, settings: LabSettings, profile: str = TWIN_PROFILE
) -> AsyncIterator[Lab]:
    """Open a lab; for the phone `twin` with a twin of its own that ends with it."""
    if phone != "twin":
        async with Lab(settings) as lab:
            yield lab
        return
    async with EmbeddedTwins([TwinDescription(profile=profile)], early=True) as twins:
        async with Lab(twins.settings(settings)) as lab:
            await twins.online()  # they booted while the lab opened
            yield lab


async def inspect_live(lab: Lab, order: Order, began: float | None = None) -> SessionResult:
    """Run an order and print its events as they reach the disk.

    Args:
        lab: an open lab.
        order: what to run.
        began: `time.monotonic()` when the command began: the time until the session is said.
    """
    finished = asyncio.Event()
    view = LiveView()
    async with asyncio.TaskGroup() as group:

        def begin(plan: SessionPlan, serial: str) -> None:
            since = f", {time.monotonic() - began:.1f} s after the command" if began else ""
            say(f"phone {serial}{since}, recording {plan.folder}")
            group.create_task(view.watch(plan.folder, finished))

        try:
            return await lab.inspect(order, begin)
        finally:
            finished.set()
