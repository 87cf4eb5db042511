"""A signal: something about an app that a clause rests on, and how a recording shows it.

`look` turns a signal and a session into present, absent or unknown. What was seen stands by
itself; what was not seen counts only where every need is met.
"""

import itertools
from collections.abc import Callable, Iterable

import msgspec

from farm.detect.clauses.case import Case
from farm.detect.clauses.needs import Need, lacking
from farm.model.clause import Sighting, Sign, SignalId, SignalState
from farm.model.expectations import Standard
from farm.model.vocabulary import DataType, SearchGoal

_MOST_SIGNS = 20
_LONGEST = 300


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a clause narrows a signal to; empty sets mean everything."""

    data_types: frozenset[DataType] = frozenset()

    def covers(self, data_type: DataType) -> bool:
        """Whether the clause speaks of this kind of information."""
        return not self.data_types or data_type in self.data_types


Find = Callable[[Case, Limits], list[Sign]]


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One signal of the closed list that rule packs may name."""

    id: SignalId
    zh: str
    en: str
    needs: tuple[Need | Standard | SearchGoal, ...]
    find: Find


def look(signal: Signal, case: Case, limits: Limits) -> Sighting:
    """Say whether the signal is present, absent or unknown in one session."""
    signs = signal.find(case, limits)
    if signs:
        return Sighting(
            signal=signal.id,
            state=SignalState.PRESENT,
            signs=signs[:_MOST_SIGNS],
            count=len(signs),
        )
    missing = lacking(case, signal.needs)
    if missing:
        return Sighting(signal=signal.id, state=SignalState.UNKNOWN, lacks=missing)
    return Sighting(signal=signal.id, state=SignalState.ABSENT)


def sign(events: Iterable[str], zh: str, en: str) -> Sign:
    """One occurrence, its texts bounded: they may quote the app under test."""
    first = list(itertools.islice(events, _MOST_SIGNS))
    return Sign(events=first, zh=zh[:_LONGEST], en=en[:_LONGEST])
