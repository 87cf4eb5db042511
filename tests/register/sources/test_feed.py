"""A feed over real HTTP, with the tricks of a hostile one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from farm.campaign.database import Database
from farm.model.errors import UsageError
from farm.register.queries import app_page, sources
from farm.register.sources.download import Limits
from farm.register.sources.feed import FeedSource, feed_schema
from tests.register.sources.contract import keeps_the_contract
from tests.register.sources.feed_server import FeedServer, serving
from tests.register.sources.made import make_apk, make_collector

LARGEST = 1 << 20


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with serving() as server:
        yield server


def source(server: FeedServer, *hosts: str, **changes: Any) -> FeedSource:
    limits: dict[str, Any] = {"largest": LARGEST, "plain": True, "private": True, "seconds": 5.0}
    token = changes.pop("token", "")
    return FeedSource(
        "gallery",
        server.url,
        store="",
        limits=Limits({server.host, *hosts}, **(limits | changes)),
        token=token,
    )


async def test_it_keeps_the_contract(server: FeedServer, tmp_path: Path) -> None:
    server.offer("com.example.a", 1, make_apk(tmp_path / "a.apk", "com.example.a"))
    base = make_apk(tmp_path / "b.apk", "com.example.b", padding=3000)
    split = make_apk(tmp_path / "b2.apk", "com.example.b", padding=10)
    server.offer("com.example.b", 1, base, split)
    (tmp_path / "fetched").mkdir()
    await keeps_the_contract(
        source(server), tmp_path / "fetched", {"com.example.a": 1, "com.example.b": 2}
    )


async def test_a_feed_is_taken_and_asked_again_only_for_what_changed(
    server: FeedServer, database: Database, tmp_path: Path
) -> None:
    apk = make_apk(tmp_path / "a.apk")
    server.offer("com.example.small", 1, apk, developer="A Ltd", category=6, label="甲")
    collector = make_collector(database, tmp_path)
    async with source(server) as feed:
        assert len((await collector.collect(feed)).new) == 1
        done = await collector.collect(feed)
    assert (done.offered, done.new) == (0, [])
    assert "If-None-Match" in server.asked[-1][1]
    assert server.times("/a.apk") == 1
    page = await app_page(database, "com.example.small")
    assert (page.app.developer, page.app.category, page.app.label) == ("A Ltd", 6, "甲")
    assert page.versions[0].stores == ["Feed Store"]
    server.offer("com.example.small", 2, make_apk(tmp_path / "a2.apk", version=2))
    async with source(server) as feed:
        assert len((await collector.collect(feed)).new) == 1
    assert server.times("/a.apk") == 1


async def test_a_broken_transfer_goes_on_where_it_ended(
    server: FeedServer, database: Database, tmp_path: Path
) -> None:
    apk = make_apk(tmp_path / "a.apk", padding=300_000)
    server.offer("com.example.small", 1, apk)
    server.break_after["/a.apk"] = [100_000, 0, 50_000]
    async with source(server) as feed:
        done = await make_collector(database, tmp_path).collect(feed)
    assert len(done.new) == 1, done
    ranges = [headers.get("Range") for path, headers in server.asked if path == "/a.apk"]
    assert ranges[0] is None and len(ranges) == 4
    starts = [int(one.removeprefix("bytes=").rstrip("-")) for one in ranges[1:] if one]
    assert len(starts) == 3 and 0 < starts[0] <= starts[1] <= starts[2]


@pytest.mark.parametrize("tags", [True, False], ids=["no ranges", "weak tags"])
async def test_a_transfer_that_cannot_go_on_begins_anew(
    server: FeedServer, database: Database, tmp_path: Path, tags: bool
) -> None:
    server.strong_tags, server.ranges = tags, False
    apk = make_apk(tmp_path / "a.apk", padding=300_000)
    server.offer("com.example.small", 1, apk)
    server.break_after["/a.apk"] = [100_000]
    async with source(server) as feed:
        assert len((await make_collector(database, tmp_path).collect(feed)).new) == 1


async def test_a_server_that_never_gets_on_is_left_for_the_next_look(
    server: FeedServer, database: Database, tmp_path: Path
) -> None:
    server.offer("com.example.small", 1, make_apk(tmp_path / "a.apk"))
    server.statuses["/a.apk"] = [503] * 4
    collector = make_collector(database, tmp_path)
    async with source(server) as feed:
        done = await collector.collect(feed)
        assert (done.new, done.refused) == ([], []) and len(done.unavailable) == 1
        # The feed did not change, and still nothing of it is forgotten.
        assert len((await collector.collect(feed)).new) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sha256": "0" * 64}, "its digest is"),
        ({"size": 17}, "not the 17"),
        ({"size": LARGEST + 1}, "at most"),
        ({"url": "http://127.0.0.1:1/a.apk"}, "none of the source's hosts"),
        ({"url": "http://localhost/a.apk"}, "none of the source's hosts"),
        ({"url": "file:///etc/passwd"}, "https"),
        ({"url": "http://user:secret@HOST/a.apk"}, "password"),
        ({"url": "http://HOST/none.apk"}, "HTTP 404"),
    ],
)
async def test_what_is_not_as_announced_is_refused(
    server: FeedServer, database: Database, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    server.offer("com.example.small", 1, make_apk(tmp_path / "a.apk"))
    if "url" in changes:
        changes = changes | {"url": changes["url"].replace("HOST", server.host)}
    server.apps[0]["files"][0] |= changes
    async with source(server) as feed:
        done = await make_collector(database, tmp_path).collect(feed)
    assert done.new == [] and len(done.refused) == 1
    assert message in done.refused[0] and "secret" not in done.refused[0]
    assert not any((tmp_path / "store").rglob("*.apk"))


async def test_an_app_that_is_another_is_refused(
    server: FeedServer, database: Database, tmp_path: Path
) -> None:
    server.offer("com.example.bank", 1, make_apk(tmp_path / "a.apk", "com.example.small"))
    server.offer("com.example.small", 7, make_apk(tmp_path / "b.apk", "com.example.small"))
    async with source(server) as feed:
        done = await make_collector(database, tmp_path).collect(feed)
    assert done.new == []
    assert "announced as com.example.bank" in done.refused[0]
    assert "announced as version 7" in done.refused[1]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("http://127.0.0.1:1/x.apk", "none of the source's hosts"),
        ("http://169.254.169.254/latest/meta-data", "none of the source's hosts"),
        ("/turn", "redirects"),
    ],
)
async def test_a_redirect_leads_nowhere_else(
    server: FeedServer, database: Database, tmp_path: Path, target: str, message: str
) -> None:
    server.offer("com.example.small", 1, make_apk(tmp_path / "a.apk"))
    server.redirects = {"/a.apk": target, "/turn": "/turn"}
    async with source(server) as feed:
        done = await make_collector(database, tmp_path).collect(feed)
    assert len(done.refused) == 1 and message in done.refused[0]


async def test_a_redirect_within_the_hosts_is_followed(
    server: FeedServer, database: Database, tmp_path: Path
) -> None:
    server.offer("com.example.small", 1, make_apk(tmp_path / "a.apk"))
    server.files["/moved"] = server.files["/a.apk"]
    server.redirects = {"/a.apk": "/moved"}
    async with source(server) as feed:
        assert len((await make_collector(database, tmp_path).collect(feed)).new) == 1


async def test_a_host_in_a_private_network_is_refused_unless_allowed(
    server: FeedServer, database: Database, tmp_path: Path
) -> None:
    async with source(server, private=False) as feed:
        with pytest.raises(UsageError, match="private network"):
            await make_collector(database, tmp_path).collect(feed)
    assert server.asked == []


async def test_a_token_goes_to_the_feeds_host_alone(
    server: FeedServer, database: Database, tmp_path: Path
) -> None:
    with serving() as other:
        server.offer("com.example.small", 1, make_apk(tmp_path / "a.apk"))
        other.files = dict(server.files)
        server.apps[0]["files"][0]["url"] = f"http://{other.host}/a.apk"
        async with source(server, other.host, token="t0p") as feed:
            assert len((await make_collector(database, tmp_path).collect(feed)).new) == 1
        assert server.asked[0][1]["Authorization"] == "Bearer t0p"
        assert [headers.get("Authorization") for _, headers in other.asked] == [None]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"<html>", "no farm-feed/1"),
        (b'{"schema": "farm-feed/2", "apps": []}', "farm-feed/2"),
        (b'{"schema": "farm-feed/1"}', "apps"),
        (b'{"schema": "farm-feed/1", "apps": [{"package": "a", "version_code": 1, "files": []}]}',
         "files"),
        ((b'{"schema": "farm-feed/1", "apps": [{"package": "a", "version_code": 1, "files": '
         b'[{"url": "x", "sha256": "zz", "size": 1}]}]}'), "sha256"),
        (b"\xff\xfe", "no farm-feed/1"),
    ],
)  # fmt: skip
async def test_a_document_that_is_no_feed_is_said_so(
    server: FeedServer, database: Database, tmp_path: Path, document: bytes, message: str
) -> None:
    server.feed = document
    async with source(server) as feed:
        with pytest.raises(UsageError, match=message) as caught:
            await make_collector(database, tmp_path).collect(feed)
    assert "source gallery" in str(caught.value)


async def test_a_server_that_is_away_is_no_mistake(
    server: FeedServer, database: Database, tmp_path: Path
) -> None:
    server.statuses["/feed.json"] = [503]
    async with source(server) as feed:
        done = await make_collector(database, tmp_path).collect(feed)
    assert len(done.unavailable) == 1
    (line,) = await sources(database)
    assert "503" in line.error and line.succeeded is None


def test_the_schema_says_what_is_read() -> None:
    schema = json.loads(feed_schema())
    app = {
        "package": "a",
        "version_code": 1,
        "files": [{"url": "https://x/a.apk", "sha256": "0" * 64, "size": 1}],
    }
    good = {"schema": "farm-feed/1", "apps": [app]}
    jsonschema.validate(good, schema)
    for bad in ({}, good | {"schema": "x"}, good | {"apps": [app | {"category": 40}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)
