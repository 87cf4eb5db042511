"""Rule packs: what ships is well formed, and a mistake is one clear line."""

from pathlib import Path

import pytest

from farm.detect.clauses.packs import load_pack, load_packs, shipped_packs
from farm.detect.clauses.scope import categories, check_category, necessary_types
from farm.model.clause import ClauseState, SignalId
from farm.model.errors import UsageError
from farm.model.vocabulary import DataType

PACK = """
version: "1"
document: {id: LAB, title: {zh: 实验, en: lab}, issued: "2026", source: ours}
clauses:
- id: LAB-1
  item: "1"
  text: {zh: 一, en: one}
  state: automatic
  verified: false
  broken_by: [preticked]
  scenarios: [accept]
"""


def written(folder: Path, text: str, name: str = "lab.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_every_signal_is_named_by_some_clause() -> None:
    named = {
        signal
        for loaded in shipped_packs()
        for clause in loaded.pack.clauses
        for signal in (*clause.broken_by, *clause.review_by)
    }
    assert named == set(SignalId)


def test_documents_that_must_be_there() -> None:
    counts = {loaded.name: len(loaded.pack.clauses) for loaded in shipped_packs()}
    assert counts["MIIT-164"] == 10  # four headings, ten items
    assert counts["MIIT-337"] == 8
    assert counts["CAC-191"] == 31
    parts = {
        clause.item
        for loaded in shipped_packs()
        if loaded.name in {"TAF-077", "TAF-078"}
        for clause in loaded.pack.clauses
    }
    assert {f"077.{part}" for part in range(1, 18)} <= parts
    assert {f"078.{part}" for part in range(1, 11)} <= parts
    assert {"GBT-35273", "GBT-41391", "GDPR"} <= set(counts)


def test_what_a_standard_gives_no_number_for_is_left_to_a_person() -> None:
    for loaded in shipped_packs():
        for clause in loaded.pack.clauses:
            if SignalId.FREQUENCY_OVER_NEED in (*clause.broken_by, *clause.review_by):
                assert clause.state is ClauseState.ASSISTED


def test_thirty_nine_categories() -> None:
    assert [one.number for one in categories()] == list(range(1, 40))
    assert sum(1 for one in categories() if not one.necessary) == 13
    assert necessary_types("浏览器类") == frozenset()
    assert DataType.LOCATION in (necessary_types("ride hailing") or ())
    assert necessary_types("no such category") is None


def test_a_labs_own_pack(tmp_path: Path) -> None:
    [loaded] = load_packs(written(tmp_path, PACK).parent)
    assert loaded.name == "LAB" and loaded.pack.clauses[0].broken_by == [SignalId.PRETICKED]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("preticked", "preticket", "preticket"),
        ("broken_by: [preticked]", "", "clause LAB-1: field broken_by"),
        ("automatic", "assisted", "clause LAB-1: field broken_by"),
        ("automatic", "sometimes", "sometimes"),
        ("scenarios: [accept]", "", "clause LAB-1: field scenarios"),
        ("zh: 一", 'zh: ""', "clause LAB-1: fields id, item"),
        ('version: "1"', "version: [", "lab.yaml:"),
        ("item:", "itm:", "itm"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = written(tmp_path, PACK.replace(old, new))
    with pytest.raises(UsageError) as caught:
        load_pack(path)
    assert str(path) in str(caught.value) and says in str(caught.value)


def test_a_clause_stands_in_one_pack_only(tmp_path: Path) -> None:
    written(tmp_path, PACK, "one.yaml")
    written(tmp_path, PACK, "two.yaml")
    with pytest.raises(UsageError, match=r"two\.yaml: clause LAB-1: already stands in one\.yaml"):
        load_packs(tmp_path)


def test_a_folder_without_packs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no rule packs"):
        load_packs(tmp_path)


def test_an_unknown_category_is_refused_with_the_known_ones() -> None:
    check_category("")
    check_category("浏览器类")
    with pytest.raises(UsageError, match="expected one of: maps and navigation"):
        check_category("map")
