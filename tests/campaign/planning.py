"""Campaigns of made-up apps, for tests and benchmarks."""

import hashlib
from collections.abc import AsyncIterator, Sequence

from farm.campaign.database import Database
from farm.campaign.plan.values import AppEntry, CampaignPlan, ScenarioRef
from farm.campaign.plan.write import Planned, open_campaign, write_jobs


def app(number: int, **facts: object) -> AppEntry:
    """One made-up app."""
    digest = hashlib.sha256(b"app %d" % number).hexdigest()
    known: dict[str, object] = {"sha256": digest, "package": f"com.example.app{number}"}
    return AppEntry(**(known | facts))  # type: ignore[arg-type]


def plan(scenarios: Sequence[str] = ("accept",), **more: object) -> CampaignPlan:
    """A plan of scenarios that exist in name only."""
    refs = tuple(ScenarioRef(name=name, sha256=name.encode().hex()) for name in scenarios)
    known: dict[str, object] = {"scenarios": refs, "analyse": False}
    return CampaignPlan(**(known | more))  # type: ignore[arg-type]


async def batches(apps: Sequence[AppEntry], size: int = 500) -> AsyncIterator[Sequence[AppEntry]]:
    """The apps in batches, as planning reads them."""
    for start in range(0, len(apps), size):
        yield apps[start : start + size]


async def create(
    database: Database,
    name: str,
    apps: Sequence[AppEntry],
    of: CampaignPlan | None = None,
    priority: int = 0,
) -> Planned:
    """Plan a campaign to its end."""
    wanted = of or plan()
    campaign = await open_campaign(database, name, wanted, priority)
    return await write_jobs(database, campaign, wanted, batches(apps))
