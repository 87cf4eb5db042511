"""One night: plan, wait, compare, repeat what changed, trace it, and say what is left.

Started twice, it finds the campaigns of the first start and adds nothing to them.
"""

import asyncio
import datetime
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import msgspec

from farm.campaign.database import Database
from farm.campaign.nightly.compare import (
    Comparison,
    Experiments,
    Factor,
    RunFacts,
    Steadiness,
    compare,
    differing,
    steadiness,
    trace,
)
from farm.campaign.nightly.config import NightlyConfig
from farm.campaign.nightly.runs import app_entry, facts_of, last_before, runs_of, seen_apps
from farm.campaign.plan.stored import stored_apps
from farm.campaign.plan.values import AppEntry, CampaignPlan
from farm.campaign.plan.write import open_campaign, write_jobs
from farm.campaign.status import campaign_status
from farm.campaign.store import Store
from farm.campaign.store.recordings import fetch
from farm.detect.analyse import analyse
from farm.detect.rules import load_rules
from farm.model.errors import FarmError
from farm.recording import Recording

_LOOK_SECONDS = 2.0

Tell = Callable[[str], None]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One app under one scenario on one profile, this night."""

    run: RunFacts
    before: RunFacts | None = None  # None: there was no comparable run
    comparison: Comparison | None = None
    steadiness: dict[str, Steadiness] = {}
    causes: frozenset[Factor] = frozenset()

    @property
    def reported(self) -> bool:
        """Whether a person has to look: a violation, or a confirmed change."""
        if self.comparison is None:
            return self.run.verdict == "violation"
        if Factor.CHANCE in self.causes:
            return False
        found = self.comparison.findings
        return (
            self.comparison.before != self.comparison.after
            or any(self.steadiness.get(f) is not Steadiness.FLAKY for f in found.new)
            or any(f not in self.steadiness for f in found.gone)  # no run of this night shows it
        )


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a night's report says."""

    name: str
    started: datetime.datetime
    ended: datetime.datetime
    jobs: dict[str, dict[str, int]]
    complete: bool  # False: time ran out, or jobs were given up
    entries: list[Entry]


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
    ) -> None:
        self._database = database
        self._store = store
        self._config = config
        self._plan = plan
        self._parties = parties
        self._tell = tell
        self._campaigns: tuple[str, ...] = ()

    async def run(self, apps: Path, day: datetime.date) -> Night:
        """Run one night to its end.

        Raises:
            UsageError: the list of apps cannot be used.
        """
        started = datetime.datetime.now(datetime.UTC)
        name = f"{self._config.name}-{day:%Y%m%d}"
        self._campaigns = (name, f"{name}-repeat", f"{name}-trace")
        await self._campaign(name, self._chosen(apps), self._plan)
        complete = await self._wait(name)
        entries = [await self._compared(run) for run in await runs_of(*self._places, name)]
        entries = await self._repeated(name, entries)
        if self._config.trace:
            entries = await self._traced(name, entries)
        status = await campaign_status(self._database, name)
        return Night(
            name=name,
            started=started,
            ended=datetime.datetime.now(datetime.UTC),
            jobs=status.jobs,
            complete=complete and not status.count("failed"),
            entries=sorted(entries, key=lambda entry: (not entry.reported, entry.run.name)),
        )

    @property
    def _places(self) -> tuple[Database, Store]:
        return self._database, self._store

    async def _chosen(self, apps: Path) -> AsyncIterator[list[AppEntry]]:
        seen: set[str] = set()
        if self._config.which == "new":
            seen = await seen_apps(self._database, [s.name for s in self._plan.scenarios])
        async for batch in stored_apps(apps, self._store):
            yield [app for app in batch if app.sha256 not in seen]

    async def _campaign(
        self, name: str, apps: AsyncIterator[Sequence[AppEntry]], plan: CampaignPlan
    ) -> None:
        campaign = await open_campaign(self._database, name, plan, self._config.priority)
        planned = await write_jobs(self._database, campaign, plan, apps)
        self._tell(f"{name}: {planned.jobs} jobs, {planned.new} new")

    async def _wait(self, name: str) -> bool:
        """Wait for a campaign's end; False when the time is over first."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._config.hours * 3600
        while loop.time() < deadline:
            status = await campaign_status(self._database, name)
            if status.state in ("finished", "cancelled"):
                return status.state == "finished"
            await asyncio.sleep(_LOOK_SECONDS)
        return False

    async def _compared(self, run: RunFacts) -> Entry:
        before = await last_before(*self._places, run, self._campaigns)
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
        recording = Recording.open(folder)
        analysis = analyse(recording, load_rules(self._parties))
        return facts_of(
            analysis,
            recording.session,
            recording=old.recording,
            scenario=old.scenario,
            profile=old.profile,
            apis=old.apis,
        )

    async def _repeated(self, name: str, entries: list[Entry]) -> list[Entry]:
        """Run again what changed, and say on which findings all runs agree."""
        changed = [e for e in entries if e.comparison is not None and e.comparison.changed]
        if not changed or not self._config.repeats:
            return entries
        plan = msgspec.structs.replace(self._plan, repeat=self._config.repeats)
        again = f"{name}-repeat"
        await self._campaign(again, self._again({e.run.app_sha256 for e in changed}), plan)
        await self._wait(again)
        repeats = await runs_of(*self._places, again)
        finished = []
        for entry in entries:
            if entry in changed:
                runs = [entry.run, *(r for r in repeats if r.name == entry.run.name)]
                entry = msgspec.structs.replace(entry, steadiness=steadiness(runs))
                if any(r.verdict != entry.run.verdict for r in runs):
                    entry = msgspec.structs.replace(entry, causes=frozenset({Factor.CHANCE}))
            finished.append(entry)
        return finished

    async def _again(self, digests: set[str]) -> AsyncIterator[list[AppEntry]]:
        yield [await app_entry(self._database, digest) for digest in sorted(digests)]

    async def _traced(self, name: str, entries: list[Entry]) -> list[Entry]:
        """Find what made verdicts change: old recordings re-judged, old versions run again."""
        changed = [
            entry
            for entry in entries
            if entry.before is not None
            and entry.before.verdict != entry.run.verdict
            and Factor.CHANCE not in entry.causes
        ]
        if not changed:
            return entries
        old = {e.before.app_sha256 for e in changed if e.before and _needs_old_app(e)}
        reruns: list[RunFacts] = []
        if old:
            again = f"{name}-trace"
            await self._campaign(again, self._again(old), self._plan)
            await self._wait(again)
            reruns = await runs_of(*self._places, again)
        return [await self._cause(e, reruns) if e in changed else e for e in entries]

    async def _cause(self, entry: Entry, reruns: Sequence[RunFacts]) -> Entry:
        before = entry.before
        assert before is not None  # noqa: S101 - only entries with one are traced
        factors = differing(before, entry.run)
        rejudged = await self._rejudged(before) if Factor.RULES in factors else None
        old_app = [
            r.verdict
            for r in reruns
            if r.name == entry.run.name and r.app_sha256 == before.app_sha256
        ]
        seen = Experiments(
            old_recording_old_rules=before.verdict,
            old_recording_new_rules=rejudged.verdict if rejudged else None,
            new_recording=entry.run.verdict,
            old_app_now=old_app[0] if old_app else None,
        )
        return msgspec.structs.replace(entry, causes=trace(factors, seen))


def _needs_old_app(entry: Entry) -> bool:
    assert entry.before is not None  # noqa: S101 - only entries with one are traced
    left = differing(entry.before, entry.run) - {Factor.RULES}
    return Factor.APP in left and len(left) > 1
