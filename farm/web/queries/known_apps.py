"""Apps whose files are in the store, as a campaign's plan takes them."""

from collections.abc import AsyncIterator, Sequence

from farm.campaign.database import Database
from farm.campaign.database.text import text
from farm.campaign.plan.values import AppEntry, entry_of

_BATCH = 500


async def latest_versions(database: Database, packages: Sequence[str]) -> list[AppEntry]:
    """The newest version of each package that the register has."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT a.sha256, a.package, a.version_code, a.version_name, a.lowest_sdk, a.abis, "
            "a.files FROM product p JOIN app a ON a.id = p.latest_app WHERE p.package = ANY($1) "
            "ORDER BY p.package",
            [text(package) for package in packages],
        )
    return [entry_of(row) for row in rows]


async def batches(apps: Sequence[AppEntry]) -> AsyncIterator[Sequence[AppEntry]]:
    """Apps in the batches that a plan is written in."""
    for start in range(0, len(apps), _BATCH):
        yield apps[start : start + _BATCH]
