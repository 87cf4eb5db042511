"""Rules of the catalogue as a whole hold for the shipped files, and find what breaks them."""

from pathlib import Path

import pytest
import yaml

from farm.paths import HOOK_CATALOGUE
from farm.recorders.api.catalogue import catalogue_files
from farm.recorders.api.conventions import check_conventions

ENTRY: dict[str, object] = {
    "id": "own.one",
    "class": "com.lab.Token",
    "method": "read",
    "levels": "21-",
    "permission": "",
    "data_type": "instance_id",
    "values": [],
    "source": ["usage"],
    "reason": "a token",
}


def write(folder: Path, *entries: dict[str, object]) -> Path:
    file = folder / "own.yaml"
    file.write_text(yaml.safe_dump({"version": 1, "apis": [ENTRY | one for one in entries]}))
    return file


def test_the_shipped_files_keep_every_rule() -> None:
    assert check_conventions(catalogue_files(HOOK_CATALOGUE)) == []


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ([{"id": "own.two"}, {"id": "own.one", "method": "other"}], "sorted by id: before own.two"),
        ([{"source": ["a friend"]}], "source 'a friend' is not one of ours"),
        ([{"way": "by air"}], "way 'by air' is not one of ours"),
        ([{}, {"id": "own.two"}], "hooks under the same conditions as own.one"),
        (
            [
                {"overloads": [["int"], ["long"]]},
                {"id": "own.two", "overloads": [["byte"], ["long"]]},
            ],
            "hooks under the same conditions as own.one",
        ),
    ],
)
def test_a_broken_rule_is_named_with_file_and_entry(
    tmp_path: Path, entries: list[dict[str, object]], rule: str
) -> None:
    [breach] = check_conventions([write(tmp_path, *entries)], whole=False)
    assert breach.rule == rule
    assert breach.file == "own.yaml"
    assert breach.api.startswith("own.")


@pytest.mark.parametrize(
    "entries",
    [
        [{}, {"id": "own.two", "when": [{"argument": 0, "is": ["x"]}]}],
        [{"overloads": [["int"]]}, {"id": "own.two", "overloads": [["long"]]}],
        [{}, {"id": "own.two", "class": "com.lab.Other"}],
        [{"id": "own"}, {"id": "own.a"}, {"id": "own_b", "method": "b"}],
    ],
)
def test_near_misses_keep_the_rules(tmp_path: Path, entries: list[dict[str, object]]) -> None:
    named = [one | {"method": one.get("method", f"m{n}")} for n, one in enumerate(entries)]
    chosen = entries if entries[0] != {"id": "own"} else named
    assert check_conventions([write(tmp_path, *chosen)], whole=False) == []


def test_a_data_type_that_nothing_reports_is_named(tmp_path: Path) -> None:
    rules = {breach.rule for breach in check_conventions([write(tmp_path, {})])}
    assert "no entry has the data type imei" in rules
    assert "no entry has the data type instance_id" not in rules
    assert "no entry has the data type bank_card" not in rules
