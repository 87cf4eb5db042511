"""How many phones a year's work needs: the simulation asked for one day, again and again."""

from collections.abc import Callable

import msgspec

from farm.campaign.decisions import Capability, Requirement
from farm.campaign.simulate.world import Figures, Outcome, SimulatedPhone, World

_ANY_PHONE = Capability(profile="any", access="su", sdk=33, abi="arm64-v8a")


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """The answer."""

    apps_per_year: int
    scenarios: int
    sessions_per_day: int
    phones: int
    hosts: int
    busy_share: float
    hours: float  # that a day's work takes with these phones


def fleet(count: int, per_host: int) -> list[SimulatedPhone]:
    """Phones of one kind, `per_host` at each host."""
    return [
        SimulatedPhone(name=f"p{n}", host=f"h{n // per_host}", offer=_ANY_PHONE)
        for n in range(count)
    ]


def phones_needed(
    apps_per_year: int,
    scenarios: int,
    per_host: int,
    figures: Figures,
    *,
    seed: int = 1,
    hours: float = 24.0,
    tell: Callable[[int, Outcome], None] = lambda _count, _outcome: None,
) -> Need:
    """The fewest phones that end a day's sessions within `hours`, found by halving."""
    sessions = -(-apps_per_year * scenarios // 365)
    jobs = [Requirement()] * sessions

    def day(count: int) -> Outcome:
        outcome = World(jobs, fleet(count, per_host), figures, seed).run(days=4)
        tell(count, outcome)
        return outcome

    mean = sum(figures.seconds) / len(figures.seconds) + figures.pause
    low, high = 0, max(1, round(sessions * mean / 3600 / hours))
    best = day(high)
    while best.seconds > hours * 3600 or best.done + best.failed < sessions:
        low, high = high, high + max(1, high // 8)
        best = day(high)
    while high - low > 1:
        middle = (low + high) // 2
        outcome = day(middle)
        if outcome.seconds <= hours * 3600 and outcome.done + outcome.failed == sessions:
            high, best = middle, outcome
        else:
            low = middle
    return Need(
        apps_per_year=apps_per_year,
        scenarios=scenarios,
        sessions_per_day=sessions,
        phones=high,
        hosts=-(-high // per_host),
        busy_share=best.busy_share,
        hours=best.seconds / 3600,
    )
