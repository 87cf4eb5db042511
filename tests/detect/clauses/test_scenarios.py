"""Every clause names scenarios that ship, and these record what its signals need."""

import ast
from pathlib import Path

import pytest

from farm.detect.clauses.catalogue import SIGNALS
from farm.detect.clauses.packs import Clause, shipped_packs
from farm.model.clause import ClauseState, SignalId
from farm.model.expectations import Standard
from farm.model.vocabulary import SearchGoal

ROOT = Path(__file__).parents[3]
CLAUSES = {clause.id: clause for one in shipped_packs() for clause in one.pack.clauses}
AUTOMATIC = [name for name, one in CLAUSES.items() if one.state is ClauseState.AUTOMATIC]
ASSISTED = [name for name, one in CLAUSES.items() if one.state is ClauseState.ASSISTED]
BY_A_PERSON = {SignalId.WINDOW_CANNOT_BE_CLOSED}
"""Signals that no scenario that ships records, and no automatic clause rests on."""


def names_in(path: Path, of: str) -> set[str]:
    """Members of an enum that a module names, as `Standard.X`."""
    return {
        node.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == of
    }


def goals_in(path: Path) -> set[str]:
    """What a scenario looks for on behalf of a standard: `search(…, asked=True)`, `within(…)`."""
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr == "within" or any(one.arg == "asked" for one in node.keywords))
    ]
    named = {one.value for call in calls for one in call.args if isinstance(one, ast.Constant)}
    return {goal.name for goal in SearchGoal if goal.value in named}


SCENARIOS = {path.stem: path for path in (ROOT / "scenarios").glob("*.py")}
RECORDS = {name: names_in(path, "Standard") for name, path in SCENARIOS.items()}
SEEKS = {name: goals_in(path) for name, path in SCENARIOS.items()}
# What the objects that scenarios are given record by themselves.
RECORDS["consent_withdrawn"] |= names_in(ROOT / "farm/explore/seeking.py", "Standard")
IN_EVERY_SCENARIO = names_in(ROOT / "farm/explore/interruptions.py", "Standard")


def missing(clause: Clause, signal: SignalId) -> set[str]:
    """Expectations and searches of a signal that no scenario of the clause makes."""
    needs = SIGNALS[signal].needs
    standards = {need.name for need in needs if isinstance(need, Standard)}
    goals = {need.name for need in needs if isinstance(need, SearchGoal)}
    recorded = IN_EVERY_SCENARIO.union(*(RECORDS[name] for name in clause.scenarios))
    sought = set[str]().union(*(SEEKS[name] for name in clause.scenarios))
    return (standards - recorded) | (goals - sought)


@pytest.mark.parametrize("name", CLAUSES)
def test_scenarios_that_a_clause_names_ship(name: str) -> None:
    assert set(CLAUSES[name].scenarios) <= set(SCENARIOS)


@pytest.mark.parametrize("name", AUTOMATIC)
def test_an_automatic_clause_names_scenarios_that_record_all_its_evidence(name: str) -> None:
    clause = CLAUSES[name]
    assert clause.scenarios
    for signal in (*clause.broken_by, *clause.review_by):
        assert not missing(clause, signal), signal
        assert signal not in BY_A_PERSON


@pytest.mark.parametrize("name", ASSISTED)
def test_an_assisted_clause_names_scenarios_that_prepare_its_evidence(name: str) -> None:
    clause = CLAUSES[name]
    for signal in set(clause.review_by) - BY_A_PERSON:
        assert not missing(clause, signal), signal


def test_what_no_scenario_records_is_still_recorded_by_none() -> None:
    every = IN_EVERY_SCENARIO.union(*RECORDS.values())
    for signal in BY_A_PERSON:
        needs = {need.name for need in SIGNALS[signal].needs if isinstance(need, Standard)}
        assert needs and not needs & every
