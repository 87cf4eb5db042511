from farm.campaign.store import Store
from farm.register.write import register
from farm.web.accounts.roles import Role
from tests.register.made import OTHER, listed, made_app
from tests.web.filling import HOSTILE, fill
from tests.web.visiting import Site


async def test_finds_apps_and_filters_them(site: Site, store: Store) -> None:
    await fill(site.database, store)
    person = await site.person("vera")
    assert 'href="/apps/com.example.shop"' in (await person.get("/apps")).text
    for query, shop in (
        ("search=shop", True),
        ("search=quiet", False),
        ("verdict=clean", False),
        ("verdict=violation", True),
        ("offending=yes", True),
        ("store=Store+B+Shop", True),
        ("store=Nowhere", False),
    ):
        text = (await person.get(f"/apps?{query}")).text
        assert ('href="/apps/com.example.shop"' in text) == shop, query


async def test_shows_versions_over_time_with_their_sessions(site: Site, store: Store) -> None:
    apps = await fill(site.database, store)
    person = await site.person("vera")
    text = (await person.get("/apps/com.example.shop")).text
    assert text.count("<circle") == 2
    assert apps[1].apk_sha256 in text
    assert 'href="/sessions/session-0002"' in text
    older = text.split('<a href="/apps/com.example.shop?version=')[1].split('"')[0]
    assert apps[0].apk_sha256 in (await person.get(f"/apps/com.example.shop?version={older}")).text
    assert (await person.get("/apps/com.example.shop?version=999999")).status_code == 404
    assert (await person.get("/apps/com.example.nothing")).status_code == 404


async def test_reviewers_decide_about_signers(site: Site, store: Store) -> None:
    await fill(site.database, store)
    await register(
        site.database, made_app("com.example.shop", 3, signer_sha256=OTHER), listed("Store C")
    )
    fields = {"signer": OTHER, "genuine": "no", "reason": "another company's"}
    tester = await site.person("tess", Role.TESTER)
    assert (await tester.post("/apps/com.example.shop/signer", fields)).status_code == 403
    reviewer = await site.person("rita", Role.REVIEWER)
    assert "doubtful" in (await reviewer.get("/apps/com.example.shop")).text
    assert (await reviewer.post("/apps/com.example.shop/signer", fields)).status_code == 303
    text = (await reviewer.get("/apps/com.example.shop")).text
    assert "refused" in text
    assert "another company&#39;s" in text


async def test_what_apps_call_themselves_stays_text(site: Site, store: Store) -> None:
    await fill(site.database, store, hostile=True)
    person = await site.person("vera", *Role)
    for path in ("/apps", "/apps/com.example.shop", "/cases", "/cases/1", "/reviews", "/reviews/1",
                 "/statistics", "/campaigns/new"):  # fmt: skip
        answer = await person.get(path)
        assert answer.status_code == 200, path
        for raw in ("<script>window", "<img src=x", "<svg onload"):
            assert raw not in answer.text, path
    assert HOSTILE not in (await person.get("/apps")).text


async def test_a_cursor_that_is_none_is_a_clear_error(site: Site) -> None:
    person = await site.person("vera")
    for path in ("/apps?after=nonsense", "/cases?after=%01", "/apps?category=x"):
        assert (await person.get(path)).status_code == 400
