import io
from pathlib import Path

from PIL import Image

from farm.campaign.fleet.screens import Screens
from farm.web.accounts.roles import Role
from tests.web.filling import add_phones
from tests.web.visiting import Site


async def test_shows_phones_and_who_holds_them(site: Site) -> None:
    await add_phones(site.database)
    text = (await (await site.person("vera")).get("/phones")).text
    assert ">p1<" in text
    assert "quarantined" in text
    assert "<img" not in text


async def test_shows_the_screen_of_a_running_session(site: Site, tmp_path: Path) -> None:
    await add_phones(site.database)
    person = await site.person("vera")
    await person.get("/phones")  # somebody looks
    folder = tmp_path / "screens"
    folder.mkdir()
    Image.new("RGB", (1080, 2340), "red").save(folder / "a.png")
    await Screens(site.database).sync({"p1": tmp_path})
    text = (await person.get("/phones/live")).text
    path = text.split('<img class="screen" src="')[1].split('"')[0]
    answer = await person.get(path)
    assert answer.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.height <= 130, "who may see no values can read the screen"
    reviewer = await (await site.person("rita", Role.REVIEWER)).get(path)
    with Image.open(io.BytesIO(reviewer.content)) as picture:
        assert picture.height == 520
    company = await site.person("comp", Role.COMPANY)
    assert (await company.get(path)).status_code == 403
    assert (await person.get("/phones/p2/screen")).status_code == 404


async def test_operators_take_phones_out_of_use_and_back(site: Site) -> None:
    await add_phones(site.database)
    operator = await site.person("otto", Role.OPERATOR)
    await operator.get("/phones/p1")
    assert (await operator.post("/phones/p1/quarantine", {"reason": ""})).status_code == 400
    await operator.post("/phones/p1/quarantine", {"reason": "broken <b>glass</b>"})
    text = (await operator.get("/phones/p1")).text
    assert "Quarantined by otto: broken &lt;b&gt;glass" in text
    await operator.post("/phones/p1/release")
    assert "Quarantined by" not in (await operator.get("/phones/p1")).text
    assert "phone.quarantine" in (await operator.get("/audit?subject=phone:p1")).text


async def test_others_do_not(site: Site) -> None:
    await add_phones(site.database)
    tester = await site.person("tess", Role.TESTER)
    assert (await tester.post("/phones/p1/quarantine", {"reason": "x"})).status_code == 403
    assert "/phones/p1/quarantine" not in (await tester.get("/phones/p1")).text


async def test_unknown_phones(site: Site) -> None:
    operator = await site.person("otto", Role.OPERATOR)
    assert (await operator.get("/phones/nothing")).status_code == 404
    assert (await operator.post("/phones/nothing/release")).status_code == 404
