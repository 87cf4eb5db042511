"""Finds what changed verdicts: runs in which everything is as tonight, but for one thing.

An experiment is made only where a phone, a host or a set of hooks to make it with is at hand, and
counts only where its recording says that nothing else differed.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from farm.campaign.database import Database
from farm.campaign.decisions import can_run
from farm.campaign.nightly.campaigns import Campaigns
from farm.campaign.nightly.compare import Experiments, Factor, RunFacts, differing, trace
from farm.campaign.nightly.entry import Entry
from farm.campaign.nightly.runs import app_entry
from farm.campaign.plan.history import known_phones
from farm.campaign.plan.values import CampaignPlan, requirement_of
from farm.campaign.store import Store
from farm.campaign.worker.hook_store import hooks_name

Rejudge = Callable[[RunFacts], Awaitable[RunFacts | None]]
"""An old recording under the present rules; None where it cannot be had any more."""

_TRIED = (Factor.APP, Factor.HOOKS, Factor.PHONE, Factor.NETWORK)


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to put back for one app, and the campaign that does so."""

    factor: Factor
    app_sha256: str
    plan: CampaignPlan


class Tracer:
    """Traces one night's changed verdicts."""

    def __init__(
        self,
        database: Database,
        store: Store,
        campaigns: Campaigns,
        plan: CampaignPlan,
        rejudge: Rejudge,
    ) -> None:
        self._database = database
        self._store = store
        self._campaigns = campaigns
        self._plan = plan
        self._rejudge = rejudge

    async def traced(self, name: str, entries: Sequence[Entry]) -> list[Entry]:
        """Say of every changed verdict what changed it, as far as it can be shown."""
        middles: dict[int, RunFacts | None] = {}
        wishes: dict[int, list[Experiment]] = {}
        for number, entry in enumerate(entries):
            before = entry.before
            if before is None or not _changed(entry):
                continue
            rules_differ = Factor.RULES in differing(before, entry.run)
            middle = await self._rejudge(before) if rules_differ else before
            middles[number] = middle
            if middle is None or middle.verdict != entry.run.verdict:
                wishes[number] = await self._wishes(entry, before)
        runs = await self._made(name, [wish for each in wishes.values() for wish in each])
        return [
            self._told(entry, middles[number], wishes.get(number, []), runs)
            if number in middles
            else entry
            for number, entry in enumerate(entries)
        ]

    async def _wishes(self, entry: Entry, before: RunFacts) -> list[Experiment]:
        """The experiments that can be made for a change."""
        made = []
        for factor in _TRIED:
            if factor not in differing(before, entry.run):
                continue
            wish = await self._experiment(factor, entry, before)
            if wish is not None and await self._possible(wish):
                made.append(wish)
        return made

    async def _experiment(
        self, factor: Factor, entry: Entry, before: RunFacts
    ) -> Experiment | None:
        run, app = entry.run, entry.run.app_sha256
        wanted = {Factor.PHONE: run.phone, Factor.NETWORK: run.network}
        hooks = run.hook_bundle
        if factor is Factor.APP:
            app = before.app_sha256
        elif factor is Factor.HOOKS:
            hooks = before.hook_bundle
        else:
            wanted[factor] = before.phone if factor is Factor.PHONE else before.network
            if not wanted[factor]:
                return None  # it has no name by which it could be asked for
        if await self._store.size(hooks_name(hooks)) is None:
            if factor is Factor.HOOKS:
                return None
            hooks = ""
        scenarios = tuple(one for one in self._plan.scenarios if one.name == run.scenario)
        plan = msgspec.structs.replace(
            self._plan,
            scenarios=scenarios,
            profiles=(run.profile,),
            repeat=1,
            build=wanted[Factor.PHONE],
            network=wanted[Factor.NETWORK],
            options=msgspec.structs.replace(self._plan.options, hooks=hooks),
            purpose="trace",
            examine=False,
        )
        return Experiment(factor=factor, app_sha256=app, plan=plan)

    async def _possible(self, wish: Experiment) -> bool:
        """Whether a phone is at hand that can do it."""
        app = await app_entry(self._database, wish.app_sha256)
        wants = requirement_of(wish.plan, wish.plan.profiles[0], app)
        return any(can_run(phone, wants) for phone in await known_phones(self._database))

    async def _made(
        self, name: str, wishes: Sequence[Experiment]
    ) -> dict[tuple[Factor, bytes], list[RunFacts]]:
        """Run experiments, those under one plan in one campaign."""
        together: dict[tuple[Factor, bytes], list[Experiment]] = {}
        for wish in wishes:
            together.setdefault(_group(wish), []).append(wish)
        names = {group: f"{name}-trace-{_short(group)}" for group in together}
        for group, same in together.items():
            digests = {wish.app_sha256 for wish in same}
            await self._campaigns.again(names[group], digests, same[0].plan)
        runs = {}
        for group, campaign in names.items():
            await self._campaigns.wait(campaign)
            runs[group] = await self._campaigns.runs(campaign)
        return runs

    def _told(
        self,
        entry: Entry,
        middle: RunFacts | None,
        wishes: Sequence[Experiment],
        runs: dict[tuple[Factor, bytes], list[RunFacts]],
    ) -> Entry:
        before = entry.before
        assert before is not None  # noqa: S101 - only entries with one are traced
        restored: dict[Factor, str] = {}
        for wish in wishes:
            for run in runs[_group(wish)]:
                same_app = run.name == entry.run.name and run.app_sha256 == wish.app_sha256
                if same_app and differing(entry.run, run) == {wish.factor}:
                    restored[wish.factor] = run.verdict
        seen = Experiments(
            old_recording_old_rules=before.verdict,
            old_recording_new_rules=middle.verdict if middle else None,
            new_recording=entry.run.verdict,
            restored=restored,
            repeats=entry.repeats,
        )
        causes = trace(differing(before, entry.run), seen)
        return msgspec.structs.replace(entry, restored=restored, causes=causes)


def _changed(entry: Entry) -> bool:
    return (
        entry.before is not None
        and entry.before.verdict != entry.run.verdict
        and Factor.CHANCE not in entry.causes
    )


def _group(wish: Experiment) -> tuple[Factor, bytes]:
    return wish.factor, msgspec.json.encode(wish.plan)


def _short(group: tuple[Factor, bytes]) -> str:
    """A name that a second start of the same night finds again."""
    return hashlib.sha256(group[0].encode() + b"\0" + group[1]).hexdigest()[:10]
