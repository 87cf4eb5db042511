"""What analysis says about the clauses of the standards: one answer per clause and recording.

A clause is answered from signals; a signal is present, absent, or could not be told.
"""

from enum import StrEnum

import msgspec


class ClauseState(StrEnum):
    """How far a clause can be decided from recordings."""

    AUTOMATIC = "automatic"  # recordings alone decide it
    ASSISTED = "assisted"  # recordings give the evidence, a person decides
    NOT_OBSERVABLE = "not_observable"  # nothing on a phone can show it


class SignalState(StrEnum):
    """Whether something happened in one recording."""

    PRESENT = "present"
    ABSENT = "absent"  # it did not happen, and it would have been seen
    UNKNOWN = "unknown"  # the recording lacks what it takes to tell


class ClauseAnswer(StrEnum):
    """The answer about one clause."""

    BROKEN = "broken"
    KEPT = "kept"  # every signal is absent, and each would have been seen
    FOR_REVIEW = "for_review"  # evidence is prepared; a person decides
    CANNOT_TELL = "cannot_tell"  # the recordings lack what the clause needs
    NOT_OBSERVABLE = "not_observable"


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence of a signal: the events that show it, and what they show."""

    events: list[str]  # references inside the recording: "ui:12"
    zh: str
    en: str


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What one recording says about one signal."""

    signal: str
    state: SignalState
    signs: list[Sign] = []  # bounded; empty unless present
    count: int = 0  # of all signs
    lacks: list[str] = []  # needs that were not met; empty unless unknown


class ClauseJudgement(msgspec.Struct, frozen=True, kw_only=True):
    """The answer about one clause, with what it rests on."""

    clause: str
    state: ClauseState
    answer: ClauseAnswer
    sightings: list[Sighting] = []
