"""One night: plan, wait, compare, repeat what changed, trace it, and say what is left.

Started twice, it finds the campaigns of the first start and adds nothing to them.
"""

import asyncio
import datetime
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from farm.campaign.database import Database
from farm.campaign.nightly.campaigns import Campaigns, Tell
from farm.campaign.nightly.compare import Factor, RunFacts, compare, steadiness
from farm.campaign.nightly.config import NightlyConfig
from farm.campaign.nightly.entry import Entry, Night
from farm.campaign.nightly.runs import facts_of, last_before, seen_apps
from farm.campaign.nightly.tracing import Tracer
from farm.campaign.plan.stored import stored_apps
from farm.campaign.plan.values import AppEntry, CampaignPlan
from farm.campaign.status import campaign_status
from farm.campaign.store import Store
from farm.campaign.store.recordings import fetch
from farm.detect.analyse import analyse
from farm.detect.rules import load_rules
from farm.model.errors import FarmError
from farm.recording import Recording


class Nightly:
    """The shell around `compare`: it owns the waiting and the campaigns."""

    def __init__(
        self,
        database: Database,
        store: Store,
        config: NightlyConfig,
        plan: CampaignPlan,
        *,
        parties: Path | None = None,
        tell: Tell = lambda _: None,
        look: float = 2.0,
    ) -> None:
        self._database = database
        self._store = store
        self._config = config
        self._plan = plan
        self._parties = parties
        self._tell = tell
        self._look = look

    async def run(self, apps: Path, day: datetime.date) -> Night:
        """Run one night to its end.

        Raises:
            UsageError: the list of apps cannot be used.
        """
        started = datetime.datetime.now(datetime.UTC)
        name = f"{self._config.name}-{day:%Y%m%d}"
        campaigns = Campaigns(
            self._database,
            self._store,
            priority=self._config.priority,
            hours=self._config.hours,
            tell=self._tell,
            look=self._look,
        )
        await campaigns.make(name, self._chosen(apps), self._plan)
        complete = await campaigns.wait(name)
        own = (name, _repeat_of(name))
        entries = [await self._compared(run, own) for run in await campaigns.runs(name)]
        entries = await self._repeated(campaigns, name, entries)
        if self._config.trace:
            tracer = Tracer(self._database, self._store, campaigns, self._plan, self._rejudged)
            entries = await tracer.traced(name, entries)
        status = await campaign_status(self._database, name)
        return Night(
            name=name,
            started=started,
            ended=datetime.datetime.now(datetime.UTC),
            jobs=status.jobs,
            complete=complete and not status.count("failed"),
            entries=sorted(entries, key=lambda entry: (not entry.reported, entry.run.name)),
        )

    async def _chosen(self, apps: Path) -> AsyncIterator[list[AppEntry]]:
        seen: set[str] = set()
        if self._config.which == "new":
            seen = await seen_apps(self._database, [s.name for s in self._plan.scenarios])
        async for batch in stored_apps(apps, self._store):
            yield [app for app in batch if app.sha256 not in seen]

    async def _compared(self, run: RunFacts, own: Sequence[str]) -> Entry:
        before = await last_before(self._database, self._store, run, own)
        if before is None:
            return Entry(run=run)
        base = before
        if before.rules != run.rules:
            base = await self._rejudged(before) or before
        return Entry(run=run, before=before, comparison=compare(base, run))

    async def _rejudged(self, old: RunFacts) -> RunFacts | None:
        """An old recording under the present rules; None where it cannot be read any more."""
        with tempfile.TemporaryDirectory(prefix="farm-nightly-") as cache:
            try:
                folder = await fetch(self._store, old.recording, Path(cache))
                return await asyncio.to_thread(self._judge, folder, old)
            except (FarmError, FileNotFoundError) as error:
                self._tell(f"{old.session_id}: cannot be judged again: {error}")
                return None

    def _judge(self, folder: Path, old: RunFacts) -> RunFacts:
        recording = Recording.open_intact(folder)
        analysis = analyse(recording, load_rules(self._parties))
        return facts_of(
            analysis,
            recording.session,
            recording=old.recording,
            scenario=old.scenario,
            profile=old.profile,
            apis=old.apis,
        )

    async def _repeated(self, campaigns: Campaigns, name: str, entries: list[Entry]) -> list[Entry]:
        """Run again what is to be reported, and say on which findings all runs agree."""
        doubtful = [entry for entry in entries if entry.doubtful]
        if not doubtful or not self._config.repeats:
            return entries
        plan = msgspec.structs.replace(
            self._plan, repeat=self._config.repeats, examine=False, purpose="repeat"
        )
        again = _repeat_of(name)
        await campaigns.again(again, {entry.run.app_sha256 for entry in doubtful}, plan)
        await campaigns.wait(again)
        repeats = await campaigns.runs(again)
        return [_with_repeats(e, repeats) if e.doubtful else e for e in entries]


def _repeat_of(name: str) -> str:
    return f"{name}-repeat"


def _with_repeats(entry: Entry, repeats: Sequence[RunFacts]) -> Entry:
    same = [
        run
        for run in repeats
        if run.name == entry.run.name and run.app_sha256 == entry.run.app_sha256
    ]
    verdicts = tuple(run.verdict for run in same)
    flips = any(verdict != entry.run.verdict for verdict in verdicts)
    return msgspec.structs.replace(
        entry,
        steadiness=steadiness([entry.run, *same]),
        repeats=verdicts,
        causes=frozenset({Factor.CHANCE}) if flips and entry.before else entry.causes,
    )
