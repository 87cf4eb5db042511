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
    assert "MIIT-337-1 " in listed and "CAC-191" not in listed
    for document in ("MIIT-164", "TAF-078"):
        rows = said("list", document).splitlines()
        for clause in json.loads(said("list", "--json", document)):
            [row] = [one for one in rows if one.split(" ")[0] == clause["id"]]
            assert (f"{clause['id']} (!)" in row) != clause["verified"]
    assert "(!) number or wording was not compared" in said("list", "MIIT-164")
    clauses = json.loads(said("list", "--json", "CAC-191"))
    assert [one["id"] for one in clauses][:2] == ["CAC-191-1.1", "CAC-191-1.2"]


def test_show_a_clause_and_a_signal() -> None:
    shown = said("show", "MIIT-164-2.1")
    assert "exit_on_denial" in shown and "permissions_denied" in shown
    assert "a permission was refused" in shown  # what a recording must hold
    assert json.loads(said("show", "preticked", "--json"))["needs"]


def test_a_clause_says_what_it_was_compared_with_or_why_not() -> None:
    verified, doubtful = said("show", "CAC-191-5.1"), said("show", "TAF-078.6-2")
    assert "were compared with: 六类31项" in verified
    assert "NOT VERIFIED" in doubtful and "the part's own text was not read" in doubtful
    told = json.loads(said("show", "TAF-078.6-2", "--json"))
    assert told["source"] is None and told["doubt"]["en"] and not told["clause"]["verified"]
    told = json.loads(said("show", "CAC-191-5.1", "--json"))
    assert told["source"] and told["doubt"] is None and told["document"]["en"]


def test_coverage_counts_what_was_verified() -> None:
    rows = {row["document"]: row for row in json.loads(said("coverage", "--json"))}
    for name, row in rows.items():
        if name != "all":
            clauses = json.loads(said("list", "--json", name))
            assert row["verified"] == sum(one["verified"] for one in clauses)
    assert 0 < rows["all"]["verified"] < rows["all"]["clauses"]
    assert "verified" in said("coverage")


def test_every_signal_is_listed() -> None:
    listed = json.loads(said("signals", "--json"))
    assert {"preticked", "self_start"} <= {one["signal"] for one in listed}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "MIIT-164-9.9"], "no clause and no signal"),
        (["list", "MIIT-165"], "expected one of"),
        (["check", "/nonexistent/pack.yaml"], "no such file"),
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
        "clauses:\n"
        "- {id: LAB-1, item: '1', text: {zh: 一, en: one}, state: automatic, verified: false,\n"
        "   broken_by: [preticked], scenarios: [accept]}\n"
    )
    for named in (tmp_path, tmp_path / "lab.yaml"):
        told = " ".join(said("check", str(named)).split())
        assert "1 pack with 1 clause can be used" in told
        assert "1 of them not verified" in told
    (tmp_path / "broken.yaml").write_text("version: [")
    assert "can be used" in said("check", str(tmp_path / "lab.yaml"))  # this one alone
    result = runner.invoke(app, ["rules", "check", str(tmp_path)])
    assert isinstance(result.exception, UsageError)
    assert "broken.yaml:2: not YAML" in str(result.exception)
