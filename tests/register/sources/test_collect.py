"""What an app's own files say, and apps that are entered by hand."""

from pathlib import Path

import pytest

from farm.apps.engines.signers import SignerRegister
from farm.campaign.database import Database
from farm.detect.rules import load_rules
from farm.model.errors import UsageError
from farm.register.queries import app_page
from farm.register.sources.collect import read_facts, sdks_of
from farm.register.values import Listing, SignerState
from farm.twin.building.apk import APKS, sign
from tests.register.sources.made import make_apk, make_collector

BY_HAND = Listing(store="Store A", source="by hand")


def test_sdks_are_told_by_the_classes_an_app_defines() -> None:
    catalogue = load_rules().catalogue
    everything = sdks_of((APKS / "everything.apk",), catalogue)
    assert [sdk.name for sdk in catalogue.sdks if sdk.id in everything] == ["MSA 统一联盟 OAID"]
    assert sdks_of((APKS / "eager.apk",), catalogue) == ()


def test_abis_are_those_of_all_files(tmp_path: Path) -> None:
    base = make_apk(tmp_path / "base.apk")
    facts = read_facts((base, make_apk(tmp_path / "split.apk")), load_rules().catalogue)
    assert [file.size for file in facts.files] == [base.stat().st_size] * 2


async def test_an_app_signed_by_somebody_else_is_flagged(
    database: Database, tmp_path: Path
) -> None:
    collector = make_collector(database, tmp_path)
    real = APKS / "eager.apk"
    first = await collector.add((real,), BY_HAND)
    copy = tmp_path / "unsigned.apk"
    copy.write_bytes(real.read_bytes())
    repackaged = sign(copy, "somebody else")
    second = await collector.add((repackaged,), BY_HAND)
    assert (first.signer, second.signer) == (SignerState.FIRST, SignerState.FLAGGED)
    assert first.package == second.package and first.sha256 != second.sha256
    page = await app_page(database, first.package)
    assert page.app.flagged_signers == 1 and len(page.signers) == 2
    genuine = SignerRegister({first.package: frozenset({page.signers[0].signer_sha256})})
    known = make_collector(database, tmp_path, genuine)
    assert (await known.add((real,), BY_HAND)).signer is SignerState.GENUINE


async def test_a_split_of_another_signer_is_refused(database: Database, tmp_path: Path) -> None:
    real = APKS / "eager.apk"
    copy = tmp_path / "unsigned.apk"
    copy.write_bytes(real.read_bytes())
    with pytest.raises(UsageError, match="signed by another"):
        await make_collector(database, tmp_path).add((real, sign(copy, "somebody else")), BY_HAND)
