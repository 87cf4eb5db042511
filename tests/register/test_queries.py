import pytest

from farm.campaign.database import Database
from farm.model.errors import UsageError
from farm.register.facts import describe
from farm.register.paging import cursor
from farm.register.queries import app_page, apps, sessions, stores
from farm.register.search import words
from farm.register.values import AppFilter
from farm.register.write import register
from tests.campaign.planning import app, create
from tests.register.made import listed, made_app


async def _names(database: Database, wanted: AppFilter) -> list[str]:
    return [line.package for line in (await apps(database, wanted)).items]


async def test_pages_follow_one_another_without_a_gap(database: Database) -> None:
    for number in range(7):
        await register(database, made_app(f"com.example.app{number}"), listed())
    seen: list[str] = []
    after = ""
    for _ in range(4):
        page = await apps(database, after=after, limit=2)
        seen += [line.package for line in page.items]
        after = page.after
    assert after == ""
    assert seen == [f"com.example.app{number}" for number in reversed(range(7))]


async def test_a_search_finds_words_of_package_and_label_and_nothing_else(
    database: Database,
) -> None:
    await register(database, made_app("com.example.shop", label="购物天堂"), listed())
    await register(database, made_app("com.example.workshop", label="Work"), listed())
    await register(database, made_app("com.example.bank", label="My Shopping"), listed())
    assert await _names(database, AppFilter(search="SHOP")) == [
        "com.example.shop",
        "com.example.bank",
    ]
    assert await _names(database, AppFilter(search="天堂")) == ["com.example.shop"]
    assert await _names(database, AppFilter(search="com.example.")) == [
        "com.example.bank",
        "com.example.shop",
        "com.example.workshop",
    ]
    assert await _names(database, AppFilter(search="%")) == []


async def test_a_search_is_paged_too_and_lists_an_app_once(database: Database) -> None:
    for number in range(5):
        await register(database, made_app(f"shop.shop{number}", label="shop"), listed())
    seen, after = [], ""
    while True:
        page = await apps(database, AppFilter(search="shop"), after=after, limit=2)
        seen += [line.package for line in page.items]
        after = page.after
        if not after:
            break
    assert sorted(seen) == [f"shop.shop{number}" for number in range(5)]


async def test_filters_narrow_the_list(database: Database) -> None:
    await register(database, made_app("com.example.a"), listed("Store A", category=6))
    await register(database, made_app("com.example.b"), listed("Store B", category=7))
    await describe(database, "com.example.b", actor="li", developer="B Ltd")
    developer = (await app_page(database, "com.example.b")).app.developer_id
    assert await _names(database, AppFilter(store="Store A")) == ["com.example.a"]
    assert await _names(database, AppFilter(category=7)) == ["com.example.b"]
    assert await _names(database, AppFilter(developer=developer)) == ["com.example.b"]
    assert await _names(database, AppFilter(store="Store A", category=7)) == []
    assert await _names(database, AppFilter(search="example", store="Store B")) == ["com.example.b"]
    assert await stores(database) == ["Store A", "Store B"]


@pytest.mark.parametrize("bad", ["x", "!!!!", cursor("2026-01-01", 1), cursor("a", -1), "x" * 3000])
async def test_a_cursor_that_is_none_is_refused(database: Database, bad: str) -> None:
    with pytest.raises(UsageError, match="cursor"):
        await apps(database, after=bad)
    with pytest.raises(UsageError, match="cursor"):
        await apps(database, AppFilter(search="x"), after=cursor("a\0", 1))


async def test_limits_are_bounded(database: Database) -> None:
    for limit in (0, 201):
        with pytest.raises(UsageError, match="limit"):
            await apps(database, limit=limit)


async def test_an_app_that_is_not_there_is_said_so(database: Database) -> None:
    with pytest.raises(UsageError, match="not in the register"):
        await app_page(database, "com.example.no\0body")


async def test_sessions_of_a_version_are_listed(database: Database) -> None:
    entry = app(1)
    await create(database, "first", [entry])
    done = await register(database, made_app(entry.package, apk_sha256=entry.sha256), listed())
    lines = await sessions(database, done.app_id)
    assert [(line.campaign, line.scenario, line.state) for line in lines] == [
        ("first", "accept", "planned")
    ]
    assert (await app_page(database, entry.package)).versions[0].sessions == 0


def test_words_are_bounded_and_begin_where_words_do() -> None:
    assert words("com.example.app", "") == ["com.example.app", "example.app", "app"]
    assert words("a.b", "天堂 x") == ["a.b", "b", "天堂 x", "堂 x", "x"]
    assert len(words("a." * 2000, "购" * 4000)) <= 40
    assert all(len(word) <= 64 for word in words("a" * 500, "购" * 500))
