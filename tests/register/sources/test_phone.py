"""Apps pulled from a twin through the real adb server."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from farm.apps import inspect
from farm.campaign.database import Database
from farm.devices.adb import Adb
from farm.register.queries import app_page
from farm.register.sources.folder import FolderSource
from farm.register.sources.phone import PhoneSource
from farm.register.values import SignerState
from farm.twin.building.apk import APKS
from farm.twin.phone import TwinFleet
from tests.register.sources.contract import keeps_the_contract
from tests.register.sources.made import make_collector
from tests.twin.adb_server import AdbServer
from tests.twin.headless import HeadlessRuntime

PROFILE = "xiaomi-mi8-android9-su"
LARGEST = 64 << 20


@pytest.fixture(scope="module")
def server() -> Iterator[AdbServer]:
    server = AdbServer()
    asyncio.run(server.run("start-server"))
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def adb(server: AdbServer) -> AsyncIterator[Adb]:
    async with Adb(port=server.port) as adb:
        yield adb


@pytest.fixture
async def serial(adb: Adb) -> AsyncIterator[str]:
    """A twin on which two apps of a store are installed."""
    async with TwinFleet(HeadlessRuntime) as fleet:
        phone = await fleet.add(PROFILE, boot_seconds=0.05)
        await adb.connect(phone.serial)
        for name in ("eager", "compliant"):
            await adb.install(phone.serial, [APKS / f"{name}.apk"])
        yield phone.serial
        await adb.disconnect(phone.serial)


def source(adb: Adb, serial: str, *patterns: str, largest: int = LARGEST) -> PhoneSource:
    return PhoneSource(
        "shelf", serial, store="Store A", patterns=patterns or ("*",), largest=largest, adb=adb
    )


async def test_it_keeps_the_contract(adb: Adb, serial: str, tmp_path: Path) -> None:
    packages = {inspect(APKS / f"{name}.apk").package: 1 for name in ("eager", "compliant")}
    await keeps_the_contract(source(adb, serial), tmp_path, packages)


async def test_what_a_store_installed_is_pulled_and_entered_once(
    adb: Adb, serial: str, database: Database, tmp_path: Path
) -> None:
    app = inspect(APKS / "eager.apk")
    collector = make_collector(database, tmp_path)
    done = await collector.collect(source(adb, serial, app.package))
    assert [one.sha256 for one in done.new] == [app.apk_sha256]
    assert done.new[0].signer is SignerState.FIRST
    page = await app_page(database, app.package)
    assert page.versions[0].stores == ["Store A"]
    assert page.sightings[0].reference.startswith(serial)
    again = await collector.collect(source(adb, serial, app.package))
    assert (again.offered, again.new, again.known) == (1, [], 0)


async def test_a_file_that_is_too_large_is_refused(
    adb: Adb, serial: str, database: Database, tmp_path: Path
) -> None:
    done = await make_collector(database, tmp_path).collect(source(adb, serial, largest=1000))
    assert len(done.refused) == 2 and "larger than 1000" in done.refused[0]


async def test_a_phone_that_is_away_is_looked_at_again(
    adb: Adb, database: Database, tmp_path: Path
) -> None:
    done = await make_collector(database, tmp_path).collect(source(adb, "127.0.0.1:9"))
    assert (done.new, done.refused) == ([], []) and len(done.unavailable) == 1


async def test_the_same_file_from_two_stores_is_one_version(
    adb: Adb, serial: str, database: Database, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    shutil.copy(APKS / "eager.apk", inbox)
    collector = make_collector(database, tmp_path)
    app = inspect(APKS / "eager.apk")
    await collector.collect(source(adb, serial, app.package))
    done = await collector.collect(FolderSource("inbox", inbox, store="Store B", settle=0.05))
    assert (len(done.new), done.known) == (0, 1)
    page = await app_page(database, app.package)
    assert [version.stores for version in page.versions] == [["Store A", "Store B"]]
