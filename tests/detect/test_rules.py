"""The rule table keeps its invariants; a bad list of parties is one clear line."""

from pathlib import Path

import msgspec
import pytest

from farm.detect.clauses.packs import shipped_packs
from farm.detect.rules import load_rules
from farm.model.errors import UsageError
from farm.model.vocabulary import Level, Phase


def test_rule_table() -> None:
    pack = load_rules().pack
    ids = [rule.id for rule in pack.rules]
    assert len(ids) == len(set(ids))
    assert {(rule.phase, rule.level) for rule in pack.rules} == {
        (phase, level)
        for phase in (Phase.BEFORE_CONSENT, Phase.AFTER_DECLINE, Phase.AFTER_WITHDRAWAL)
        for level in Level
    }
    for rule in pack.rules:
        assert rule.explanation.zh and rule.explanation.en and rule.title.zh and rule.title.en
        assert rule.clauses and set(rule.clauses) <= set(pack.clauses)
        assert pack.clauses[rule.clauses[0]].document in pack.documents
    assert pack.rule(Phase.AFTER_ACCEPT, Level.TRANSMITTED) is None


def test_clauses_are_those_of_the_rule_packs() -> None:
    """What a finding cites, and whether it was compared with the text, is as in the packs."""
    packs = {clause.id: clause for one in shipped_packs() for clause in one.pack.clauses}
    for name, cited in load_rules().pack.clauses.items():
        assert (cited.item, cited.verified) == (packs[name].item, packs[name].verified), name
        assert cited.document == name.rsplit("-", 1)[0], name


def test_unverified_clauses_say_so() -> None:
    pack = load_rules().pack
    rule = pack.rule(Phase.BEFORE_CONSENT, Level.TRANSMITTED_THIRD_PARTY)
    assert rule is not None
    doubtful = msgspec.structs.replace(pack.clauses["CAC-191-5.1"], verified=False)
    changed = msgspec.structs.replace(pack, clauses=pack.clauses | {"CAC-191-5.1": doubtful})
    assert "CAC-191-5.1 (number not verified)" in changed.cite(rule)
    assert "not verified" not in pack.cite(rule)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("third: [{name: 1}]", "third[0].name"),
        ("thrid: []", "thrid"),
        ("a: [", "parties.yaml:"),
        ("!!python/object:os.system {}", "not YAML"),
        ("- 1", "Expected `object`"),
    ],
)
def test_bad_party_lists(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "parties.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_rules(path)
    assert says in str(caught.value) and str(path) in str(caught.value)


def test_missing_party_list(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_rules(tmp_path / "none.yaml")


def test_parties_are_part_of_the_digests(tmp_path: Path) -> None:
    path = tmp_path / "parties.yaml"
    path.write_text("")
    without = set(load_rules().digests)
    assert {"rules", "sdks", "clauses MIIT-164"} <= without
    assert set(load_rules(path).digests) - without == {"parties"}
