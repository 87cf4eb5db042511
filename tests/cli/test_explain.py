"""`farm explain`: the whole chain in words or JSON, masked unless asked for."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from farm.cli.analyse import analyse
from farm.cli.explain import explain
from farm.detect.analyse import read_analysis
from farm.model.errors import UsageError
from farm.model.vocabulary import LinkStrength, TransformKind
from tests.detect.builders import APP_STACK, IMEI, Scene
from tests.report.builders import write

HOST = "collect.tracker.example"


def encrypted() -> Scene:
    """An app that encrypts what it read and sends it over a connection that the hooks saw."""
    scene = Scene().begin()
    scene.call(1500)
    cipher = bytes(range(7, 55))
    plain = f'{{"imei":"{IMEI}"}}'.encode()
    scene.transform(
        1600, TransformKind.CIPHER, "AES/GCM/NoPadding", plain, cipher, direction="encrypt"
    )
    scene.connected(1650, b"r" * 32, stack=APP_STACK)
    scene.flow(1800, HOST, body=cipher, client_random=b"r" * 32, address="203.0.113.9")
    return scene.end()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write(encrypted(), tmp_path / "one")


def finding_id(recording: Path) -> str:
    app = typer.Typer()
    app.command()(analyse)
    assert CliRunner().invoke(app, [str(recording)]).exit_code == 1
    analysis = read_analysis(Path(f"{recording}.analysis.json").read_bytes())
    (finding,) = analysis.findings
    assert finding.link is LinkStrength.TRANSFORM
    return finding.finding_id


def run(*arguments: str) -> tuple[int, str, str]:
    app = typer.Typer()
    app.command()(explain)
    done = CliRunner().invoke(app, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_the_chain_in_order_with_its_events(recording: Path) -> None:
    code, out, _ = run(finding_id(recording)[:8], str(recording), "--json", "--language", "en")
    assert code == 0
    (told,) = json.loads(out)
    kinds = [step["kind"] for step in told["steps"]]
    assert kinds.index("rule") < kinds.index("call") < kinds.index("operation")
    assert kinds.index("operation") < kinds.index("request") < kinds.index("receiver")
    operation = told["steps"][kinds.index("operation")]
    assert "AES/GCM/NoPadding" in operation["text"]
    assert any("json $.imei" in detail for detail in operation["details"])
    request = told["steps"][kinds.index("request")]
    assert any("pid 100 tid 4 socket-7" in detail for detail in request["details"])
    assert told["counts_as_violation"]
    assert IMEI not in out


def test_for_people_in_both_languages(recording: Path) -> None:
    wanted = finding_id(recording)
    _, _, english = run(wanted, str(recording), "--language", "en", "--show-values")
    assert "Before consent" in english and IMEI in english
    _, _, chinese = run(wanted, str(recording))
    assert "同意前" in chinese and IMEI not in chinese


def test_what_cannot_be_told_is_said(recording: Path) -> None:
    for wrong in ("xyz", "abc", "0123456789"):
        with pytest.raises(UsageError, match=wrong):
            run(wrong, str(recording))
    empty = recording.parent / "empty"
    empty.mkdir()
    with pytest.raises(UsageError, match="neither a recording"):
        run("abcdef", str(empty))
