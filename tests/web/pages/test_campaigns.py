from farm.campaign.store import Store
from farm.web.accounts.roles import Role
from tests.campaign.planning import app, create
from tests.web.filling import HOSTILE, fill
from tests.web.visiting import Site


async def test_lists_campaigns_with_their_progress(site: Site, store: Store) -> None:
    await fill(site.database, store)
    await create(site.database, "waiting", [app(number) for number in range(3)])
    text = (await (await site.person("vera")).get("/campaigns")).text
    assert "0 of 3 sessions" in text
    assert "1 of 1 sessions" in text


async def test_older_campaigns_are_on_the_next_page(site: Site) -> None:
    for number in range(51):
        await create(site.database, f"c{number}", [])
    person = await site.person("vera")
    first = await person.get("/campaigns")
    assert ">c50<" in first.text
    assert ">c0<" not in first.text
    path = first.text.split('class="pager"><a href="')[1].split('"')[0]
    assert ">c0<" in (await person.get(path)).text


async def test_a_campaign_shows_its_sessions_and_leads_to_them(site: Site, store: Store) -> None:
    await fill(site.database, store)
    person = await site.person("vera")
    text = (await person.get("/campaigns/c1")).text
    assert 'href="/sessions/session-0001"' in text
    assert "Violation found" in text
    assert 'href="/sessions/' not in (await person.get("/campaigns/c1?verdict=clean")).text
    assert (await person.get("/campaigns/c1?verdict=nonsense")).status_code == 400


async def test_what_apps_call_themselves_stays_text(site: Site, store: Store) -> None:
    await fill(site.database, store, hostile=True)
    await create(site.database, "hostile", [app(1, package=HOSTILE, version_name=HOSTILE)])
    operator = await site.person("otto", Role.OPERATOR)
    for path in ("/campaigns/hostile", "/campaigns/c1", "/campaigns/new", "/queue", "/phones"):
        text = (await operator.get(path)).text
        assert "<script>window" not in text, path
        assert "<img src=x" not in text, path
        assert "<svg onload" not in text, path
        assert "49" not in text.replace("{{7*7}}", "") or path != "/campaigns/hostile"
    assert "&lt;script&gt;window" in (await operator.get("/campaigns/hostile")).text


async def test_operators_steer_and_the_log_says_who(site: Site) -> None:
    await create(site.database, "nightly", [app(1)])
    operator = await site.person("otto", Role.OPERATOR)
    for action, state in (("pause", "paused"), ("resume", "active"), ("cancel", "cancelled")):
        answer = await operator.post(f"/campaigns/nightly/{action}")
        assert answer.status_code == 303
        async with site.database.transaction() as client:
            assert await client.fetchval("SELECT state FROM campaign") == state
    assert (await operator.post("/campaigns/nightly/pause")).status_code == 409
    assert (await operator.post("/campaigns/nightly/explode")).status_code == 404
    log = (await operator.get("/audit?actor=otto&subject=campaign:nightly")).text
    assert "campaign.pause" in log
    assert "campaign.cancel" in log


async def test_testers_do_not_steer(site: Site) -> None:
    await create(site.database, "nightly", [app(1)])
    tester = await site.person("tess", Role.TESTER)
    assert (await tester.post("/campaigns/nightly/cancel")).status_code == 403
    assert "/campaigns/nightly/cancel" not in (await tester.get("/campaigns/nightly")).text


async def test_the_live_part_stops_asking_when_it_is_over(site: Site, store: Store) -> None:
    await fill(site.database, store)
    await create(site.database, "waiting", [app(1)])
    person = await site.person("vera")
    assert (await person.get("/campaigns/waiting/live")).status_code == 200
    assert (await person.get("/campaigns/c1/live")).status_code == 286


async def test_there_is_no_such_campaign(site: Site) -> None:
    person = await site.person("vera")
    assert (await person.get("/campaigns/nothing")).status_code == 404
    assert (await person.get("/campaigns/nothing/live")).status_code == 404
