import pytest

from farm.campaign.status import campaign_plan
from farm.campaign.store import Store
from farm.web.accounts.roles import Role
from tests.web.filling import fill
from tests.web.visiting import Site

_FORM = {
    "name": "from-the-page",
    "package": ["com.example.shop", "com.example.quiet"],
    "scenario": ["accept", "decline"],
    "settle": "5",
    "repeat": "2",
}


async def test_the_form_starts_a_campaign(site: Site, store: Store) -> None:
    apps = await fill(site.database, store)
    tester = await site.person("tess", Role.TESTER)
    text = (await tester.get("/campaigns/new")).text
    assert 'value="com.example.shop"' in text
    answer = await tester.post("/campaigns", _FORM)
    assert answer.headers["location"] == "/campaigns/from-the-page"
    plan = await campaign_plan(site.database, "from-the-page")
    assert {one.name for one in plan.scenarios} == {"accept", "decline"}
    assert plan.options.settle_seconds == 5
    async with site.database.transaction() as client:
        rows = await client.fetch(
            "SELECT a.sha256, count(*) AS n FROM job j JOIN app a ON a.id = j.app_id "
            "JOIN campaign c ON c.id = j.campaign_id WHERE c.name = 'from-the-page' GROUP BY 1"
        )
        state = await client.fetchval("SELECT state FROM campaign WHERE name = 'from-the-page'")
    newest = {apps[1].apk_sha256, apps[2].apk_sha256}
    # Two sessions under each scenario, and one examination.
    assert {row["sha256"]: row["n"] for row in rows} == dict.fromkeys(newest, 5)
    assert state == "active"
    for scenario in plan.scenarios:
        assert await store.size(f"scenarios/{scenario.sha256}.py")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "../../etc"},
        {"name": ""},
        {"package": []},
        {"package": ["com.example.nothing"]},
        {"scenario": []},
        {"scenario": ["../../setup"]},
        {"profile": "no-such-phone"},
        {"access": "root"},
        {"repeat": "1000"},
        {"settle": "abc"},
    ],
    ids=str,
)
async def test_a_mistake_comes_back_with_the_form(
    site: Site, store: Store, wrong: dict[str, object]
) -> None:
    await fill(site.database, store)
    tester = await site.person("tess", Role.TESTER)
    await tester.get("/campaigns/new")
    before = await site.database_count("campaign")
    answer = await tester.post("/campaigns", _FORM | wrong)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert await site.database_count("campaign") == before


async def test_a_name_that_is_taken_by_another_plan_is_refused(site: Site, store: Store) -> None:
    await fill(site.database, store)
    tester = await site.person("tess", Role.TESTER)
    await tester.post("/campaigns", _FORM)
    answer = await tester.post("/campaigns", _FORM | {"settle": "6"})
    assert answer.status_code == 400
    assert "choose another name" in answer.text


async def test_a_search_narrows_the_apps(site: Site, store: Store) -> None:
    await fill(site.database, store)
    tester = await site.person("tess", Role.TESTER)
    text = (await tester.get("/campaigns/new/apps?q=quiet", hx_request="true")).text
    assert "com.example.quiet" in text
    assert "com.example.shop" not in text


async def test_viewers_start_nothing(site: Site) -> None:
    viewer = await site.person("vera")
    assert (await viewer.get("/campaigns/new")).status_code == 403
    assert (await viewer.post("/campaigns", _FORM)).status_code == 403
