"""`farm report`: page and JSON of one recording, masked unless asked for."""

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from farm.cli.report import report
from farm.model.errors import RecordingError, UsageError
from tests.detect.builders import IMEI, PARTIES
from tests.report.builders import write
from tests.report.test_html import violation

app = typer.Typer()
app.command()(report)
runner = CliRunner()


def test_report_writes_page_and_json(tmp_path: Path) -> None:
    folder = write(violation(), tmp_path / "one")
    page, data = tmp_path / "r.html", tmp_path / "r.json"
    done = runner.invoke(
        app,
        [str(folder), f"--html={page}", f"--json={data}", "--language=en", f"--parties={PARTIES}"],
    )
    assert done.exit_code == 0, done.output
    text = page.read_text("utf-8")
    assert "Example Tracker" in text and IMEI not in text
    assert json.loads(data.read_bytes())["verdict"]["kind"] == "violation"
    shown = runner.invoke(app, [str(folder), "--json", "-", "--show-values"])
    assert IMEI in shown.stdout


def test_report_tells_what_is_wrong(tmp_path: Path) -> None:
    folder = write(violation(), tmp_path / "one")
    assert isinstance(runner.invoke(app, [str(folder)]).exception, UsageError)
    nowhere = runner.invoke(app, [str(folder), "--html", str(tmp_path / "no" / "x")])
    assert isinstance(nowhere.exception, UsageError)
    missing = runner.invoke(app, [str(tmp_path / "none"), "--html", "x"])
    assert isinstance(missing.exception, RecordingError)
