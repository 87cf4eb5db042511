"""Entering versions: once each, with their signers, stores and whatever was said of them."""

import pytest

from farm.campaign import audit
from farm.campaign.database import Database
from farm.model.errors import UsageError
from farm.register.facts import describe
from farm.register.queries import app_page, apps
from farm.register.signers import decide_signer, signer_state
from farm.register.values import AppFilter, SignerState
from farm.register.write import register
from tests.register.made import OTHER, SIGNER, listed, made_app


async def test_the_same_digest_from_two_stores_is_one_version_seen_twice(
    database: Database,
) -> None:
    first = await register(database, made_app(), listed("Store A", reference="https://a/1.apk"))
    again = await register(database, made_app(), listed("Store B"))
    once_more = await register(database, made_app(), listed("Store B"))
    assert (first.new_version, again.new_version, once_more.new_version) == (True, False, False)
    assert (again.new_sighting, once_more.new_sighting) == (True, False)
    assert first.app_id == again.app_id
    page = await app_page(database, "com.example.shop")
    assert [version.stores for version in page.versions] == [["Store A", "Store B"]]
    assert {(s.store, s.reference) for s in page.sightings} == {
        ("Store A", "https://a/1.apk"),
        ("Store B", ""),
    }
    assert page.app.versions == 1


async def test_another_signer_of_the_same_package_is_flagged(database: Database) -> None:
    await register(database, made_app(version=1), listed())
    same = await register(database, made_app(version=2), listed())
    other = await register(database, made_app(version=2, signer_sha256=OTHER), listed("Store B"))
    elsewhere = await register(database, made_app("com.example.bank"), listed())
    assert same.signer is SignerState.FIRST
    assert other.signer is SignerState.FLAGGED
    assert elsewhere.signer is SignerState.FIRST
    flagged = await apps(database, AppFilter(flagged=True))
    assert [(line.package, line.flagged_signers) for line in flagged.items] == [
        ("com.example.shop", 1)
    ]
    assert [e.action for e in await audit.entries(database)] == ["register.signer_flagged"]


async def test_a_person_accepts_a_new_key_and_later_versions_keep_that(database: Database) -> None:
    await register(database, made_app(version=1), listed())
    await register(database, made_app(version=2, signer_sha256=OTHER), listed())
    await decide_signer(
        database, "com.example.shop", OTHER, genuine=True, actor="li", reason="key was rotated"
    )
    third = await register(database, made_app(version=3, signer_sha256=OTHER), listed())
    assert third.signer is SignerState.ACCEPTED
    page = await app_page(database, "com.example.shop")
    assert page.app.flagged_signers == 0
    assert [(s.state, s.decided_by) for s in page.signers] == [
        (SignerState.FIRST, ""),
        (SignerState.ACCEPTED, "li"),
    ]


async def test_a_refused_signer_stays_flagged_in_lists(database: Database) -> None:
    await register(database, made_app(version=1), listed())
    await register(database, made_app(version=2, signer_sha256=OTHER), listed())
    await decide_signer(
        database, "com.example.shop", OTHER, genuine=False, actor="li", reason="not theirs"
    )
    assert (await app_page(database, "com.example.shop")).app.flagged_signers == 1
    with pytest.raises(UsageError, match="has no signer"):
        await decide_signer(
            database, "com.example.shop", "ab", genuine=True, actor="li", reason="x"
        )


@pytest.mark.parametrize(
    ("known", "signer", "genuine", "expected"),
    [
        ({}, SIGNER, None, SignerState.FIRST),
        ({}, SIGNER, True, SignerState.GENUINE),
        ({}, SIGNER, False, SignerState.FLAGGED),
        ({}, "", None, SignerState.FLAGGED),
        ({SIGNER: SignerState.FIRST}, OTHER, True, SignerState.GENUINE),
        ({SIGNER: SignerState.FIRST}, SIGNER, False, SignerState.FLAGGED),
        ({SIGNER: SignerState.FLAGGED}, SIGNER, True, SignerState.GENUINE),
        ({SIGNER: SignerState.ACCEPTED}, SIGNER, False, SignerState.ACCEPTED),
        ({SIGNER: SignerState.REFUSED}, SIGNER, True, SignerState.REFUSED),
        ({SIGNER: SignerState.GENUINE}, OTHER, None, SignerState.FLAGGED),
    ],
)
def test_a_signer_is_judged_by_what_is_known(
    known: dict[str, SignerState], signer: str, genuine: bool | None, expected: SignerState
) -> None:
    assert signer_state(known, signer, genuine) is expected


async def test_a_persons_word_outweighs_a_stores_and_a_stores_the_apks(
    database: Database,
) -> None:
    await register(database, made_app(label="claimed"), listed(label="listed", developer="A Ltd"))
    await describe(
        database, "com.example.shop", actor="li", developer="B Ltd", category=6, product_line="x"
    )
    await register(database, made_app(version=2), listed(label="listed", developer="C Ltd"))
    page = await app_page(database, "com.example.shop")
    assert (page.app.label, page.app.developer, page.app.category) == ("listed", "B Ltd", 6)
    said = {(fact.field, fact.source): fact.value for fact in page.facts}
    assert said["developer", "feed of Store A"] == "C Ltd"
    assert said["label", "apk"] == "Shop"


async def test_hostile_text_is_kept_and_bounded(database: Database) -> None:
    hostile = "<script>\0\ud800" + "x" * 5000
    done = await register(
        database,
        made_app(label=hostile, version_name=hostile),
        listed(hostile, developer=hostile, reference=hostile),
    )
    page = await app_page(database, done.package)
    assert page.app.label.startswith("<script>")
    assert len(page.app.developer) <= 500


async def test_the_latest_version_is_the_highest_code_whatever_comes_last(
    database: Database,
) -> None:
    for version in (3, 1, 2):
        await register(database, made_app(version=version), listed())
    page = await app_page(database, "com.example.shop")
    assert page.app.latest_version == "3.0"
    assert [version.version_code for version in page.versions] == [3, 2, 1]
