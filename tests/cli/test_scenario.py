"""`farm scenario list` and `farm scenario check`."""

import json
from pathlib import Path

from typer.testing import CliRunner

from farm.cli.scenario import app

_runner = CliRunner()


def test_list() -> None:
    result = _runner.invoke(app, ["list"])
    assert result.exit_code == 0
    assert "accept" in result.stderr and "拒绝隐私政策" in result.stderr
    result = _runner.invoke(app, ["list", "--json"])
    listed = {each["name"]: each for each in json.loads(result.stdout)}
    assert {"accept", "decline", "launch_idle"} <= set(listed)
    assert listed["launch_idle"]["parameters"] == {"watched": "20.0"}


def test_check(tmp_path: Path) -> None:
    assert _runner.invoke(app, ["check", "accept"]).exit_code == 0
    broken = tmp_path / "broken.py"
    broken.write_text("x = (\n")
    result = _runner.invoke(app, ["check", "accept", str(broken), "--json"])
    assert result.exit_code == 2
    good, bad = json.loads(result.stdout)
    assert good["usable"] and not bad["usable"]
    assert bad["problems"][0]["path"] == str(broken) and bad["problems"][0]["line"] == 1
    assert bad["problems"][0]["message"].startswith("syntax error")
