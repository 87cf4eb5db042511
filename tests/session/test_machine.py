"""The session's states: every path ends, owes the phone its cleaning, and keeps the first cause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.model.vocabulary import SessionState as State
from farm.session.machine import Deadlines, IllegalTransition, Progress, successors


def test_the_undisturbed_way_visits_every_state_once() -> None:
    progress = Progress()
    seen = [progress.state]
    while following := successors(progress.state) - {State.FAILED}:
        (state,) = following
        progress = progress.advance(state)
        seen.append(state)
    assert set(seen) == set(State) - {State.FAILED}
    assert seen[-1] is State.DONE
    assert not progress.failed


@pytest.mark.parametrize("state", sorted(set(State) - {State.DONE, State.FAILED}))
def test_after_a_failure_anywhere_the_phone_is_still_cleaned_and_the_recording_sealed(
    state: State,
) -> None:
    progress = Progress(state=state).fail("cable out")
    assert progress.state is State.FAILED
    assert {State.CLEANING, State.SEALING} <= successors(State.FAILED)
    assert State.DRIVING not in successors(State.FAILED)
    assert progress.advance(State.CLEANING).reason == "cable out"


def test_the_first_cause_is_kept() -> None:
    progress = Progress().fail("cable out").advance(State.CLEANING).fail("cannot clean")
    assert progress.reason == "cable out"


def test_a_session_that_is_over_neither_advances_nor_fails() -> None:
    over = Progress(state=State.DONE)
    with pytest.raises(IllegalTransition):
        over.fail("late")
    with pytest.raises(IllegalTransition):
        over.advance(State.SEALING)


@given(st.lists(st.sampled_from(sorted(State)), max_size=30))
def test_no_sequence_of_requests_reaches_done_without_sealing(requests: list[State]) -> None:
    progress, seen = Progress(), []
    for state in requests:
        try:
            progress = progress.fail("x") if state is State.FAILED else progress.advance(state)
        except IllegalTransition:
            continue
        seen.append(state)
    if State.DONE in seen:
        before_done = seen[seen.index(State.DONE) - 1]
        assert before_done in {State.SEALING, State.FAILED}


@pytest.mark.parametrize("state", sorted(set(State) - {State.DONE, State.FAILED}))
def test_every_working_state_has_a_deadline(state: State) -> None:
    assert Deadlines().of(state) > 0
