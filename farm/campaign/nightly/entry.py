"""What a night says of one app under one scenario on one profile. Values only."""

import datetime

import msgspec

from farm.campaign.nightly.compare import Comparison, Factor, RunFacts, Steadiness


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One app under one scenario on one profile, this night."""

    run: RunFacts
    before: RunFacts | None = None  # None: there was no comparable run
    comparison: Comparison | None = None
    steadiness: dict[str, Steadiness] = {}
    repeats: tuple[str, ...] = ()  # verdicts of the same, run again
    restored: dict[Factor, str] = {}  # verdicts with one thing as it was before
    causes: frozenset[Factor] = frozenset()

    @property
    def doubtful(self) -> bool:
        """Whether it is run again before anybody is told."""
        if self.comparison is None:
            return self.run.verdict == "violation"
        return self.comparison.changed

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
            or any(
                self.steadiness.get(f) is not Steadiness.FLAKY
                for f in found.new | self.comparison.different
            )
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
