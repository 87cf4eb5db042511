"""The built-in engine on real APKs, and the register of genuine signers."""

from pathlib import Path

import pytest

from farm.apps.engines.configuration import load_engines
from farm.apps.engines.engine import run
from farm.apps.engines.manifest import ManifestEngine
from farm.apps.engines.signers import SignerRegister
from farm.apps.engines.statements import EngineResult, Status, Topic
from farm.apps.inspection import inspect
from farm.model.errors import UsageError
from farm.twin.building.apk import build_all

PACKAGE = "com.example.eager"


@pytest.fixture(scope="module")
def apk() -> Path:
    return build_all()["eager"]


async def examined(apk: Path, signers: SignerRegister | None = None) -> EngineResult:
    return await run(ManifestEngine(signers), apk, "a", seconds=60)


async def test_reads_permissions_parts_and_code(apk: Path) -> None:
    result = await examined(apk)
    assert result.status is Status.DONE
    facts = inspect(apk)
    assert [one.subject for one in result.about(Topic.PERMISSION)] == facts.permissions
    assert [one.subject for one in result.about(Topic.TARGET)] == [str(facts.target_sdk)]
    exported = {one.subject for one in result.about(Topic.EXPORTED)}
    assert facts.main_activity in {name if name[0] != "." else PACKAGE + name for name in exported}
    assert any(one.subject.startswith(PACKAGE) for one in result.about(Topic.SDK))
    assert not result.about(Topic.SIGNER)  # a package that no register names is not judged


async def test_a_foreign_signer_is_told(apk: Path) -> None:
    signer = inspect(apk).signer_sha256
    [genuine] = (await examined(apk, SignerRegister({PACKAGE: frozenset({signer})}))).about(
        Topic.SIGNER
    )
    assert genuine.holds
    [foreign] = (await examined(apk, SignerRegister({PACKAGE: frozenset({"0" * 64})}))).about(
        Topic.SIGNER
    )
    assert not foreign.holds and foreign.detail == signer


async def test_what_is_no_apk_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "x.apk"
    path.write_bytes(b"no zip")
    result = await examined(path)
    assert result.status is Status.FAILED and str(path) in result.reason


def test_register_takes_the_usual_spellings(tmp_path: Path) -> None:
    path = tmp_path / "genuine.yaml"
    path.write_text(f"{PACKAGE}: ['{':'.join(['AB'] * 32)}']\n")
    register = SignerRegister.load(path)
    assert register.is_genuine(PACKAGE, "ab" * 32) is True
    assert register.is_genuine(PACKAGE, "cd" * 32) is False
    assert register.is_genuine("com.other", "ab" * 32) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [("a: [", "not YAML"), ("a: [12]", "expected"), ("a: ['xyz']", "64 hexadecimal digits")],
)
def test_register_names_mistakes(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "genuine.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        SignerRegister.load(path)
    assert str(path) in str(caught.value) and says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("engines: [{engine: nothing}]", "entry 1 (nothing): field engine"),
        ("engines: [{engine: mobsf, url: 'ftp://x'}]", "field url"),
        ("engines: [{engine: mobsf, url: 'http://x', key_file: none}]", "field key_file"),
        ("engines: [{engine: apkid, seconds: 0}]", "field seconds"),
        ("engines: [{engine: apkid, colour: red}]", "colour"),
        ("engines: {", "not YAML"),
    ],
)
def test_list_of_engines_names_mistakes(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "engines.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_engines(path)
    assert str(path) in str(caught.value) and says in str(caught.value)


def test_list_of_engines(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret\n")
    path = tmp_path / "engines.yaml"
    path.write_text(
        "engines:\n- {engine: manifest}\n- {engine: apkid, seconds: 5}\n"
        "- {engine: mobsf, url: 'http://127.0.0.1:1', key_file: key}\n- {engine: exodus}\n"
    )
    docked = load_engines(path)
    assert [one.engine.name for one in docked] == ["manifest", "apkid", "mobsf", "exodus"]
    assert docked[1].seconds == 5
