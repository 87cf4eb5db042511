import json
from pathlib import Path

from typer.testing import CliRunner

from farm.cli.main import app
from farm.model.errors import UsageError
from farm.recording import Recording
from farm.twin.building.apk import build_all
from tests.report.builders import write
from tests.report.test_html import violation

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


def stored(folder: Path, name: str, engine: str, trackers: int, apps: int = 100) -> Path:
    said = [
        {
            "engine": engine,
            "version": "1",
            "apk_sha256": f"{number:064x}",
            "status": "done",
            "statements": [{"topic": "tracker", "subject": "<b>T"}] if number < trackers else [],
        }
        for number in range(apps)
    ]
    path = folder / name
    path.write_text(json.dumps(said))
    return path


def test_engines_are_compared_and_a_drift_is_no_success(tmp_path: Path) -> None:
    before = stored(tmp_path, "before.json", "exodus", 80)
    now = stored(tmp_path, "now.json", "exodus", 5)
    command = ["engines", "compare", str(now), "--before", str(before)]
    told = runner.invoke(app, command)
    assert told.exit_code == 1 and "DRIFTED" in told.output
    printed = runner.invoke(app, [*command, "--json"])
    assert printed.exit_code == 1
    [drifted] = json.loads(printed.stdout)["drifts"]
    assert drifted["drift"]["now"] == [5, 100] and drifted["drift"]["alarm"]
    assert (
        runner.invoke(app, ["engines", "compare", str(before), "--before", str(before)]).exit_code
        == 0
    )


def test_the_farms_own_answers_stand_beside_the_engines(tmp_path: Path) -> None:
    recording = write(violation(), tmp_path / "recording")
    assert runner.invoke(app, ["analyse", str(recording)]).exit_code == 1
    session = Recording.open(recording).session
    now = tmp_path / "now.json"
    said = {"engine": "other", "version": "1", "apk_sha256": session.app.apk_sha256}
    kept = {"topic": "clause", "subject": "CAC-191-3.1", "holds": True}
    now.write_text(json.dumps([{**said, "status": "done", "statements": [kept]}]))
    command = ["engines", "compare", str(now), "--recording", str(recording)]
    told = runner.invoke(app, command)
    assert told.exit_code == 0 and "CAC-191-3.1: farm broken, other kept" in told.output
    [compared] = json.loads(runner.invoke(app, [*command, "--json"]).stdout)["apps"]
    assert "CAC-191-3.1" in compared["for_review"]


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    now = stored(tmp_path, "now.json", "exodus", 1, apps=1)
    folder = tmp_path / "recording"
    missing = runner.invoke(app, ["engines", "compare", str(now), "--recording", str(folder)])
    assert isinstance(missing.exception, UsageError)
    assert "farm analyse" in str(missing.exception)
    broken = tmp_path / "broken.json"
    broken.write_text('[{"engine": 7}]')
    refused = runner.invoke(app, ["engines", "compare", str(broken)])
    assert isinstance(refused.exception, UsageError)
    assert "broken.json" in str(refused.exception)
