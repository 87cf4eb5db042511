"""Every clause of the shipped packs: broken, nearly broken, kept, and not to be told.

The clauses are those of the packs, so that a new one without its four kinds of sessions fails here.
"""

import functools

import pytest

from farm.detect.clauses.judge import answer, combine
from farm.detect.clauses.packs import Clause, shipped_packs
from farm.model.clause import (
    ClauseAnswer,
    ClauseJudgement,
    ClauseState,
    Sighting,
    SignalId,
    SignalState,
)
from farm.model.vocabulary import DataType
from tests.detect.clauses.scenes import SCENES

CLAUSES = {clause.id: clause for loaded in shipped_packs() for clause in loaded.pack.clauses}
AUTOMATIC = [name for name, one in CLAUSES.items() if one.state is ClauseState.AUTOMATIC]
ASSISTED = [name for name, one in CLAUSES.items() if one.state is ClauseState.ASSISTED]
_SHOWS_ANOTHER = {
    SignalId.FLOW_BEFORE_CONSENT: {SignalId.API_BEFORE_CONSENT},  # reading is not sending
    SignalId.PROMPT_LOOP_ON_DENIAL: {SignalId.REPEAT_AFTER_DENIAL},  # once more is no loop
}
"""Near misses of one signal that are another one of the same clause."""

BLIND = [name for name, one in CLAUSES.items() if one.state is ClauseState.NOT_OBSERVABLE]


@functools.cache
def judgements(signal: SignalId, which: int, kind: DataType) -> dict[str, ClauseJudgement]:
    """Every clause on one of the four sessions of a signal."""
    return {one.clause: one for one in SCENES[signal][which](kind).judge().clauses}


def kind_of(clause: Clause) -> DataType:
    return clause.data_types[0] if clause.data_types else DataType.IMEI


def judged(clause: Clause, signal: SignalId, which: int) -> ClauseJudgement:
    kind = DataType.IMEI if signal is SignalId.IMMUTABLE_IDENTIFIER else kind_of(clause)
    return judgements(signal, which, kind)[clause.id]


def test_every_document_is_tried() -> None:
    assert {loaded.name for loaded in shipped_packs()} == {
        loaded.name
        for loaded in shipped_packs()
        if any(clause.id in AUTOMATIC for clause in loaded.pack.clauses)
    }


def test_a_judgement_says_whether_its_clause_was_compared_with_the_text() -> None:
    for name, judgement in judgements(SignalId.API_BEFORE_CONSENT, 0, DataType.IMEI).items():
        assert judgement.verified is CLAUSES[name].verified


@pytest.mark.parametrize("name", AUTOMATIC)
def test_each_signal_of_an_automatic_clause_breaks_it(name: str) -> None:
    clause = CLAUSES[name]
    for signal in clause.broken_by:
        judgement = judged(clause, signal, 0)
        assert judgement.answer is ClauseAnswer.BROKEN, signal


@pytest.mark.parametrize("name", AUTOMATIC)
def test_near_misses_do_not_break_it(name: str) -> None:
    clause = CLAUSES[name]
    for signal in clause.broken_by:
        judgement = judged(clause, signal, 1)
        shown = {one.signal for one in judgement.sightings if one.state is SignalState.PRESENT}
        assert shown & set(clause.broken_by) == _SHOWS_ANOTHER.get(signal, set()) & set(
            clause.broken_by
        )
        broken = judgement.answer is ClauseAnswer.BROKEN
        assert broken == bool(shown & set(clause.broken_by))


@pytest.mark.parametrize("name", AUTOMATIC)
def test_sessions_that_would_have_shown_every_signal_keep_it(name: str) -> None:
    clause = CLAUSES[name]
    every = [*clause.broken_by, *clause.review_by]
    judgements = [judged(clause, signal, 2) for signal in every]
    together = combine(clause, judgements)
    assert together.answer is ClauseAnswer.KEPT
    for judgement in judgements:
        assert all(one.state is not SignalState.PRESENT for one in judgement.sightings)


@pytest.mark.parametrize("name", AUTOMATIC)
def test_a_session_that_lacks_what_a_clause_needs_cannot_tell(name: str) -> None:
    clause = CLAUSES[name]
    for signal in clause.broken_by:
        judgement = judged(clause, signal, 3)
        assert judgement.answer is ClauseAnswer.CANNOT_TELL
        assert any(one.lacks for one in judgement.sightings)


@pytest.mark.parametrize("name", ASSISTED)
def test_an_assisted_clause_accuses_nobody(name: str) -> None:
    clause = CLAUSES[name]
    for signal in clause.review_by:
        judgement = judged(clause, signal, 0)
        assert judgement.answer is ClauseAnswer.FOR_REVIEW, signal


@pytest.mark.parametrize("name", BLIND)
def test_what_no_phone_shows_is_never_answered(name: str) -> None:
    clause = CLAUSES[name]
    assert judged(clause, SignalId.API_BEFORE_CONSENT, 0).answer is ClauseAnswer.NOT_OBSERVABLE


def sighting(state: SignalState, *lacks: str) -> Sighting:
    return Sighting(signal=SignalId.PRETICKED, state=state, lacks=list(lacks))


def pretick(*sightings: Sighting) -> ClauseJudgement:
    clause = CLAUSES["CJEU-C-673-17"]
    return combine(clause, [answer(clause, [one]) for one in sightings])


def test_one_session_that_shows_it_is_enough() -> None:
    present, absent = sighting(SignalState.PRESENT), sighting(SignalState.ABSENT)
    assert pretick(absent, present, absent).answer is ClauseAnswer.BROKEN


def test_one_session_that_would_have_shown_it_is_enough_to_keep() -> None:
    absent, unknown = sighting(SignalState.ABSENT), sighting(SignalState.UNKNOWN, "coverage")
    assert pretick(unknown, absent).answer is ClauseAnswer.KEPT


def test_what_every_session_lacked_is_named() -> None:
    first = sighting(SignalState.UNKNOWN, "coverage", "consent_dialog")
    second = sighting(SignalState.UNKNOWN, "consent_dialog")
    together = pretick(first, second)
    assert together.answer is ClauseAnswer.CANNOT_TELL
    assert together.sightings[0].lacks == ["consent_dialog"]


def test_no_session_at_all_cannot_tell() -> None:
    assert combine(CLAUSES["CJEU-C-673-17"], []).answer is ClauseAnswer.CANNOT_TELL
