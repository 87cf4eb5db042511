from farm.web.accounts import users
from farm.web.accounts.roles import Role
from farm.web.settings import WebSettings
from tests.web.visiting import PASSWORD, Site


async def test_name_and_password_open_the_door(site: Site) -> None:
    person = await site.person("vera")
    assert (await person.get("/account")).status_code == 200
    assert "vera" in (await person.get("/account")).text


async def test_a_wrong_name_and_a_wrong_password_look_the_same(site: Site) -> None:
    await site.person("vera")
    answers = []
    for name, password in (("vera", "wrong password!"), ("nobody", PASSWORD)):
        visit = await site.visit()
        await visit.get("/sign-in")
        answer = await visit.post("/sign-in", {"name": name, "password": password})
        answers.append((answer.status_code, answer.text.replace(name, "").split("<form")[-2]))
        assert "farm=" not in answer.headers.get("set-cookie", "").replace("farm_form=", "")
    assert answers[0][0] == answers[1][0] == 401


async def test_guessing_is_slowed_down_and_a_right_password_then_waits_too(site: Site) -> None:
    await site.person("vera")
    visit = await site.visit()
    await visit.get("/sign-in")
    codes = []
    for _ in range(12):
        answer = await visit.post("/sign-in", {"name": "vera", "password": "wrong password!"})
        codes.append(answer.status_code)
    assert codes[0] == 401
    assert codes[-1] == 429
    answer = await visit.post("/sign-in", {"name": "vera", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_the_cookie_is_for_this_site_and_no_script(site: Site) -> None:
    visit = await site.visit()
    await site.person("vera")
    await visit.get("/sign-in")
    answer = await visit.post("/sign-in", {"name": "vera", "password": PASSWORD})
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("farm="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    secret = cookie.split("=", 1)[1].split(";")[0]
    async with site.database.transaction() as client:
        digests = [bytes(row["digest"]) for row in await client.fetch("SELECT digest FROM sign_in")]
    assert secret.encode() not in digests


def test_over_tls_the_cookie_is_held_to_this_host(settings: WebSettings) -> None:
    assert WebSettings(home=settings.home, secure=True).cookie.startswith("__Host-")


async def test_signing_out_ends_it_in_the_database(site: Site) -> None:
    person = await site.person("vera")
    cookie = person.client.cookies["farm"]
    await person.post("/sign-out")
    other = await site.visit()
    other.client.cookies["farm"] = cookie
    assert (await other.get("/account")).status_code == 303


async def test_a_disabled_account_is_out_at_once(site: Site) -> None:
    person = await site.person("vera")
    await users.set_disabled(site.database, "vera", True)
    assert (await person.get("/account")).status_code == 303
    visit = await site.visit()
    await visit.get("/sign-in")
    answer = await visit.post("/sign-in", {"name": "vera", "password": PASSWORD})
    assert answer.status_code == 401


async def test_sign_ins_end_after_a_while_without_use_and_after_a_day(site: Site) -> None:
    person = await site.person("vera")
    for late in (
        "UPDATE sign_in SET seen = now() - interval '61 minutes'",
        "UPDATE sign_in SET created = now() - interval '13 hours'",
    ):
        async with site.database.transaction() as client:
            await client.execute(late)
        assert (await person.get("/account")).status_code == 303
        async with site.database.transaction() as client:
            await client.execute("UPDATE sign_in SET seen = now(), created = now()")
        assert (await person.get("/account")).status_code == 200


async def test_nobody_is_sent_to_another_site(site: Site) -> None:
    await site.person("vera")
    for hostile in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"):
        visit = await site.visit()
        await visit.get("/sign-in")
        answer = await visit.post(
            "/sign-in", {"name": "vera", "password": PASSWORD, "next": hostile}
        )
        assert answer.headers["location"] == "/"


async def test_signing_in_without_the_forms_token_is_refused(site: Site) -> None:
    await site.person("vera")
    visit = await site.visit()
    answer = await visit.client.post("/sign-in", data={"name": "vera", "password": PASSWORD})
    assert answer.status_code == 403


async def test_the_language_is_kept(site: Site) -> None:
    visit = await site.visit("en")
    assert "Sign in" in (await visit.get("/sign-in")).text
    await visit.client.post("/language", data={"language": "zh", "next": "/sign-in"})
    assert "登录" in (await visit.get("/sign-in")).text


async def test_what_happened_is_in_the_audit_log(site: Site) -> None:
    visit = await site.visit()
    operator = await site.person("otto", Role.OPERATOR)
    await visit.get("/sign-in")
    await visit.post("/sign-in", {"name": "my-secret-password", "password": "wrong password!"})
    text = (await operator.get("/audit")).text
    assert "sign-in.refused" in text
    assert "account:otto" in text
    assert "my-secret-password" not in text
