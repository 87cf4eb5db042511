"""The same app from two stores: what differs, and what was never looked at."""

import pytest

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.model.errors import UsageError
from farm.register.compare import compare_stores
from farm.register.write import register
from tests.cases.lab import Lab, eager, quiet, sending
from tests.register.made import OTHER, listed, made_app


async def test_signer_sdks_and_permissions_are_compared(database: Database) -> None:
    await register(
        database, made_app(permissions=["android.permission.CAMERA"]), listed("A"), sdks=("CN001",)
    )
    await register(
        database,
        made_app(signer_sha256=OTHER, permissions=["android.permission.READ_SMS"]),
        listed("B"),
        sdks=("CN001", "CN002"),
    )
    done = await compare_stores(database, "com.example.shop")
    assert done.signers_differ
    (difference,) = done.differences
    assert (difference.same_version, difference.same_file) == (True, False)
    assert (difference.sdks_only_first, difference.sdks_only_second) == ([], ["CN002"])
    assert difference.permissions_only_first == ["android.permission.CAMERA"]
    assert difference.permissions_only_second == ["android.permission.READ_SMS"]


async def test_one_file_in_two_stores_does_not_differ(database: Database) -> None:
    for store in ("A", "B", "C"):
        await register(database, made_app(), listed(store))
    done = await compare_stores(database, "com.example.shop", ("A", "C"))
    assert [(d.first, d.second, d.same_file) for d in done.differences] == [("A", "C", True)]
    assert not done.signers_differ


async def test_the_newest_version_of_each_store_counts(database: Database) -> None:
    await register(database, made_app(version=1), listed("A"))
    await register(database, made_app(version=2), listed("A"))
    await register(database, made_app(version=1), listed("B"))
    done = await compare_stores(database, "com.example.shop")
    assert [(b.store, b.version_code) for b in done.builds] == [("A", 2), ("B", 1)]


@pytest.fixture
def lab(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(database, Store(str(tmp_path_factory.mktemp("store"))))


async def test_behaviour_is_compared_under_the_same_scenario(lab: Lab) -> None:
    ours, theirs = made_app(), made_app(signer_sha256=OTHER)
    await register(lab.database, ours, listed("A"))
    await register(lab.database, theirs, listed("B"))
    await lab.judged(ours, eager())
    await lab.judged(theirs, sending())
    await lab.judged(ours, quiet(), scenario="launch_idle")
    (difference,) = (await compare_stores(lab.database, "com.example.shop")).differences
    (behaviour,) = difference.behaviour
    assert behaviour.scenario == "accept"
    assert behaviour.only_first == ["imei accessed before_consent"]
    assert behaviour.only_second[0].startswith("imei transmitted before_consent to ")
    assert difference.not_compared == ["launch_idle on any phone"]


async def test_an_app_of_one_store_is_not_compared(database: Database) -> None:
    await register(database, made_app(), listed("A"))
    with pytest.raises(UsageError, match="not seen in two stores"):
        await compare_stores(database, "com.example.shop")
    with pytest.raises(UsageError, match="was seen in Z"):
        await compare_stores(database, "com.example.shop", ("A", "Z"))
