from pathlib import Path

from PIL import Image

from farm.campaign.database import Database
from farm.campaign.fleet.screens import Screens, look, screen, screens


def _picture(folder: Path, name: str, colour: str) -> None:
    (folder / "screens").mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (100, 200), colour).save(folder / "screens" / name)


async def test_nothing_is_written_while_nobody_looks(database: Database, tmp_path: Path) -> None:
    _picture(tmp_path, "a.png", "red")
    await Screens(database).sync({"p1": tmp_path})
    assert await screen(database, "p1") is None


async def test_the_newest_picture_is_sent_once(database: Database, tmp_path: Path) -> None:
    await look(database)
    sender = Screens(database)
    _picture(tmp_path, "a.png", "red")
    await sender.sync({"p1": tmp_path})
    first = await screen(database, "p1")
    assert first is not None
    await sender.sync({"p1": tmp_path})
    again = await screen(database, "p1")
    assert again == first
    _picture(tmp_path, "b.png", "blue")
    await sender.sync({"p1": tmp_path})
    second = await screen(database, "p1")
    assert second is not None
    assert second.jpeg != first.jpeg
    assert list(await screens(database)) == ["p1"]


async def test_a_picture_that_is_none_yet_waits(database: Database, tmp_path: Path) -> None:
    await look(database)
    (tmp_path / "screens").mkdir()
    (tmp_path / "screens" / "half.png").write_bytes(b"\x89PNG\r\n\x1a\n half")
    sender = Screens(database)
    await sender.sync({"p1": tmp_path})
    assert await screen(database, "p1") is None
    _picture(tmp_path, "half.png", "red")
    await sender.sync({"p1": tmp_path})
    assert await screen(database, "p1") is not None


async def test_an_old_picture_is_not_shown_as_the_present(
    database: Database, tmp_path: Path
) -> None:
    await look(database)
    _picture(tmp_path, "a.png", "red")
    await Screens(database).sync({"p1": tmp_path})
    async with database.transaction() as client:
        await client.execute("UPDATE phone_screen SET taken = now() - interval '3 minutes'")
    assert await screen(database, "p1") is None
    assert await screens(database) == {}
