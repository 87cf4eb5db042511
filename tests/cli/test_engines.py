import json
from pathlib import Path

from typer.testing import CliRunner

from farm.cli.main import app
from farm.twin.building.apk import build_all

runner = CliRunner()


def test_run_of_the_built_in_engine() -> None:
    apk = build_all()["eager"]
    result = runner.invoke(app, ["engines", "run", str(apk), "--json"])
    assert result.exit_code == 0
    [said] = json.loads(result.stdout)
    assert (said["engine"], said["status"]) == ("manifest", "done")


def test_an_engine_that_is_not_there_is_no_success(tmp_path: Path) -> None:
    listed = tmp_path / "engines.yaml"
    listed.write_text("engines: [{engine: manifest}, {engine: apkid, command: [no-such-thing]}]")
    for command in (["list"], ["run", str(build_all()["eager"])]):
        result = runner.invoke(app, ["engines", *command, "--engines", str(listed)])
        assert result.exit_code == 3
        assert "no-such-thing" in result.output
