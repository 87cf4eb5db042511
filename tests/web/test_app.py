"""Every page is guarded, every answer carries its headers, and errors say nothing of ours."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.routing import Mount, Route

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.web.accounts.roles import Permission, Role, permissions
from farm.web.app import create_app, routes
from farm.web.settings import WebSettings
from tests.web.visiting import Site, visiting

_OPEN = {"/healthz", "/sign-in", "/sign-out", "/language", "/api/v1/openapi.json"}
_SETTINGS = WebSettings(home=Path("nowhere"))


def _pages() -> list[Route]:
    return [route for route in routes(_SETTINGS) if isinstance(route, Route)]


def test_whoever_is_not_signed_in_reaches_only_the_door() -> None:
    bare = {
        route.path
        for route in _pages()
        if getattr(route, "needs", None) is None and not route.path.startswith("/api/v1/")
    } | {"/api/v1/openapi.json"}
    assert bare == _OPEN
    assert all(route.path == "/static" for route in routes(_SETTINGS) if isinstance(route, Mount))


async def test_every_other_page_sends_a_stranger_to_the_door(site: Site) -> None:
    stranger = await site.visit()
    for route in _pages():
        if route.path in _OPEN:
            continue
        path = route.path.replace("{number:int}", "1")
        if path.startswith("/api/"):
            answer = await stranger.client.request(next(iter(route.methods or ())), path)
            assert answer.status_code == 401, path
            continue
        for method in (route.methods or set()) - {"HEAD"}:
            answer = await stranger.client.request(method, path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in")


async def test_a_role_without_the_permission_is_refused(site: Site) -> None:
    viewer = await site.person("vera", Role.VIEWER)
    assert (await viewer.get("/audit")).status_code == 403
    operator = await site.person("otto", Role.OPERATOR)
    assert (await operator.get("/audit")).status_code == 200


async def test_every_answer_lets_only_our_own_files_run(site: Site) -> None:
    stranger = await site.visit()
    for path in ("/sign-in", "/static/farm.css", "/nothing/here", "/healthz"):
        answer = await stranger.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"


async def test_a_form_without_the_right_token_changes_nothing(site: Site) -> None:
    person = await site.person("vera")
    right = person.csrf
    for wrong in ("", "x" * len(right), right[:-1]):
        person.csrf = wrong
        assert (
            await person.post("/account/tokens", {"name": "a", "scope": "read"})
        ).status_code == 403
    assert await site.database_count("api_token") == 0
    person.csrf = right
    assert (await person.post("/account/tokens", {"name": "a", "scope": "read"})).status_code == 200
    assert await site.database_count("api_token") == 1


async def test_a_form_of_another_site_is_refused_even_with_the_token(site: Site) -> None:
    person = await site.person("vera")
    fields = {"csrf": person.csrf, "name": "a", "scope": "read"}
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        answer = await person.client.post("/account/tokens", data=fields, headers=headers)
        assert answer.status_code == 403
    assert await site.database_count("api_token") == 0


async def test_large_forms_are_refused(site: Site, settings: WebSettings) -> None:
    person = await site.person("vera")
    answer = await person.post("/account/tokens", {"name": "a" * (settings.largest_request + 1)})
    assert answer.status_code == 413

    form = {"content-type": "application/x-www-form-urlencoded"}

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(settings.largest_request // 1024 + 2):
            yield b"a" * 1024

    answer = await person.client.post("/account/tokens", content=endless(), headers=form)
    assert answer.status_code == 413


async def test_another_host_name_is_refused(site: Site) -> None:
    stranger = await site.visit()
    answer = await stranger.client.get("/sign-in", headers={"host": "evil.example"})
    assert answer.status_code == 400


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_errors_are_pages_in_the_visitors_language(site: Site, language: str) -> None:
    person = await site.person("vera", language=language)
    answer = await person.get("/no/such/page")
    assert answer.status_code == 404
    assert ("页面不存在" in answer.text) == (language == "zh")


async def test_a_defect_shows_a_number_and_nothing_else(
    database: Database, settings: WebSettings, store: Store
) -> None:
    async with visiting(create_app(settings, database, store), database) as site:
        person = await site.person("vera")
        async with database.transaction() as client:
            await client.execute("ALTER TABLE api_token RENAME TO away")
        answer = await person.get("/account")
        assert answer.status_code == 500
        assert "api_token" not in answer.text
        assert "Traceback" not in answer.text
        assert "content-security-policy" in answer.headers


async def test_a_database_that_is_away_is_a_503(settings: WebSettings, store: Store) -> None:
    async with Database("postgresql://nobody@127.0.0.1:1/none") as away:
        app = create_app(settings, away, store)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answer = await client.get("/account", headers={"cookie": f"farm={'x' * 43}"})
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


def test_permissions_are_held_by_somebody() -> None:
    assert permissions(Role) == frozenset(Permission)
