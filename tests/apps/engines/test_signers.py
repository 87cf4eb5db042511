"""Repackaging: a signer against the register of genuine ones, on APKs that were really signed."""

import zipfile
from pathlib import Path

import pytest

from farm.apps.engines.engine import run
from farm.apps.engines.manifest import ManifestEngine
from farm.apps.engines.signers import SignerRegister
from farm.apps.engines.statements import Statement, Topic
from farm.apps.inspection import inspect
from farm.twin.building.apk import build_all, sign
from farm.twin.building.keys import developer_key
from farm.twin.building.tools import run_tool

PACKAGE = "com.example.eager"


@pytest.fixture(scope="module")
def genuine() -> Path:
    return build_all()["eager"]


@pytest.fixture(scope="module")
def signer(genuine: Path) -> str:
    return inspect(genuine).signer_sha256


def unpacked_again(apk: Path, folder: Path, *, changed: bool = True) -> Path:
    """The app's files packed anew, as who repackages it does; without any signature."""
    path = folder / "again.apk"
    with zipfile.ZipFile(apk) as source, zipfile.ZipFile(path, "w") as target:
        for item in source.infolist():
            if not item.filename.startswith("META-INF/"):
                target.writestr(item.filename, source.read(item), item.compress_type)
        if changed:
            target.writestr("assets/added.bin", b"not the developer's")
    return path


async def told(apk: Path, register: dict[str, frozenset[str]]) -> list[Statement]:
    result = await run(ManifestEngine(SignerRegister(register)), apk, "a", seconds=60)
    return list(result.about(Topic.SIGNER))


async def test_an_app_that_was_repackaged_is_told(
    genuine: Path, signer: str, tmp_path: Path
) -> None:
    again = sign(unpacked_again(genuine, tmp_path), "somebody else")
    assert inspect(again).package == PACKAGE
    [said] = await told(again, {PACKAGE: frozenset({signer})})
    assert not said.holds and said.detail == inspect(again).signer_sha256 != signer


async def test_the_genuine_app_is_told_to_be_so(genuine: Path, signer: str) -> None:
    [said] = await told(genuine, {PACKAGE: frozenset({signer})})
    assert said.holds


async def test_another_build_of_the_same_developer_is_no_repackaging(
    genuine: Path, signer: str, tmp_path: Path
) -> None:
    """Nearly: other bytes, another digest, and the developer's own key."""
    developers = sign(unpacked_again(genuine, tmp_path), "somebody else")
    theirs = inspect(developers).signer_sha256
    [said] = await told(developers, {PACKAGE: frozenset({signer, theirs})})
    assert said.holds  # a key that was changed: both stand in the register


async def test_the_same_key_under_the_oldest_scheme_is_the_same_signer(
    genuine: Path, tmp_path: Path
) -> None:
    """Nearly: a JAR signature alone, as apps for Android 6 and before carry it."""
    unsigned = unpacked_again(genuine, tmp_path)
    newest = inspect(sign(unsigned, "somebody else")).signer_sha256
    key, certificate = developer_key("somebody else")
    oldest = tmp_path / "oldest.apk"
    run_tool("apksigner", "sign", "--key", key, "--cert", certificate, "--min-sdk-version", "21",
             "--v1-signing-enabled", "true", "--v2-signing-enabled", "false",
             "--v3-signing-enabled", "false", "--out", oldest, unsigned)  # fmt: skip
    [said] = await told(oldest, {PACKAGE: frozenset({newest})})
    assert said.holds


async def test_a_package_of_a_similar_name_is_not_judged(genuine: Path, signer: str) -> None:
    for name in (PACKAGE.upper(), f"{PACKAGE}.lite", PACKAGE[:-1], f"{PACKAGE} "):
        assert await told(genuine, {name: frozenset({signer})}) == []


async def test_without_a_signature_a_listed_app_is_not_genuine(
    genuine: Path, signer: str, tmp_path: Path
) -> None:
    stripped = unpacked_again(genuine, tmp_path, changed=False)
    assert inspect(stripped).signer_sha256 == ""
    [said] = await told(stripped, {PACKAGE: frozenset({signer})})
    assert not said.holds


async def test_nothing_is_genuine_of_a_package_whose_list_is_empty(genuine: Path) -> None:
    [said] = await told(genuine, {PACKAGE: frozenset()})
    assert not said.holds


def test_spelling_does_not_make_a_signer_foreign(signer: str, tmp_path: Path) -> None:
    pairs = ":".join(signer[at : at + 2] for at in range(0, 64, 2))
    for spelled in (signer, signer.upper(), pairs, pairs.upper()):
        path = tmp_path / "genuine.yaml"
        path.write_text(f"{PACKAGE}: ['{spelled}']\n")
        register = SignerRegister.load(path)
        assert register.is_genuine(PACKAGE, signer) is True
        near = signer[:-1] + ("0" if signer[-1] != "0" else "1")
        assert register.is_genuine(PACKAGE, near) is False
