"""Every decision about a case, over all its states: nothing in doubt accuses or clears anybody."""

import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.cases.decisions import (
    OPEN_STATES,
    TRANSITIONS,
    Build,
    CaseFacts,
    check,
    decide_gone,
    decide_shown,
    is_overdue,
    together,
)
from farm.cases.problems import Conditions, incomparable
from farm.cases.vocabulary import Action, CaseState, RetestOutcome
from farm.model.errors import UsageError

S = CaseState
NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
STEPS = st.integers(1, 4)


def build(code: int, app_id: int = 0) -> Build:
    return Build(app_id=app_id or code * 10, code=code)


def facts(state: CaseState, found: int = 2, fixed: int | None = None) -> CaseFacts:
    return CaseFacts(
        state=state,
        found=build(found),
        fixed=None if fixed is None else build(fixed),
        notices=1,
        due=NOW,
    )


@pytest.mark.parametrize(("action", "state"), list(itertools.product(TRANSITIONS, CaseState)))
def test_an_action_is_refused_from_every_state_it_does_not_follow(
    action: Action, state: CaseState
) -> None:
    before, after = TRANSITIONS[action]
    if state in before:
        assert check(action, state) is after
    else:
        with pytest.raises(UsageError, match=f"takes no {action}"):
            check(action, state)


def test_nothing_becomes_public_without_a_notice_before() -> None:
    """Follows every path from `found`: `published` and `removed` lie behind `noticed` or a fix."""
    reached, todo = {S.FOUND}, [S.FOUND]
    while todo:
        state = todo.pop()
        for action, (before, after) in TRANSITIONS.items():
            if action in (Action.NOTICE, Action.FIX) or state not in before or after in reached:
                continue
            reached.add(after)
            todo.append(after)
    assert reached == {S.FOUND, S.DISMISSED}


@given(st.sampled_from(CaseState), STEPS, STEPS, STEPS)
def test_only_a_later_version_makes_a_relapse(
    state: CaseState, found: int, fixed: int, code: int
) -> None:
    case = facts(state, found, fixed if state is S.FIXED else None)
    move = decide_shown(case, build(code))
    last = fixed if state is S.FIXED else found
    assert (move.action is Action.RECUR) == (state in (S.FIXED, S.REMOVED) and code > last)
    if state in (S.OVERDUE, S.PUBLISHED, S.DISMISSED, S.FOUND, S.NOTICED, S.RECURRING):
        assert move.state is None


@given(st.sampled_from(CaseState), STEPS, STEPS)
def test_only_a_later_version_mends_an_open_case(state: CaseState, found: int, code: int) -> None:
    move = decide_gone(facts(state, found), build(code))
    assert (move is not None) == (state in OPEN_STATES and code > found)


def test_a_retest_that_shows_it_goes_back_to_the_notice() -> None:
    move = decide_shown(facts(S.RETEST), build(3))
    assert (move.state, move.found) == (S.NOTICED, build(3))
    again = decide_shown(facts(S.RETEST), build(1))
    assert (again.state, again.found) == (None, None)


OUTCOMES = st.lists(
    st.sampled_from([RetestOutcome.SHOWN, RetestOutcome.GONE, RetestOutcome.CANNOT_TELL])
)


@given(st.frozensets(st.sampled_from("abc")), st.dictionaries(st.sampled_from("abc"), OUTCOMES))
def test_gone_takes_every_scenario_and_no_sight_of_it(
    wanted: frozenset[str], told: dict[str, list[RetestOutcome]]
) -> None:
    seen = together(build(3), wanted, told)
    shown = any(RetestOutcome.SHOWN in outcomes for outcomes in told.values())
    everywhere = bool(wanted) and all(RetestOutcome.GONE in told.get(name, []) for name in wanted)
    assert (seen.outcome is RetestOutcome.SHOWN) == shown
    assert (seen.outcome is RetestOutcome.GONE) == (everywhere and not shown)
    assert (seen.outcome is RetestOutcome.GONE) or shown or seen.reason


@pytest.mark.parametrize("state", CaseState)
def test_only_a_notice_runs_out(state: CaseState) -> None:
    assert is_overdue(facts(state), NOW) == (state is S.NOTICED)
    assert not is_overdue(facts(state), NOW - datetime.timedelta(seconds=1))


BASE = Conditions(
    scenario="accept",
    profile="p",
    rules={"rules": "2, sha256:aa", "sdks": "1"},
    catalogue="cc",
    hooks=100,
)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"scenario": "decline"}, "scenario decline"),
        ({"profile": "q"}, "profile q"),
        ({"rules": {"rules": "3, sha256:bb", "sdks": "1"}}, ""),
        ({"rules": {"rules": "2, sha256:bb", "sdks": "2"}}, ""),
        ({"rules": {"rules": "1, sha256:bb", "sdks": "1"}}, "by other rules"),
        ({"rules": {"rules": "2, sha256:aa"}}, "without sdks"),
        ({"rules": BASE.rules | {"parties": "sha256:cc"}}, "list of parties"),
        ({"rules": BASE.rules | {"countries": "sha256:cc"}}, ""),
        ({"rules": {"rules": "new", "sdks": "1"}}, "by other rules"),
        ({"hooks": 90}, ""),
        ({"catalogue": "dd", "hooks": 100}, ""),
        ({"catalogue": "dd", "hooks": 99}, "99 hooks"),
    ],
)
def test_what_may_answer_for_an_earlier_recording(changes: dict[str, object], reason: str) -> None:
    known: dict[str, object] = {
        "scenario": BASE.scenario, "profile": BASE.profile, "rules": BASE.rules,
        "catalogue": BASE.catalogue, "hooks": BASE.hooks,
    }  # fmt: skip
    other = Conditions(**(known | changes))  # type: ignore[arg-type]
    said = incomparable(BASE, other)
    assert reason in said and bool(said) == bool(reason)
