"""No clause is judged on a recording that lacks what it needs: each need of each signal of every
clause of every pack is taken out of recordings that keep the clause."""

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.detect.clauses.catalogue import SIGNALS
from farm.detect.clauses.judge import answer, combine
from farm.detect.clauses.needs import Need
from farm.detect.clauses.packs import Clause, shipped_packs
from farm.model.clause import (
    ClauseAnswer,
    ClauseJudgement,
    ClauseState,
    Sighting,
    SignalId,
    SignalState,
)
from farm.model.expectations import Standard
from farm.model.vocabulary import DataType, SearchGoal
from tests.detect.clauses.lacking import without
from tests.detect.clauses.scenes import SCENES

CLAUSES = {clause.id: clause for one in shipped_packs() for clause in one.pack.clauses}
DECIDED = [name for name, one in CLAUSES.items() if one.state is not ClauseState.NOT_OBSERVABLE]
AUTOMATIC = [name for name in DECIDED if CLAUSES[name].state is ClauseState.AUTOMATIC]
Evidence = Need | Standard | SearchGoal
_KEEPS = 2


@functools.cache
def judged(signal: SignalId, kind: DataType, lost: Evidence | None) -> dict[str, ClauseJudgement]:
    """Every clause on the session that would have shown a signal, with one need taken out."""
    scene = SCENES[signal][_KEEPS](kind)
    if lost is not None:
        scene = without(scene, lost)
    return {one.clause: one for one in scene.judge().clauses}


def kind_of(clause: Clause) -> DataType:
    return clause.data_types[0] if clause.data_types else DataType.IMEI


def signals_of(clause: Clause) -> list[SignalId]:
    return [*clause.broken_by, *clause.review_by]


def pairs(names: list[str]) -> list[tuple[str, SignalId, Evidence]]:
    return [
        (name, signal, need)
        for name in names
        for signal in signals_of(CLAUSES[name])
        for need in SIGNALS[signal].needs
    ]


def name_of(need: Evidence) -> str:
    return f"search for {need}" if isinstance(need, SearchGoal) else str(need)


@pytest.mark.parametrize(("name", "signal", "need"), pairs(AUTOMATIC))
def test_without_what_a_signal_needs_an_automatic_clause_cannot_tell(
    name: str, signal: SignalId, need: Evidence
) -> None:
    clause, kind = CLAUSES[name], kind_of(CLAUSES[name])
    whole = combine(clause, [judged(one, kind, None)[name] for one in signals_of(clause)])
    assert whole.answer is ClauseAnswer.KEPT
    # Taken out of every session: none of the others may stand in for it.
    together = combine(clause, [judged(one, kind, need)[name] for one in signals_of(clause)])
    # Without the tap that agreed, what came after it was collected before consent: that is seen.
    seen = {one.signal for one in together.sightings if one.state is SignalState.PRESENT}
    assert not seen or need is Need.ACCEPTED
    broken = bool(seen & set(clause.broken_by))
    assert together.answer is (ClauseAnswer.BROKEN if broken else ClauseAnswer.CANNOT_TELL)
    [sighting] = [one for one in together.sightings if one.signal is signal]
    assert sighting.state is SignalState.UNKNOWN
    assert name_of(need) in sighting.lacks


@pytest.mark.parametrize(
    ("signal", "need"),
    sorted({(signal, need) for _, signal, need in pairs(DECIDED)}, key=str),
)
def test_without_what_it_needs_a_signal_is_unknown(signal: SignalId, need: Evidence) -> None:
    """Also of clauses that people decide: nothing is shown to them as seen to be absent."""
    named = [name for name in DECIDED if signal in signals_of(CLAUSES[name])]
    for name in named:
        kind = kind_of(CLAUSES[name])
        judgement = judged(signal, kind, need)[name]
        [sighting] = [one for one in judgement.sightings if one.signal is signal]
        assert sighting.state is SignalState.UNKNOWN, name
        assert name_of(need) in sighting.lacks, name


states = st.sampled_from(list(SignalState))


@given(st.data(), st.sampled_from(DECIDED))
def test_an_unknown_signal_never_keeps_a_clause(data: st.DataObject, name: str) -> None:
    """Whatever else was seen: kept needs every signal absent, broken needs one of its own seen."""
    clause = CLAUSES[name]
    seen = {one: data.draw(states, label=one) for one in signals_of(clause)}
    given_ = answer(clause, [Sighting(signal=one, state=state) for one, state in seen.items()])
    broken = any(seen[one] is SignalState.PRESENT for one in clause.broken_by)
    assert (given_.answer is ClauseAnswer.BROKEN) == broken
    if given_.answer is ClauseAnswer.KEPT:
        assert clause.state is ClauseState.AUTOMATIC
        assert set(seen.values()) == {SignalState.ABSENT}
    if SignalState.UNKNOWN in seen.values():
        assert given_.answer is not ClauseAnswer.KEPT
    if set(seen.values()) == {SignalState.UNKNOWN}:
        assert given_.answer is ClauseAnswer.CANNOT_TELL


@given(st.data(), st.sampled_from(DECIDED), st.permutations(range(4)))
def test_the_order_of_sessions_does_not_matter(
    data: st.DataObject, name: str, order: list[int]
) -> None:
    clause = CLAUSES[name]
    sessions = [
        answer(
            clause,
            [
                Sighting(
                    signal=one,
                    state=(state := data.draw(states)),
                    lacks=["coverage"] if state is SignalState.UNKNOWN else [],
                )
                for one in signals_of(clause)
            ],
        )
        for _ in range(4)
    ]
    turned = combine(clause, [sessions[place] for place in order])
    assert turned.answer is combine(clause, sessions).answer
