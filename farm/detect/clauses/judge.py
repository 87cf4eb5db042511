"""Answers every clause of the rule packs for one session, and for all sessions of one app.

A clause is never judged on recordings that lack what it needs: it is then `cannot_tell`, with
what was missing.
"""

from collections.abc import Iterable, Sequence

from farm.detect.clauses.case import Case
from farm.detect.clauses.catalogue import SIGNALS
from farm.detect.clauses.packs import Clause, LoadedPack
from farm.detect.clauses.signal import Limits, look
from farm.model.clause import (
    ClauseAnswer,
    ClauseJudgement,
    ClauseState,
    Sighting,
    SignalId,
    SignalState,
)

_MOST_SIGNS = 20


def judge_clauses(case: Case, packs: Sequence[LoadedPack]) -> list[ClauseJudgement]:
    """Answer every clause of the packs, in their order."""
    known: dict[tuple[SignalId, frozenset[str]], Sighting] = {}

    def seen(name: SignalId, clause: Clause) -> Sighting:
        key = (name, frozenset(clause.data_types))
        if key not in known:
            known[key] = look(SIGNALS[name], case, Limits(data_types=frozenset(clause.data_types)))
        return known[key]

    return [
        answer(clause, [seen(name, clause) for name in (*clause.broken_by, *clause.review_by)])
        for loaded in packs
        for clause in loaded.pack.clauses
    ]


def answer(clause: Clause, sightings: Sequence[Sighting]) -> ClauseJudgement:
    """Answer one clause from what was seen of its signals."""
    return ClauseJudgement(
        clause=clause.id,
        state=clause.state,
        answer=_answer(clause, {sighting.signal: sighting.state for sighting in sightings}),
        verified=clause.verified,
        sightings=list(sightings),
    )


def combine(clause: Clause, judgements: Iterable[ClauseJudgement]) -> ClauseJudgement:
    """Answer a clause from several sessions of one app.

    A signal is present if any session shows it, absent if at least one session would have shown
    it and none did, else unknown with the needs that every session lacked.
    """
    by_signal: dict[SignalId, list[Sighting]] = {}
    for judgement in judgements:
        for sighting in judgement.sightings:
            by_signal.setdefault(sighting.signal, []).append(sighting)
    return answer(clause, [_merged(name, seen) for name, seen in by_signal.items()])


def _merged(name: SignalId, sightings: Sequence[Sighting]) -> Sighting:
    present = [one for one in sightings if one.state is SignalState.PRESENT]
    if present:
        return Sighting(
            signal=name,
            state=SignalState.PRESENT,
            signs=[sign for one in present for sign in one.signs][:_MOST_SIGNS],
            count=sum(one.count for one in present),
        )
    if any(one.state is SignalState.ABSENT for one in sightings):
        return Sighting(signal=name, state=SignalState.ABSENT)
    lacks = set(sightings[0].lacks).intersection(*(one.lacks for one in sightings[1:]))
    # Each session may lack something else: then any of it is what one session would have to add.
    every = {need for one in sightings for need in one.lacks}
    return Sighting(signal=name, state=SignalState.UNKNOWN, lacks=sorted(lacks or every))


def _answer(clause: Clause, states: dict[SignalId, SignalState]) -> ClauseAnswer:
    if clause.state is ClauseState.NOT_OBSERVABLE:
        return ClauseAnswer.NOT_OBSERVABLE
    breaking = [states.get(name, SignalState.UNKNOWN) for name in clause.broken_by]
    reviewing = [states.get(name, SignalState.UNKNOWN) for name in clause.review_by]
    if SignalState.PRESENT in breaking:
        return ClauseAnswer.BROKEN
    if SignalState.PRESENT in reviewing:
        return ClauseAnswer.FOR_REVIEW
    if clause.state is ClauseState.ASSISTED:
        told = any(state is not SignalState.UNKNOWN for state in reviewing)
        return ClauseAnswer.FOR_REVIEW if told else ClauseAnswer.CANNOT_TELL
    if all(state is SignalState.ABSENT for state in (*breaking, *reviewing)):
        return ClauseAnswer.KEPT
    return ClauseAnswer.CANNOT_TELL
