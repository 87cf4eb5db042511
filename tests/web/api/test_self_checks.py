"""Apps that companies give in: whole, bounded, read apart, and seen by nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from farm.campaign.store import Store
from farm.paths import BUILD
from farm.web.accounts.roles import Role
from farm.web.accounts.tokens import Scope
from farm.web.settings import WebSettings
from tests.web.api.calling import program
from tests.web.visiting import Site

_TYPE = {"content-type": "application/vnd.android.package-archive"}
_APK = BUILD / "twin" / "apks" / "eager.apk"


async def test_a_company_gives_in_its_app_and_sees_what_became_of_it(
    site: Site, store: Store
) -> None:
    company = await program(site, "acme", [Role.COMPANY], Scope.SELF_CHECK)
    data = _APK.read_bytes()
    answer = await company.post("/api/v1/self-checks", content=data, headers=_TYPE)
    assert answer.status_code == 200, answer.text
    check = answer.json()
    assert check["open_jobs"] == 3
    assert await store.size(f"apps/{check['sha256'][:2]}/{check['sha256']}.apk") == len(data)
    shown = await company.get(f"/api/v1/self-checks/{check['sha256']}")
    assert shown.json()["check"]["package"] == check["package"]
    assert len((await company.get("/api/v1/self-checks")).json()["items"]) == 1
    async with site.database.transaction() as client:
        state = await client.fetchval(
            "SELECT state FROM campaign WHERE name = $1", check["campaign"]
        )
    assert state == "active"
    again = await company.post("/api/v1/self-checks", content=data, headers=_TYPE)
    assert again.json()["open_jobs"] == 3, "the same app is not checked twice"


async def test_nobody_else_sees_it_and_a_company_sees_nothing_else(site: Site) -> None:
    acme = await program(site, "acme", [Role.COMPANY], Scope.SELF_CHECK, Scope.READ)
    other = await program(site, "other", [Role.COMPANY], Scope.SELF_CHECK)
    data = _APK.read_bytes()
    check = (await acme.post("/api/v1/self-checks", content=data, headers=_TYPE)).json()
    assert (await other.get(f"/api/v1/self-checks/{check['sha256']}")).status_code == 404
    assert (await other.get("/api/v1/self-checks")).json() == {"items": []}
    for path in ("campaigns", "apps", "cases", "phones"):
        assert (await acme.get(f"/api/v1/{path}")).status_code == 403
    person = await site.person("anna", Role.COMPANY)
    assert (await person.get("/")).headers["location"] == "/self-check"
    for path in ("/campaigns", "/apps", "/cases", "/reviews", "/phones", "/queue", "/audit"):
        assert (await person.get(path)).status_code == 403
    assert (await person.get(f"/self-check/{check['sha256']}")).status_code == 404


@pytest.mark.parametrize("data", [b"", b"no APK at all", b"PK\x03\x04" + b"\0" * 1000])
async def test_what_is_no_apk_is_refused_and_leaves_nothing(
    site: Site, settings: WebSettings, data: bytes
) -> None:
    company = await program(site, "acme", [Role.COMPANY], Scope.SELF_CHECK)
    answer = await company.post("/api/v1/self-checks", content=data, headers=_TYPE)
    assert answer.status_code == 400
    assert str(settings.home) not in answer.text
    assert list(settings.uploads.glob("*")) == []
    assert await site.database_count("app") == 0


async def test_what_is_too_large_is_cut_off(
    site: Site, settings: WebSettings, store: Store
) -> None:
    company = await program(site, "acme", [Role.COMPANY], Scope.SELF_CHECK)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 4 * settings.largest_app:
            sent += 1 << 16
            yield bytes(1 << 16)

    answer = await company.post("/api/v1/self-checks", content=endless(), headers=_TYPE)
    assert answer.status_code == 413
    assert sent <= settings.largest_app + (1 << 20)
    assert list(settings.uploads.glob("*")) == []


async def test_another_content_type_is_refused(site: Site) -> None:
    company = await program(site, "acme", [Role.COMPANY], Scope.SELF_CHECK)
    answer = await company.post(
        "/api/v1/self-checks", content=b"x", headers={"content-type": "text/html"}
    )
    assert answer.status_code == 415


async def test_the_form_takes_several_files_and_names_what_is_wrong_with_one(
    site: Site, tmp_path: Path
) -> None:
    tester = await site.person("tess", Role.TESTER)
    await tester.get("/self-check")
    files = [
        ("apk", ("good.apk", _APK.read_bytes())),
        ("apk", ("<b>bad</b>.apk", b"nothing")),
    ]
    answer = await tester.client.post(
        "/self-check", data={"csrf": tester.csrf, "check": "no"}, files=files
    )
    assert answer.status_code == 400
    assert "&lt;b&gt;bad&lt;/b&gt;.apk" in answer.text
    assert "1 apps came in" in answer.text
    assert "registered" in answer.text
    company = await site.person("anna", Role.COMPANY)
    await company.get("/self-check")
    answer = await company.client.post(
        "/self-check", data={"csrf": company.csrf, "check": "no"}, files=files[:1]
    )
    assert answer.status_code == 403
