import re

from farm.web.accounts import tokens
from tests.web.visiting import PASSWORD, Site


async def test_a_new_password_ends_other_sign_ins(site: Site) -> None:
    person = await site.person("vera")
    other = await site.visit()
    await other.sign_in("vera")
    new = "another good phrase"
    fields = {"old": PASSWORD, "new": new, "again": new}
    assert (await person.post("/account/password", fields)).status_code == 303
    assert (await person.get("/account")).status_code == 200
    assert (await other.get("/account")).status_code == 303
    assert (await other.sign_in("vera", new)).status_code == 303


async def test_a_password_is_not_changed_without_the_old_one_or_to_a_short_one(site: Site) -> None:
    person = await site.person("vera")
    for old, new, again in (
        ("wrong password!", "another good phrase", "another good phrase"),
        (PASSWORD, "another good phrase", "another good phrasf"),
        (PASSWORD, "short", "short"),
    ):
        answer = await person.post("/account/password", {"old": old, "new": new, "again": again})
        assert answer.status_code == 400
    other = await site.visit()
    assert (await other.sign_in("vera")).status_code == 303


async def test_a_token_is_shown_once_and_works_until_it_is_revoked(site: Site) -> None:
    person = await site.person("vera")
    fields = {"name": "<script>alert(1)</script>", "scope": ["read"], "days": "30"}
    shown = (await person.post("/account/tokens", fields)).text
    secret = re.search(r'class="secret">(farm_[\w-]+)<', shown)
    assert secret is not None
    assert "<script>alert" not in shown
    again = (await person.get("/account")).text
    assert secret[1] not in again
    found = await tokens.by_secret(site.database, secret[1])
    assert found is not None
    assert found.user.name == "vera"
    assert found.scopes == (tokens.Scope.READ,)
    await person.post(f"/account/tokens/{found.id}/revoke")
    assert await tokens.by_secret(site.database, secret[1]) is None


async def test_nobody_revokes_somebody_elses_token(site: Site) -> None:
    vera, max_ = await site.person("vera"), await site.person("max")
    await vera.post("/account/tokens", {"name": "mine", "scope": "read", "days": "30"})
    async with site.database.transaction() as client:
        number = await client.fetchval("SELECT id FROM api_token")
    await max_.post(f"/account/tokens/{number}/revoke")
    async with site.database.transaction() as client:
        assert await client.fetchval("SELECT revoked IS NULL FROM api_token")


async def test_tokens_end(site: Site) -> None:
    person = await site.person("vera")
    shown = (await person.post("/account/tokens", {"name": "a", "scope": "read", "days": "1"})).text
    secret = re.search(r"farm_[\w-]{20,}", shown)
    assert secret is not None
    async with site.database.transaction() as client:
        await client.execute("UPDATE api_token SET expires = now() - interval '1 second'")
    assert await tokens.by_secret(site.database, secret[0]) is None
