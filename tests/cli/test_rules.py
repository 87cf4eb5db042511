import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from farm.cli.main import app
from farm.model.errors import UsageError

runner = CliRunner()


def said(*arguments: str) -> str:
    result = runner.invoke(app, ["rules", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_coverage_adds_up() -> None:
    rows = json.loads(said("coverage", "--json"))
    assert rows[-1]["document"] == "all"
    for state in ("clauses", "automatic", "assisted", "not_observable"):
        assert rows[-1][state] == sum(row[state] for row in rows[:-1])
    for row in rows:
        parts = row["automatic"] + row["assisted"] + row["not_observable"]
        assert parts == row["clauses"] > 0
    assert "MIIT-164" in said("coverage")


def test_list_names_doubtful_numbers() -> None:
    listed = said("list", "miit-337")
    assert "MIIT-337-1 " in listed and "MIIT-337-8 *" in listed
    assert "CAC-191" not in listed
    clauses = json.loads(said("list", "--json", "CAC-191"))
    assert [one["id"] for one in clauses][:2] == ["CAC-191-1.1", "CAC-191-1.2"]


def test_show_a_clause_and_a_signal() -> None:
    shown = said("show", "MIIT-164-2.1")
    assert "exit_on_denial" in shown and "permissions_denied" in shown
    assert "a permission was refused" in shown  # what a recording must hold
    assert json.loads(said("show", "preticked", "--json"))["needs"]


def test_every_signal_is_listed() -> None:
    listed = json.loads(said("signals", "--json"))
    assert {"preticked", "self_start"} <= {one["signal"] for one in listed}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "MIIT-164-9.9"], "no clause and no signal"),
        (["list", "MIIT-165"], "expected one of"),
        (["check", "/nonexistent/pack.yaml"], "no rule packs"),
    ],
)
def test_a_wrong_name_is_one_line(arguments: list[str], says: str) -> None:
    result = runner.invoke(app, ["rules", *arguments])
    assert isinstance(result.exception, UsageError)
    assert says in str(result.exception)


def test_check_of_a_labs_own_pack(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text(
        'version: "1"\n'
        'document: {id: LAB, title: {zh: 实验, en: lab}, issued: "2026", source: ours}\n'
        "clauses: []\n"
    )
    assert "1 packs with 0 clauses" in " ".join(said("check", str(tmp_path)).split())
