"""Merging: who said what stays visible, and nothing is averaged away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.apps.engines.merging import FARM, disagreements, drift, merge, sampled
from farm.apps.engines.statements import EngineResult, Statement, Status, Topic
from farm.model.clause import ClauseAnswer, ClauseJudgement, ClauseState

CLAUSE = "CAC-191-3.1"


def ours(answer: ClauseAnswer, clause: str = CLAUSE) -> ClauseJudgement:
    return ClauseJudgement(clause=clause, state=ClauseState.AUTOMATIC, answer=answer)


def theirs(
    *statements: Statement, name: str = "other", status: Status = Status.DONE
) -> EngineResult:
    return EngineResult(
        engine=name, version="1", apk_sha256="a", status=status, statements=list(statements)
    )


def clause(holds: bool, confidence: float = 1.0) -> Statement:
    return Statement(topic=Topic.CLAUSE, subject=CLAUSE, holds=holds, confidence=confidence)


def test_agreement_and_disagreement_are_told_apart() -> None:
    [same] = merge([ours(ClauseAnswer.BROKEN)], [theirs(clause(False))])
    assert (same.agreed, same.for_review) == (True, False)
    [differ] = merge([ours(ClauseAnswer.BROKEN)], [theirs(clause(True))])
    assert (differ.agreed, differ.for_review) == (False, True)
    assert {one.engine: one.answer for one in differ.opinions} == {
        FARM: ClauseAnswer.BROKEN,
        "other": ClauseAnswer.KEPT,
    }


@pytest.mark.parametrize("status", [Status.FAILED, Status.TIMED_OUT, Status.ABSENT])
def test_an_engine_that_did_not_finish_has_no_opinion(status: Status) -> None:
    [merged] = merge([ours(ClauseAnswer.KEPT)], [theirs(clause(False), status=status)])
    assert [one.engine for one in merged.opinions] == [FARM]
    assert merged.agreed is None


@pytest.mark.parametrize("answer", [ClauseAnswer.CANNOT_TELL, ClauseAnswer.NOT_OBSERVABLE])
def test_no_answer_is_no_agreement(answer: ClauseAnswer) -> None:
    [merged] = merge([ours(answer)], [theirs(clause(True))])
    assert merged.agreed is None


def test_code_that_is_there_supports_and_never_breaks() -> None:
    tracker = Statement(topic=Topic.TRACKER, subject="Example Analytics")
    merged = merge([], [theirs(tracker)])
    assert merged
    for one in merged:
        assert {opinion.answer for opinion in one.opinions} == {ClauseAnswer.FOR_REVIEW}
        assert one.for_review and one.opinions[0].subjects == ["Example Analytics"]


def test_confidence_is_the_weight_of_the_stronger_side() -> None:
    results = [theirs(clause(True, 0.5)), theirs(clause(False, 1.0), name="third")]
    [merged] = merge([ours(ClauseAnswer.BROKEN)], results)
    assert merged.confidence == pytest.approx(2.0 / 2.5)


def test_matrix_counts_pairs() -> None:
    merged = merge(
        [ours(ClauseAnswer.BROKEN)], [theirs(clause(True)), theirs(clause(False), name="third")]
    )
    assert disagreements(merged) == {
        ("farm", "other"): (1, 1),
        ("farm", "third"): (1, 0),
        ("other", "third"): (1, 1),
    }


@given(st.text(max_size=20), st.floats(0, 1))
def test_the_sample_is_reproducible_and_grows_with_its_share(digest: str, share: float) -> None:
    chosen = sampled(digest, CLAUSE, share)
    assert chosen == sampled(digest, CLAUSE, share)
    assert sampled(digest, CLAUSE, 1.0) and not sampled(digest, CLAUSE, 0.0)
    if chosen:
        assert sampled(digest, CLAUSE, min(share * 2, 1.0))


def test_the_sample_has_about_its_share_and_depends_on_the_salt() -> None:
    one = [sampled(str(number), CLAUSE, 0.1, "a") for number in range(5000)]
    other = [sampled(str(number), CLAUSE, 0.1, "b") for number in range(5000)]
    assert 380 < sum(one) < 620
    assert one != other


def test_drift_alarms_on_a_change_and_not_on_chance() -> None:
    assert drift("apkid", (500, 1000), (250, 1000)).alarm
    assert drift("apkid", (500, 1000), (900, 1000)).z > 0
    assert not drift("apkid", (500, 1000), (520, 1000)).alarm
    assert not drift("apkid", (5, 10), (4, 10)).alarm
    assert not drift("apkid", (0, 0), (10, 10)).alarm
    assert not drift("apkid", (10, 10), (10, 10)).alarm
