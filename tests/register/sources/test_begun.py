"""A transfer that broke in one look goes on in the next, and never makes a wrong file."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from farm.campaign.database import Database
from farm.register.sources.begun import Begun, Transfer
from farm.register.sources.download import Limits
from farm.register.sources.feed import FeedSource
from tests.register.sources.feed_server import FeedServer, serving
from tests.register.sources.made import make_apk, make_collector

LARGEST = 1 << 20
_BROKEN = [100_000, 0, 0, 0]  # a look gives up after several tries that brought nothing


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A feed that breaks off when it is told to."""
    with serving() as server:
        yield server


def source(server: FeedServer, kept: Path) -> FeedSource:
    """One look's source; the folder outlives it."""
    limits = Limits({server.host}, largest=LARGEST, plain=True, private=True, seconds=5.0)
    return FeedSource(
        "gallery", server.url, store="", limits=limits, begun=Begun(kept, 4 * LARGEST)
    )


def asked_from(server: FeedServer) -> list[str]:
    """Where each request for the app began."""
    return [headers.get("Range", "") for path, headers in server.asked if path == "/a.apk"]


async def look(server: FeedServer, database: Database, tmp_path: Path) -> tuple[int, int]:
    """One look in a process's life: versions that came, and those that wait."""
    async with source(server, tmp_path / "kept") as feed:
        done = await make_collector(database, tmp_path).collect(feed)
    assert done.refused == []
    return len(done.new), len(done.unavailable)


async def test_the_next_look_goes_on(
    server: FeedServer, database: Database, tmp_path: Path
) -> None:
    server.offer("com.example.small", 1, make_apk(tmp_path / "a.apk", padding=300_000))
    server.break_after["/a.apk"] = list(_BROKEN)
    assert await look(server, database, tmp_path) == (0, 1)
    before = len(asked_from(server))
    assert await look(server, database, tmp_path) == (1, 0)
    (rest,) = asked_from(server)[before:]
    assert int(rest.removeprefix("bytes=").rstrip("-")) > 50_000
    assert list((tmp_path / "kept").iterdir()) == [], "what came through is kept no longer"


async def test_a_file_that_changed_meanwhile_begins_anew(
    server: FeedServer, database: Database, tmp_path: Path
) -> None:
    server.offer("com.example.small", 1, make_apk(tmp_path / "a.apk", padding=300_000))
    server.break_after["/a.apk"] = list(_BROKEN)
    assert await look(server, database, tmp_path) == (0, 1)
    server.apps.clear()
    server.offer("com.example.small", 2, make_apk(tmp_path / "a.apk", version=2, padding=310_000))
    assert await look(server, database, tmp_path) == (1, 0)


async def test_kept_bytes_that_were_spoilt_are_not_blamed_on_the_server(
    server: FeedServer, database: Database, tmp_path: Path
) -> None:
    server.offer("com.example.small", 1, make_apk(tmp_path / "a.apk", padding=300_000))
    server.break_after["/a.apk"] = list(_BROKEN)
    assert await look(server, database, tmp_path) == (0, 1)
    (kept,) = (tmp_path / "kept").glob("*.part")
    kept.write_bytes(b"?" * kept.stat().st_size)
    assert await look(server, database, tmp_path) == (1, 0)


def begun(folder: Path, url: str, size: int, validator: str = '"v1"') -> Transfer:
    """A transfer with bytes in it."""
    part = folder / "x.part"
    part.write_bytes(b"x" * size)
    return Transfer(part=part, have=size, validator=validator)


def test_only_what_can_be_validated_is_kept(tmp_path: Path) -> None:
    kept = Begun(tmp_path / "kept", 1000)
    kept.keep("https://a/", begun(tmp_path, "https://a/", 10, validator=""))
    assert kept.take("https://a/", tmp_path / "again").have == 0
    kept.keep("https://a/", begun(tmp_path, "https://a/", 10))
    assert kept.take("https://b/", tmp_path / "again").have == 0
    assert kept.take("https://a/", tmp_path / "again").have == 10
    assert kept.take("https://a/", tmp_path / "more").have == 0, "taken once"


def test_half_written_state_begins_anew(tmp_path: Path) -> None:
    kept = Begun(tmp_path / "kept", 1000)
    kept.keep("https://a/", begun(tmp_path, "https://a/", 10))
    (state,) = (tmp_path / "kept").glob("*.json")
    state.write_bytes(b'{"url": "htt')
    assert kept.take("https://a/", tmp_path / "again").have == 0
    assert not list((tmp_path / "kept").iterdir())


def test_the_oldest_goes_first(tmp_path: Path) -> None:
    kept = Begun(tmp_path / "kept", 25)
    for number in range(3):
        kept.keep(f"https://{number}/", begun(tmp_path, "", 10))
        for path in (tmp_path / "kept").glob("*.part"):
            os.utime(path, (time.time() - 60 * (3 - number),) * 2)
    sizes = [kept.take(f"https://{n}/", tmp_path / "again").have for n in range(3)]
    assert sum(sizes) == 20
