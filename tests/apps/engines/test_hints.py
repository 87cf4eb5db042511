"""Which facts of which engine are put before a person under which clause, and which are not."""

import pytest

from farm.apps.engines.hints import hints
from farm.apps.engines.merging import merge
from farm.apps.engines.statements import EngineResult, Statement, Status, Topic
from farm.detect.clauses.packs import shipped_packs
from farm.model.clause import ClauseAnswer, ClauseState

CAMERA = "android.permission.CAMERA"
CONTACTS = "android.permission.READ_CONTACTS"
INTERNET = "android.permission.INTERNET"
UNRELATED, AT_ONCE, LISTED, DOWNLOADS = "CAC-191-4.1", "CAC-191-4.6", "CAC-191-2.1", "MIIT-164-3.1"
SHARED = "CAC-191-5.1"


def said(*facts: tuple[Topic, str] | Statement, status: Status = Status.DONE) -> EngineResult:
    statements = [
        one if isinstance(one, Statement) else Statement(topic=one[0], subject=one[1])
        for one in facts
    ]
    return EngineResult(
        engine="e", version="1", apk_sha256="a", status=status, statements=statements
    )


def asks(*names: str, level: str = "") -> EngineResult:
    target = [(Topic.TARGET, level)] if level else []
    return said(*[(Topic.PERMISSION, name) for name in names], *target)


def test_permissions_that_a_person_grants_are_put_beside_the_functions() -> None:
    assert hints(asks(CAMERA, INTERNET))[UNRELATED] == [CAMERA]


def test_permissions_that_open_nothing_hint_at_nothing() -> None:
    assert hints(asks(INTERNET)) == {}
    not_there = Statement(topic=Topic.PERMISSION, subject=CAMERA, holds=False)
    assert hints(said(not_there)) == {}


def test_an_app_made_before_single_permissions_has_them_all_at_once() -> None:
    assert hints(asks(CAMERA, CONTACTS, level="22"))[AT_ONCE] == [CAMERA, CONTACTS]


@pytest.mark.parametrize(
    "result",
    [
        asks(CAMERA, CONTACTS, level="23"),  # asked for one by one
        asks(CAMERA, level="22"),  # one only
        asks(CONTACTS, "android.permission.WRITE_CONTACTS", level="22"),  # one group
        asks(CAMERA, INTERNET, level="22"),
        asks(CAMERA, CONTACTS),  # nobody said for which level
        asks(CAMERA, CONTACTS, level="0"),  # it says none
        asks(CAMERA, CONTACTS, level="\u00b2"),
    ],
)
def test_what_is_not_shown_to_be_all_at_once(result: EngineResult) -> None:
    assert AT_ONCE not in hints(result)


def test_code_of_others_is_to_be_compared_with_the_policy() -> None:
    tracker = hints(said((Topic.TRACKER, "Example Analytics")))
    assert tracker[LISTED] == tracker[SHARED] == ["Example Analytics"]
    code = hints(said((Topic.SDK, "com.example.push")))
    assert code[LISTED] == ["com.example.push"]
    assert SHARED not in code  # code is there; nobody knows it for a receiver


def test_the_same_package_by_somebody_else() -> None:
    foreign = Statement(topic=Topic.SIGNER, subject="com.x", holds=False)
    assert hints(said(foreign)) == {DOWNLOADS: ["com.x"]}
    genuine = Statement(topic=Topic.SIGNER, subject="com.x", holds=True)
    assert hints(said(genuine)) == {}


def test_exported_parts_and_packers_are_in_no_clause() -> None:
    assert hints(said((Topic.EXPORTED, "com.x.Open"), (Topic.PACKER, "Jiagu"))) == {}


@pytest.mark.parametrize("status", [Status.FAILED, Status.TIMED_OUT, Status.ABSENT])
def test_an_engine_that_did_not_finish_hints_at_nothing(status: Status) -> None:
    assert merge([], [said((Topic.TRACKER, "T"), status=status)]) == []


def test_every_hint_is_for_review_of_a_clause_that_a_person_decides() -> None:
    known = {one.id: one.state for loaded in shipped_packs() for one in loaded.pack.clauses}
    foreign = Statement(topic=Topic.SIGNER, subject="com.x", holds=False)
    everything = said(
        (Topic.TRACKER, "T"), (Topic.SDK, "s"), (Topic.TARGET, "22"),
        (Topic.PERMISSION, CAMERA), (Topic.PERMISSION, CONTACTS), foreign,
    )  # fmt: skip
    merged = merge([], [everything])
    assert len(merged) == len(hints(everything)) > 10
    for one in merged:
        assert known[one.clause] is ClauseState.ASSISTED, one.clause
        assert [opinion.answer for opinion in one.opinions] == [ClauseAnswer.FOR_REVIEW]
