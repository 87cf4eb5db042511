"""Rule packs: what ships is well formed, and a mistake is one clear line."""

import os
import re
from pathlib import Path

import pytest

from farm.detect.clauses.packs import load_pack, load_packs, shipped_packs
from farm.detect.clauses.scope import categories, check_category, necessary_types
from farm.model.clause import ClauseState, SignalId
from farm.model.errors import UsageError
from farm.model.vocabulary import DataType

PROVISION = Path(__file__).parents[1] / "data" / "provision_article_5.txt"
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
        clause.item.split(" ")[0]
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


def provision() -> list[tuple[str, str, list[str]]]:
    """The 39 categories as article 5 has them: name, basic function, what is necessary."""
    found: list[tuple[str, str, list[str]]] = []
    for line in PROVISION.read_text("utf-8").splitlines():
        begins = re.fullmatch(r"(.+?类)，基本功能服务为“(.+)”，(.+)", line)
        if begins is None:
            found[-1][2].append(re.sub(r"^\d\.|[；。]$", "", line))
            continue
        one = re.fullmatch(r"必要个人信息为：(.+)。", begins[3])
        found.append((begins[1], begins[2], [one[1]] if one else []))
    return found


def test_categories_are_in_the_provisions_own_words() -> None:
    assert [(one.zh, one.basic_function, one.necessary) for one in categories()] == provision()
    assert all(one.verified for one in categories())


@pytest.mark.parametrize(
    ("words", "data_type"),
    [
        ("位置信息", DataType.LOCATION),
        ("电话", DataType.PHONE_NUMBER),
        ("姓名", DataType.NAME),
        ("证件类型和号码", DataType.NATIONAL_ID),
        ("银行卡号码", DataType.BANK_CARD),
        ("通讯录", DataType.CONTACTS),
    ],
)
def test_what_a_phone_can_show_of_a_category_is_what_its_words_say(
    words: str, data_type: DataType
) -> None:
    for one in categories():
        said = "".join(one.necessary).replace("联系方式", "电话")
        assert (data_type in one.data_types) == (words in said), one.zh


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
        ("zh: 一", 'zh: ""', "clause LAB-1: fields item"),
        ("id: LAB-1", 'id: "LAB-1; MIIT-164-1.1"', "clause number 1: field id"),
        ("id: LAB-1", "id: ''", "clause number 1: field id"),
        ("id: LAB,", 'id: "../lab",', "field document.id"),
        ('version: "1"', 'version: ""', "field version"),
        ("en: one", f"en: {'x' * 3000}", "up to 2000 characters"),
        ("[preticked]", "[preticked, preticked]", "preticked stands twice"),
        ("verified: false", "verified: true", "clause LAB-1: field source: ''"),
        ("verified: false", "verified: true\n  source: law", "clause LAB-1: field source: 'law'"),
        ("verified: false", "verified: false\n  source: law", "give the reason in doubt"),
        ("verified: false", "verified: false\n  doubt: why", "clause LAB-1: field doubt: 'why'"),
        ("verified: false", "verified: perhaps", "verified"),
        ("verified: false", "verified: false\n  verified: true", "'verified' stands twice"),
        ("clauses:", "clauses: []\nothers:", "others"),
        ("state: automatic", "state: !!python/object/apply:os.system [id]", "not YAML"),
        ("- id: LAB-1", "- &a [*a]\n- id: LAB-1", "clauses[0]"),
        ('version: "1"', "version: [", "lab.yaml:"),
        ("item:", "itm:", "itm"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = written(tmp_path, PACK.replace(old, new))
    with pytest.raises(UsageError) as caught:
        load_pack(path)
    assert str(path) in str(caught.value) and says in str(caught.value)


def test_a_document_is_one_pack(tmp_path: Path) -> None:
    written(tmp_path, PACK, "one.yaml")
    written(tmp_path, PACK, "two.yaml")
    with pytest.raises(UsageError, match=r"two\.yaml: document LAB: already stands in one\.yaml"):
        load_packs(tmp_path)


def test_a_clause_stands_once_in_a_pack(tmp_path: Path) -> None:
    twice = PACK + PACK[PACK.index("- id:") :]
    with pytest.raises(UsageError, match="clause 'LAB-1': stands twice"):
        load_pack(written(tmp_path, twice))


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe\x00 bytes", b"", b"[" * 100_000, b"- 1", b"x" * (9 << 20)],
    ids=["not UTF-8", "empty", "deep", "a list", "large"],
)
def test_what_is_no_pack_is_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "lab.yaml"
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        load_pack(path)
    told = str(caught.value)
    assert str(path) in told and "\n" not in told and len(told) < 500 + len(str(path))


def test_what_is_no_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    for name in ("folder.yaml", "pipe.yaml"):
        with pytest.raises(UsageError, match="is no file"):
            load_pack(tmp_path / name)
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    with pytest.raises(UsageError, match=r"loop\.yaml: cannot be read"):
        load_pack(tmp_path / "loop.yaml")


def test_a_pack_of_aliases_is_bounded(tmp_path: Path) -> None:
    """A few bytes a clause, as many as one likes."""
    head, clause = PACK.split("- id:")
    text = f"{head}- &one\n  id:{clause}" + "- *one\n" * 20_000
    with pytest.raises(UsageError, match="expected 1 to 2000 clauses"):
        load_pack(written(tmp_path, text))


def test_a_verified_clause_names_what_it_was_compared_with(tmp_path: Path) -> None:
    text = PACK.replace("source: ours}", "source: ours, sources: {law: {zh: 三页, en: page 3}}}")
    text = text.replace("verified: false", "verified: true\n  source: law")
    loaded = load_pack(written(tmp_path, text))
    source = loaded.source_of(loaded.pack.clauses[0])
    assert source is not None and source.en == "page 3"
    assert loaded.doubt_of(loaded.pack.clauses[0]) is None


def test_every_clause_that_ships_says_what_it_was_compared_with_or_why_not() -> None:
    for loaded in shipped_packs():
        used = {clause.source or clause.doubt for clause in loaded.pack.clauses}
        for clause in loaded.pack.clauses:
            assert (loaded.source_of(clause) is not None) == clause.verified, clause.id
            assert (loaded.doubt_of(clause) is not None) != clause.verified, clause.id
        assert used == {*loaded.pack.document.sources, *loaded.pack.document.doubts}


def test_a_clause_stands_in_one_pack_only(tmp_path: Path) -> None:
    written(tmp_path, PACK, "one.yaml")
    written(tmp_path, PACK.replace("id: LAB,", "id: LAB2,"), "two.yaml")
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
