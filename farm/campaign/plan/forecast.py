"""How long a campaign takes with the phones at hand: a pure estimate from counts."""

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from farm.campaign.decisions import Capability, Requirement, can_run

DEFAULT_SECONDS = 150.0
"""Length of a session where no history says better: install, 60 s of scenario, settle, clean."""


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What a dry run shows."""

    apps: int
    jobs: int
    phone_hours: float
    phones: int  # that can run at least one of the jobs
    impossible: dict[str, int]  # jobs by requirement that no known phone can run
    days: float | None  # None: some jobs can never run


def forecast(
    apps: int,
    jobs: Mapping[Requirement, float],
    counts: Mapping[Requirement, int],
    phones: Sequence[Capability],
) -> Forecast:
    """Estimate the end of a campaign.

    Args:
        apps: how many apps it has.
        jobs: seconds of phone time by requirement.
        counts: number of jobs by requirement.
        phones: what each phone at hand offers.

    The time is the largest load of any set of requirements that share phones: for each
    requirement, all work that fits only into its own phones, divided by their number.
    """
    able = {wants: frozenset(_able(wants, phones)) for wants in jobs}
    impossible = {wants.key: counts[wants] for wants, found in able.items() if not found}
    useful = frozenset().union(*able.values()) if able else frozenset()
    seconds = 0.0
    for group in set(able.values()):
        if group:
            load = sum(jobs[wants] for wants, found in able.items() if found and found <= group)
            seconds = max(seconds, load / len(group))
    if useful:
        possible = sum(jobs[wants] for wants, found in able.items() if found)
        seconds = max(seconds, possible / len(useful))
    return Forecast(
        apps=apps,
        jobs=sum(counts.values()),
        phone_hours=sum(jobs.values()) / 3600,
        phones=len(useful),
        impossible=impossible,
        days=None if impossible or not jobs else seconds / 86_400,
    )


def _able(wants: Requirement, phones: Iterable[Capability]) -> Iterable[int]:
    return (number for number, offer in enumerate(phones) if can_run(offer, wants))


def end_day(days: float, start: datetime.datetime) -> datetime.date:
    """The day on which work that begins at `start` ends."""
    return (start + datetime.timedelta(days=math.ceil(days * 86_400) / 86_400)).date()
