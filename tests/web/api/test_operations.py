"""The API over a real database; `test_schema.py` throws everything else at it."""

import pytest

from farm.campaign.store import Store
from farm.web.accounts.roles import Role
from farm.web.accounts.tokens import Scope
from tests.campaign.planning import app, create
from tests.web.api.calling import program
from tests.web.filling import fill
from tests.web.visiting import Site

_ALL = [Role.VIEWER, Role.TESTER, Role.OPERATOR, Role.REVIEWER]


async def test_without_a_valid_token_nothing_is_said(site: Site) -> None:
    stranger = (await site.visit()).client
    for headers in ({}, {"authorization": "Bearer farm_wrong"}, {"authorization": "Basic eDp5"}):
        answer = await stranger.get("/api/v1/campaigns", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["error"]["status"] == 401
    person = await site.person("vera", *_ALL)
    assert (await person.get("/api/v1/campaigns")).status_code == 401, "a cookie is no token"


async def test_a_token_does_what_its_scopes_and_its_owners_roles_both_allow(site: Site) -> None:
    await create(site.database, "nightly", [app(1)])
    reader = await program(site, "a", _ALL, Scope.READ)
    assert (await reader.get("/api/v1/campaigns/nightly")).status_code == 200
    assert (await reader.post("/api/v1/campaigns/nightly/pause")).status_code == 403
    viewer = await program(site, "b", [Role.VIEWER], Scope.CAMPAIGNS)
    assert (await viewer.post("/api/v1/campaigns/nightly/pause")).status_code == 403
    operator = await program(site, "c", [Role.OPERATOR], Scope.CAMPAIGNS)
    answer = await operator.post("/api/v1/campaigns/nightly/pause")
    assert answer.json()["state"] == "paused"
    assert (await operator.post("/api/v1/campaigns/nightly/pause")).status_code == 409
    assert (await operator.post("/api/v1/campaigns/nothing/pause")).status_code == 404
    assert (await operator.get("/api/v1/campaigns/nightly")).status_code == 403


async def test_starts_a_campaign_and_reads_what_came_of_it(site: Site, store: Store) -> None:
    await fill(site.database, store)
    tester = await program(site, "t", [Role.TESTER], Scope.CAMPAIGNS, Scope.READ)
    wanted = {"name": "by-program", "packages": ["com.example.shop"], "scenarios": ["decline"]}
    answer = await tester.post("/api/v1/campaigns", json=wanted)
    assert answer.json() == {"name": "by-program", "apps": 1, "jobs": 2, "new": 2}
    listed = (await tester.get("/api/v1/campaigns?limit=1")).json()["items"]
    assert [one["name"] for one in listed] == ["by-program"]
    shown = (await tester.get("/api/v1/campaigns/c1/sessions")).json()["items"]
    assert shown[0]["verdict"] == "violation"
    apps = (await tester.get("/api/v1/apps?search=quiet")).json()["items"]
    assert [one["package"] for one in apps] == ["com.example.quiet"]
    cases = (await tester.get("/api/v1/cases?open=true")).json()["items"]
    assert (await tester.get(f"/api/v1/cases/{cases[0]['id']}")).json()["events"]
    assert len((await tester.get("/api/v1/phones")).json()["items"]) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x"},
        {"name": "x", "packages": "com.example.shop"},
        {"name": "x", "packages": ["com.example.shop"], "repeat": 0},
        {"name": "x", "packages": ["com.example.shop"], "settle_seconds": -1},
        {"name": "x", "packages": ["com.example.shop"], "colour": "red"},
        {"name": "x y", "packages": ["com.example.shop"]},
        {"name": "x", "packages": ["com.example.nothing"]},
        [],
    ],
    ids=str,
)
async def test_what_is_wrong_is_named(site: Site, store: Store, wrong: object) -> None:
    await fill(site.database, store)
    tester = await program(site, "t", [Role.TESTER], Scope.CAMPAIGNS)
    before = await site.database_count("campaign")
    answer = await tester.post("/api/v1/campaigns", json=wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert await site.database_count("campaign") == before


async def test_numbers_beyond_all_bounds_are_refused(site: Site) -> None:
    reader = await program(site, "a", _ALL, Scope.READ)
    for path in ("campaigns?limit=0", "campaigns?limit=201", "campaigns?before=-1",
                 "campaigns?before=99999999999999999999", "apps?colour=red", "apps?limit=1&limit=2",
                 "apps?after=nonsense"):  # fmt: skip
        assert (await reader.get(f"/api/v1/{path}")).status_code == 400, path
    assert (await reader.get("/api/v1/cases/99999999999999999999")).status_code == 404
    assert (await reader.get("/api/v1/cases/x")).status_code == 404
    assert (await reader.get("/api/v1/nothing")).json()["error"]["status"] == 404


async def test_programs_are_slowed_down(site: Site) -> None:
    reader = await program(site, "a", _ALL, Scope.READ)
    codes = [(await reader.get("/api/v1/phones")).status_code for _ in range(620)]
    assert codes[0] == 200
    assert codes[-1] == 429
