import asyncio
import os
import time
from pathlib import Path

import pytest

from farm.campaign.database import Database
from farm.model.errors import UsageError
from farm.register.queries import app_page, sources
from farm.register.sources.folder import REFUSED, FolderSource
from tests.register.sources.contract import keeps_the_contract
from tests.register.sources.made import make_apk, make_collector


def source(folder: Path) -> FolderSource:
    return FolderSource("inbox", folder, store="Store A", settle=0.05)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


async def test_it_keeps_the_contract(inbox: Path, tmp_path: Path) -> None:
    make_apk(inbox / "a.apk", "com.example.a")
    split = inbox / "b"
    split.mkdir()
    make_apk(split / "base.apk", "com.example.b")
    make_apk(split / "config.zh.apk", "com.example.b")
    (tmp_path / "fetched").mkdir()
    await keeps_the_contract(
        source(inbox), tmp_path / "fetched", {"com.example.a": 1, "com.example.b": 2}
    )


async def test_only_what_is_complete_is_offered(inbox: Path) -> None:
    make_apk(inbox / "whole.apk")
    for name in (".hidden.apk", "half.apk.part", "notes.txt"):
        (inbox / name).write_bytes(b"x")
    (inbox / "link.apk").symlink_to(inbox / "whole.apk")
    (inbox / "no-base").mkdir()
    (inbox / "no-base" / "config.apk").write_bytes(b"x")
    growing = inbox / "growing.apk"
    growing.write_bytes(b"")
    stop = asyncio.Event()

    async def grow() -> None:
        while not stop.is_set():
            with growing.open("ab") as file:
                file.write(b"x")
            # A copy that keeps the time of its original looks old while it grows.
            os.utime(growing, (time.time() - 1000,) * 2)
            await asyncio.sleep(0.005)

    async with asyncio.TaskGroup() as group:
        group.create_task(grow())
        look = await source(inbox).look({})
        stop.set()
    assert [entry.reference for entry in look.entries] == ["whole.apk"]


async def test_an_app_is_taken_once_and_again_when_it_changes(
    database: Database, inbox: Path, tmp_path: Path
) -> None:
    collector = make_collector(database, tmp_path)
    make_apk(inbox / "a.apk", version=1)
    assert len((await collector.collect(source(inbox))).new) == 1
    done = await collector.collect(source(inbox))
    assert (done.offered, done.new, done.known) == (1, [], 0)
    make_apk(inbox / "a.apk", version=2)
    assert len((await collector.collect(source(inbox))).new) == 1
    page = await app_page(database, "com.example.small")
    assert [version.version_code for version in page.versions] == [2, 1]
    assert page.versions[0].stores == ["Store A"]


async def test_a_bad_apk_is_set_aside_with_one_clear_error_and_stops_nothing(
    database: Database, inbox: Path, tmp_path: Path
) -> None:
    (inbox / "broken.apk").write_bytes(b"PK not really")
    make_apk(inbox / "good.apk")
    done = await make_collector(database, tmp_path).collect(source(inbox))
    assert len(done.new) == 1
    assert len(done.refused) == 1 and "broken.apk" in done.refused[0]
    assert sorted(path.name for path in (inbox / REFUSED).iterdir()) == [
        "broken.apk",
        "broken.apk.txt",
    ]
    assert "not an APK" in (inbox / REFUSED / "broken.apk.txt").read_text()
    (line,) = await sources(database)
    assert (line.taken, line.refused) == (1, 1)


async def test_what_the_store_says_stands_beside_the_apk(
    database: Database, inbox: Path, tmp_path: Path
) -> None:
    make_apk(inbox / "a.apk", "com.example.a")
    (inbox / "a.json").write_text('{"store": "Other", "developer": "A Ltd", "category": 6}')
    make_apk(inbox / "b.apk", "com.example.b")
    (inbox / "b.json").write_text('{"categori": 6}')
    make_apk(inbox / "c.apk", "com.example.c")
    (inbox / "c.json").write_text('{"category": 99999}')
    done = await make_collector(database, tmp_path).collect(source(inbox))
    app = await app_page(database, "com.example.a")
    assert (app.app.developer, app.app.category) == ("A Ltd", 6)
    assert app.versions[0].stores == ["Other"]
    assert len(done.refused) == 2
    assert "b.json" in done.refused[0] and "c.json" in done.refused[1]


async def test_files_of_two_apps_are_no_app(
    database: Database, inbox: Path, tmp_path: Path
) -> None:
    mixed = inbox / "mixed"
    mixed.mkdir()
    make_apk(mixed / "base.apk", "com.example.a")
    make_apk(mixed / "config.apk", "com.example.b")
    done = await make_collector(database, tmp_path).collect(source(inbox))
    assert len(done.refused) == 1 and "is no split of" in done.refused[0]
    assert (inbox / REFUSED / "mixed" / "base.apk").is_file()


async def test_a_folder_that_is_not_there_is_said_so(database: Database, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a folder"):
        await make_collector(database, tmp_path).collect(source(tmp_path / "none"))
    (line,) = await sources(database)
    assert "expected a folder" in line.error
