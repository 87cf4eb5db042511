"""What counts as a change, which changes are real, and what they are blamed on."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.campaign.nightly.compare import (
    Experiments,
    Factor,
    RunFacts,
    Steadiness,
    compare,
    differing,
    steadiness,
    trace,
)
from farm.campaign.nightly.entry import Entry

RUN = RunFacts(
    package="com.example", scenario="accept", profile="", session_id="s", recording="r",
    app_sha256="a1", version_name="1", version_code=1, verdict="clean", findings={},
    rules={"pack": "1"}, hook_bundle="h1", phone="p1", network="n1", tools="t1",
)  # fmt: skip
CONDITIONS = frozenset(Factor) - {Factor.CHANCE, Factor.UNTOLD, Factor.UNRECORDED}
VERDICTS = ("clean", "violation", "undetermined")


def run(**changes: object) -> RunFacts:
    return msgspec.structs.replace(RUN, **changes)


def test_a_run_equals_itself() -> None:
    compared = compare(RUN, RUN)
    assert not compared.changed and not compared.silent
    assert differing(RUN, RUN) == frozenset()


def test_what_came_and_what_went() -> None:
    before = run(findings={"x": "imei", "y": "oaid"}, parties=frozenset({"old.example"}),
                 apis=frozenset({"a", "b"}), permissions=frozenset({"CAMERA"}))  # fmt: skip
    after = run(findings={"y": "oaid", "z": "mac"}, parties=frozenset({"new.example"}),
                apis=frozenset({"b", "c"}), hooks_failed=frozenset({"d"}))  # fmt: skip
    compared = compare(before, after)
    assert compared.changed
    assert compared.findings.new == {"z"} and compared.findings.gone == {"x"}
    assert compared.parties.new == {"new.example"} and compared.parties.gone == {"old.example"}
    assert compared.permissions.gone == {"CAMERA"}
    assert compared.silent == {"a"}
    assert compared.failed_hooks.new == {"d"}
    assert not compared.different
    reworded = compare(before, run(findings={"x": "imei", "y": "oaid transmitted"}))
    assert reworded.changed and reworded.different == {"y"}


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        ({"app_sha256": "a2"}, Factor.APP),
        ({"rules": {"pack": "2"}}, Factor.RULES),
        ({"hook_bundle": "h2"}, Factor.HOOKS),
        ({"phone": "p2"}, Factor.PHONE),
        ({"network": "n2"}, Factor.NETWORK),
        ({"tools": "t2"}, Factor.TOOLS),
    ],
)
def test_a_single_difference_is_the_cause(change: dict[str, object], factor: Factor) -> None:
    factors = differing(RUN, run(**change))
    assert factors == {factor}
    rejudged = "violation" if factor is Factor.RULES else None
    seen = Experiments(
        old_recording_old_rules="clean", old_recording_new_rules=rejudged, new_recording="violation"
    )
    assert trace(factors, seen) == {factor}


def test_rules_are_cleared_when_the_old_recording_keeps_its_verdict() -> None:
    seen = Experiments(
        old_recording_old_rules="clean", old_recording_new_rules="clean", new_recording="violation"
    )
    assert trace(frozenset({Factor.RULES, Factor.APP}), seen) == {Factor.APP}
    assert trace(frozenset({Factor.RULES}), seen) == {Factor.CHANCE}


def test_two_suspects_are_told_apart_by_restoring_one() -> None:
    factors = frozenset({Factor.APP, Factor.PHONE})
    base = Experiments(old_recording_old_rules="clean", new_recording="violation")

    def restored(**verdicts: str) -> Experiments:
        known = {Factor[name]: verdict for name, verdict in verdicts.items()}
        return msgspec.structs.replace(base, restored=known)

    assert trace(factors, base) == {Factor.UNTOLD}, "nothing is named without an experiment"
    assert trace(factors, restored(APP="clean")) == {Factor.APP}
    assert trace(factors, restored(APP="violation")) == {Factor.PHONE}
    # A run that shows neither verdict proves nothing.
    assert trace(factors, restored(APP="undetermined")) == {Factor.UNTOLD}
    assert trace(factors, restored(APP="violation", PHONE="violation")) == {Factor.UNRECORDED}
    both = restored(APP="clean", PHONE="clean")
    assert trace(factors, both) == {Factor.APP, Factor.PHONE}
    three = factors | {Factor.HOOKS}
    assert trace(three, restored(APP="violation")) == {Factor.UNTOLD}
    assert trace(three, restored(APP="violation", HOOKS="clean")) == {Factor.HOOKS}


def test_steady_change_without_any_difference_is_not_called_chance() -> None:
    steady = Experiments(
        old_recording_old_rules="clean", new_recording="violation", repeats=("violation",) * 2
    )
    assert trace(frozenset(), steady) == {Factor.UNRECORDED}
    once = msgspec.structs.replace(steady, repeats=())
    assert trace(frozenset(), once) == {Factor.CHANCE}


def test_repeats_that_disagree_are_chance() -> None:
    seen = Experiments(
        old_recording_old_rules="clean", new_recording="violation", repeats=("violation", "clean")
    )
    assert trace(frozenset({Factor.APP}), seen) == {Factor.CHANCE}


@given(
    st.frozensets(st.sampled_from(sorted(CONDITIONS))),
    st.sampled_from(VERDICTS),
    st.sampled_from((None, *VERDICTS)),
    st.sampled_from(VERDICTS),
    st.dictionaries(st.sampled_from(sorted(CONDITIONS)), st.sampled_from(VERDICTS)),
)
def test_nothing_that_was_equal_or_cleared_is_ever_blamed(
    factors: frozenset[Factor],
    old: str,
    middle: str | None,
    new: str,
    restored: dict[Factor, str],
) -> None:
    seen = Experiments(
        old_recording_old_rules=old,
        old_recording_new_rules=middle,
        new_recording=new,
        restored=restored,
    )
    causes = trace(factors, seen)
    assert causes & CONDITIONS <= factors
    cleared = {f for f in factors - {Factor.RULES} if restored.get(f) == new}
    assert not causes & cleared
    assert bool(causes) == (old != new)
    if Factor.UNTOLD in causes:
        assert len(factors - cleared) > 1


def test_findings_are_confirmed_only_when_every_run_shows_them() -> None:
    runs = [run(findings={"x": "", "y": ""}), run(findings={"x": ""}), run(findings={"x": ""})]
    for order in itertools.permutations(runs):
        assert steadiness(order) == {"x": Steadiness.CONFIRMED, "y": Steadiness.FLAKY}
    assert steadiness(runs[:1]) == dict.fromkeys("xy", Steadiness.UNREPEATED)
    assert steadiness([]) == {}


def entry(before: RunFacts, after: RunFacts, **more: object) -> Entry:
    return Entry(run=after, before=before, comparison=compare(before, after), **more)  # type: ignore[arg-type]


def test_only_changes_that_repeats_confirm_are_reported() -> None:
    with_x = run(findings={"x": "imei"}, verdict="violation")
    more = run(findings={"x": "imei", "y": "mac"}, verdict="violation")
    assert not entry(with_x, with_x).reported
    assert entry(with_x, more).reported
    assert not entry(with_x, more, steadiness={"y": Steadiness.FLAKY}).reported
    assert entry(with_x, more, steadiness={"y": Steadiness.CONFIRMED}).reported
    # Gone, and seen again in a repeat: not gone.
    assert not entry(more, with_x, steadiness={"y": Steadiness.FLAKY}).reported
    assert entry(more, with_x, steadiness={"x": Steadiness.CONFIRMED}).reported
    assert entry(RUN, with_x).reported
    assert not entry(RUN, with_x, causes=frozenset({Factor.CHANCE})).reported
    assert Entry(run=with_x).reported and not Entry(run=RUN).reported
