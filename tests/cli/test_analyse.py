"""`farm analyse`: exit codes, JSON lines, and files beside the recordings."""

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from farm.cli.analyse import analyse
from farm.model.errors import UsageError
from farm.model.vocabulary import ConsentAnswer
from tests.detect.builders import Scene
from tests.report.builders import write
from tests.report.test_html import violation

app = typer.Typer()
app.command()(analyse)
runner = CliRunner()


def test_analyse_speaks_by_exit_code_and_json(tmp_path: Path) -> None:
    bad = write(violation(), tmp_path / "bad")
    quiet = Scene().begin()
    quiet.dialog()
    quiet.answer(5000, ConsentAnswer.ACCEPT)
    clean = write(quiet.end(), tmp_path / "clean")
    done = runner.invoke(app, [str(bad), str(clean), "--json"])
    assert done.exit_code == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["verdict"]["kind"] for line in lines[:2]] == ["violation", "clean"]
    assert [line["app"]["kind"] for line in lines[2:]] == ["violation"]
    assert len(lines[2]["app"]["recordings"]) == 1  # both sessions have one id
    assert runner.invoke(app, [str(clean)]).exit_code == 0
    assert runner.invoke(app, [str(clean), str(tmp_path / "none")]).exit_code == 2
    parties = runner.invoke(app, [str(clean), "--parties", str(tmp_path / "none")])
    assert isinstance(parties.exception, UsageError)
    output = runner.invoke(app, [str(clean), "--output", str(tmp_path / "none")])
    assert isinstance(output.exception, UsageError)
