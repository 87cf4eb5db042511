"""Many apps and engines at once: pairs, samples, and engines that change."""

from farm.apps.engines.comparison import compare, gravest
from farm.apps.engines.statements import EngineResult, Statement, Status, Topic
from farm.model.clause import ClauseAnswer, ClauseJudgement, ClauseState

CLAUSE = "CAC-191-3.1"


def judged(answer: ClauseAnswer, clause: str = CLAUSE) -> ClauseJudgement:
    return ClauseJudgement(clause=clause, state=ClauseState.AUTOMATIC, answer=answer)


def said(
    engine: str, apk: str, *statements: Statement, status: Status = Status.DONE, version: str = "1"
) -> EngineResult:
    return EngineResult(
        engine=engine, version=version, apk_sha256=apk, status=status, statements=list(statements)
    )


def clause(holds: bool) -> Statement:
    return Statement(topic=Topic.CLAUSE, subject=CLAUSE, holds=holds)


def tracker() -> Statement:
    return Statement(topic=Topic.TRACKER, subject="Example Analytics")


def test_what_one_scenario_showed_stays_shown() -> None:
    [one] = gravest([judged(ClauseAnswer.KEPT), judged(ClauseAnswer.BROKEN)])
    assert one.answer is ClauseAnswer.BROKEN
    [kept] = gravest([judged(ClauseAnswer.CANNOT_TELL), judged(ClauseAnswer.KEPT)])
    assert kept.answer is ClauseAnswer.KEPT


def test_sessions_of_one_app_do_not_disagree_with_each_other() -> None:
    both = [judged(ClauseAnswer.KEPT), judged(ClauseAnswer.BROKEN)]
    compared = compare([said("a", "x", clause(False))], {"x": both})
    [app] = compared.apps
    [merged] = app.clauses
    assert merged.agreed is True and app.for_review == []


def test_each_pair_of_engines_counts_what_both_decided() -> None:
    compared = compare(
        [
            said("a", "x", clause(True)),
            said("b", "x", clause(False)),
            said("a", "y", clause(True)),
            said("b", "y", clause(True)),
            said("b", "z", clause(True)),
        ],
        {"z": [judged(ClauseAnswer.BROKEN)]},
    )
    pairs = {(one.first, one.second): (one.decided, one.disagreed) for one in compared.matrix}
    assert pairs == {("a", "b"): (2, 1), ("b", "farm"): (1, 1)}
    assert {app.apk_sha256: app.for_review for app in compared.apps} == {
        "x": [CLAUSE],
        "y": [],
        "z": [CLAUSE],
    }


def test_an_engine_that_failed_is_named_and_has_no_opinion() -> None:
    [app] = compare([said("a", "x", clause(False), status=Status.TIMED_OUT)], {}).apps
    assert (app.silent, app.clauses) == (["a"], [])


def test_a_sample_leaves_out_what_is_reviewed_anyway() -> None:
    results = [said(name, f"app{number}", clause(True)) for number in range(400) for name in "ab"]
    results += [said("a", "disputed", clause(True)), said("b", "disputed", clause(False))]
    compared = compare(results, {}, share=0.25, salt="s")
    chosen = {app.apk_sha256 for app in compared.apps if app.sampled}
    assert 60 < len(chosen) < 140 and "disputed" not in chosen
    assert not any(app.sampled for app in compare(results, {}).apps)


def apps(engine: str, count: int, with_tracker: int, version: str = "1") -> list[EngineResult]:
    return [
        said(engine, str(n), *([tracker()] if n < with_tracker else []), version=version)
        for n in range(count)
    ]


def test_an_engine_that_falls_silent_raises_an_alarm() -> None:
    compared = compare(apps("a", 200, 20, "2"), {}, apps("a", 200, 120))
    [alarm] = compared.alarms
    assert (alarm.topic, alarm.drift.before, alarm.drift.now) == (
        Topic.TRACKER,
        (120, 200),
        (20, 200),
    )
    assert alarm.versions == (["1"], ["2"]) and alarm.drift.z < 0


def test_chance_and_runs_that_failed_raise_none() -> None:
    before = apps("a", 200, 120)
    assert compare(apps("a", 200, 112), {}, before).alarms == []
    failed = [said("a", f"f{n}", status=Status.FAILED) for n in range(300)]
    assert compare([*apps("a", 200, 120), *failed], {}, before).alarms == []
    assert compare(apps("b", 200, 0), {}, before).drifts == []  # another engine is no successor
