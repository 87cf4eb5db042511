"""Two runs of an app compared, and what made them differ: pure functions of facts.

A difference is reported only when repeated runs agree on it; a cause is named only where all
others were held still or are equal.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What one session showed, under one set of rules, and under which conditions."""

    package: str
    scenario: str
    profile: str
    session_id: str
    recording: str  # in the store
    app_sha256: str
    version_name: str
    version_code: int
    verdict: str
    findings: dict[str, str]  # id -> what it says
    parties: frozenset[str] = frozenset()  # domains that were spoken to
    sdks: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    apis: frozenset[str] = frozenset()  # hooks that were called
    hooks_failed: frozenset[str] = frozenset()
    rules: dict[str, str] = {}
    hook_bundle: str = ""  # key of the set of hooks: bundle and catalogue
    phone: str = ""  # build fingerprint
    network: str = ""  # the operator's word for where the host's traffic leaves
    tools: str = ""  # versions of the farm and of what it captures with

    @property
    def name(self) -> tuple[str, str, str]:
        """What makes runs comparable besides the rules."""
        return self.package, self.scenario, self.profile


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What came and what went between two runs."""

    new: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A run against an earlier one under the same rules."""

    before: str  # verdict
    after: str
    findings: Change
    different: frozenset[str] = frozenset()  # findings that say something else than before
    parties: Change
    sdks: Change
    permissions: Change
    silent: frozenset[str]  # hooks that were called before and are not now
    failed_hooks: Change

    @property
    def changed(self) -> bool:
        """Whether verdict or findings are not what they were."""
        return self.before != self.after or bool(
            self.findings.new or self.findings.gone or self.different
        )


def compare(before: RunFacts, after: RunFacts) -> Comparison:
    """Compare two runs that were judged by the same rules."""
    return Comparison(
        before=before.verdict,
        after=after.verdict,
        findings=_change(frozenset(before.findings), frozenset(after.findings)),
        different=frozenset(
            finding
            for finding, told in after.findings.items()
            if before.findings.get(finding, told) != told
        ),
        parties=_change(before.parties, after.parties),
        sdks=_change(before.sdks, after.sdks),
        permissions=_change(before.permissions, after.permissions),
        silent=before.apis - after.apis,
        failed_hooks=_change(before.hooks_failed, after.hooks_failed),
    )


def _change(before: frozenset[str], after: frozenset[str]) -> Change:
    return Change(new=after - before, gone=before - after)


class Steadiness(StrEnum):
    """Whether repeated runs agree."""

    CONFIRMED = "confirmed"  # every run shows it
    FLAKY = "flaky"  # some do
    UNREPEATED = "unrepeated"  # there was only one run


def steadiness(runs: Sequence[RunFacts]) -> dict[str, Steadiness]:
    """For each finding that any of the runs shows, whether all agree on it."""
    seen = frozenset().union(*(frozenset(run.findings) for run in runs)) if runs else frozenset()
    if len(runs) < 2:
        return dict.fromkeys(seen, Steadiness.UNREPEATED)
    return {
        finding: Steadiness.CONFIRMED
        if all(finding in run.findings for run in runs)
        else Steadiness.FLAKY
        for finding in seen
    }


class Factor(StrEnum):
    """What may make an outcome change."""

    APP = "app version"
    RULES = "rules"
    HOOKS = "hook bundle"
    PHONE = "phone or system image"
    NETWORK = "network"
    TOOLS = "the farm's own version"
    CHANCE = "chance"  # repeated runs disagree, or nothing differs and nothing was repeated
    UNTOLD = "not told apart"  # several things differ, and experiments cleared too few of them
    UNRECORDED = "something that is not recorded"  # such as what servers answered


class Experiments(msgspec.Struct, frozen=True, kw_only=True):
    """Verdicts of runs in which one thing was changed at a time."""

    old_recording_old_rules: str
    old_recording_new_rules: str | None = None  # re-judged; None: could not be
    new_recording: str  # under the new rules
    restored: dict[Factor, str] = {}  # run again today, but for one thing that is as it was before
    repeats: tuple[str, ...] = ()  # run again today, everything as in the new run


def differing(before: RunFacts, after: RunFacts) -> frozenset[Factor]:
    """Which conditions were not the same in two runs."""
    pairs: Mapping[Factor, tuple[object, object]] = {
        Factor.APP: (before.app_sha256, after.app_sha256),
        Factor.RULES: (before.rules, after.rules),
        Factor.HOOKS: (before.hook_bundle, after.hook_bundle),
        Factor.PHONE: (before.phone, after.phone),
        Factor.NETWORK: (before.network, after.network),
        Factor.TOOLS: (before.tools, after.tools),
    }
    return frozenset(factor for factor, (one, other) in pairs.items() if one != other)


def trace(factors: frozenset[Factor], seen: Experiments) -> frozenset[Factor]:
    """What changed a verdict, as far as the experiments show it.

    A factor is named where it alone was changed and the verdict changed with it, or where it is
    the only one that differs and was not cleared by such a run. More than one may be to blame.
    """
    if seen.old_recording_old_rules == seen.new_recording:
        return frozenset()
    if any(verdict != seen.new_recording for verdict in seen.repeats):
        return frozenset({Factor.CHANCE})
    causes: set[Factor] = set()
    old, left = seen.old_recording_old_rules, factors
    if Factor.RULES in factors and seen.old_recording_new_rules is not None:
        left = factors - {Factor.RULES}
        if seen.old_recording_new_rules != old:
            causes.add(Factor.RULES)
        old = seen.old_recording_new_rules
    if old == seen.new_recording:
        return frozenset(causes)
    guilty = {f for f in left if seen.restored.get(f) == old}
    cleared = {f for f in left if seen.restored.get(f) == seen.new_recording}
    suspects = left - cleared
    if guilty:
        causes |= guilty
    elif len(suspects) == 1:
        causes |= suspects
    elif suspects:
        causes.add(Factor.UNTOLD)
    else:
        causes.add(Factor.UNRECORDED if left or seen.repeats else Factor.CHANCE)
    return frozenset(causes)
