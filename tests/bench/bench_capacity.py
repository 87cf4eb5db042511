"""Whether the simulation comes out as a real campaign on twins did, and what it says of a year.

Two campaigns run on the same twins. The first is simulated with its own figures; the second, of
other apps and another size, with the figures of the first, as a forecast is.
"""

import asyncio
import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path

from farm.campaign.database import Database
from farm.campaign.simulate.capacity import phones_needed
from farm.campaign.simulate.measured import Measured, measured
from farm.campaign.simulate.world import Figures, World
from farm.campaign.status import campaign_status
from farm.campaign.store import Store
from farm.twin.building.apk import APKS
from tests.bench.database import fresh_database, say
from tests.campaign.labs import at_work, plan_apps
from tests.end_to_end.twin_lab import twin_lab

TWINS = 2
FIRST = (("compliant", "eager", "grudging"), 4)
SECOND = (("compliant", "eager", "layered", "nearmiss"), 4)
SEEDS = range(1, 21)
A_YEAR = 1_800_000
SECONDS = 1800.0


def _simulated(truth: Measured, figures: Figures) -> float:
    """Median length of the campaign over several seeds, in seconds."""
    return statistics.median(
        World(truth.jobs, truth.phones, figures, seed).run(30).seconds for seed in SEEDS
    )


async def _campaign(
    database: Database, store: Store, folder: Path, name: str, apps: Sequence[str], repeat: int
) -> None:
    place = folder / name
    place.mkdir()
    for app in apps:
        shutil.copy(APKS / f"{app}.apk", place)
    await plan_apps(database, store, name, place, analyse=False, repeat=repeat)


async def _finished(database: Database, name: str) -> None:
    async with asyncio.timeout(SECONDS):
        while (await campaign_status(database, name)).state != "finished":
            await asyncio.sleep(0.5)


async def measure() -> None:
    """Run both campaigns and compare."""
    async with fresh_database() as (folder, url):
        store = Store(str(folder / "store"))
        async with (
            Database(url) as database,
            twin_lab(folder, count=TWINS) as lab,
            at_work(database, store, lab, folder, judges=False),
        ):
            for title, (apps, repeat) in (("first", FIRST), ("second", SECOND)):
                await _campaign(database, store, folder, title, apps, repeat)
                await _finished(database, title)
            first = await measured(database, "first")
            second = await measured(database, "second")
    for truth in (first, second):
        lengths = truth.figures.seconds
        say(
            f"{len(truth.jobs)} sessions: {statistics.mean(lengths):.1f} s each "
            f"({min(lengths):.1f} to {max(lengths):.1f}), pauses of {truth.figures.pause:.1f} s"
        )
    for title, truth, figures in (
        ("from its own figures", first, first.figures),
        ("from its own figures", second, second.figures),
        ("the second, forecast from the first", second, first.figures),
    ):
        simulated = _simulated(truth, figures)
        say(
            f"{len(truth.jobs)} sessions on {TWINS} twins: {truth.seconds:.1f} s in truth, "
            f"{simulated:.1f} s simulated ({title}): {simulated / truth.seconds - 1:+.1%}"
        )
    for title, figures in (("the figures of the twins", first.figures), ("phones", PHONES)):
        need = phones_needed(A_YEAR, 3, 20, figures)
        say(
            f"{A_YEAR:,} apps a year under 3 scenarios with {title}: {need.phones} phones at "
            f"{need.hosts} hosts, {need.busy_share:.0%} busy"
        )


PHONES = Figures(seconds=tuple(150 * (2 + step / 10) / 3 for step in range(21)))
"""As `farm simulate` assumes of real phones: 150 s a session, a third more or less."""


def main() -> None:
    """Print the figures."""
    asyncio.run(measure())


if __name__ == "__main__":
    main()
