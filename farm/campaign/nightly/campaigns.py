"""The campaigns of one night: made, joined where an earlier start made them, and waited for."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence

from farm.campaign.database import Database
from farm.campaign.nightly.compare import RunFacts
from farm.campaign.nightly.runs import app_entry, runs_of
from farm.campaign.plan.values import AppEntry, CampaignPlan
from farm.campaign.plan.write import open_campaign, write_jobs
from farm.campaign.status import campaign_status
from farm.campaign.store import Store

Tell = Callable[[str], None]


class Campaigns:
    """One night's; all of them together have `hours` to end."""

    def __init__(
        self,
        database: Database,
        store: Store,
        *,
        priority: int,
        hours: float,
        tell: Tell,
        look: float,
    ) -> None:
        self._database = database
        self._store = store
        self._priority = priority
        self._tell = tell
        self._look = look  # seconds between two looks at a campaign
        self._end = asyncio.get_running_loop().time() + hours * 3600
        self.names: list[str] = []

    async def make(
        self, name: str, apps: AsyncIterator[Sequence[AppEntry]], plan: CampaignPlan
    ) -> None:
        """Write a campaign's jobs; where they are written already, nothing is added."""
        self.names.append(name)
        campaign = await open_campaign(self._database, name, plan, self._priority)
        planned = await write_jobs(self._database, campaign, plan, apps)
        self._tell(f"{name}: {planned.jobs} jobs, {planned.new} new")

    async def again(self, name: str, digests: Collection[str], plan: CampaignPlan) -> None:
        """Make a campaign of apps that were planned before."""

        async def known() -> AsyncIterator[list[AppEntry]]:
            yield [await app_entry(self._database, digest) for digest in sorted(digests)]

        await self.make(name, known(), plan)

    async def wait(self, name: str) -> bool:
        """Wait for a campaign's end; False when the night is over first, or it was cancelled."""
        while True:
            status = await campaign_status(self._database, name)
            if status.state in ("finished", "cancelled"):
                return status.state == "finished"
            if asyncio.get_running_loop().time() >= self._end:
                return False
            await asyncio.sleep(self._look)

    async def runs(self, name: str) -> list[RunFacts]:
        """The judged sessions of a campaign."""
        return await runs_of(self._database, self._store, name)
