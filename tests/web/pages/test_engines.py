"""What engines say, on the page of all, of an app, and in a session's report."""

from farm.apps.engines.statements import EngineResult, Statement, Topic
from farm.campaign.store import Store
from farm.cases.opinions import take_examinations
from farm.web.accounts.roles import Role
from farm.web.settings import WebSettings
from tests.cases.lab import Lab
from tests.cases.test_opinions import says
from tests.web.filling import HOSTILE, fill
from tests.web.session.recordings import analysis_of, eager, put
from tests.web.visiting import Site


async def test_all_engines(site: Site, store: Store) -> None:
    apps = await fill(site.database, store)
    other = Lab(site.database, store, first=50)
    await other.examined(apps[3], says(apps[3], "outside", holds=True))
    await take_examinations(site.database)
    text = (await (await site.person("vera")).get("/engines")).text
    assert ">outside<" in text and ">remote<" in text
    row = text.split(">the farm<")[1].split("</tr>")[0]
    assert ">2<" in row and ">1 <" in row, "two decided, one differently"


async def test_an_app_shows_who_says_what(site: Site, store: Store) -> None:
    apps = await fill(site.database, store, hostile=True)
    person = await site.person("vera", language="zh")
    text = (await person.get("/apps/com.example.shop")).text
    assert 'id="engines"' in text
    async with site.database.transaction() as client:
        number = await client.fetchval("SELECT id FROM app WHERE sha256 = $1", apps[0].apk_sha256)
    older = await person.get(f"/apps/com.example.shop?version={number}")
    assert 'id="engines"' not in older.text, "the older version was not examined"
    assert "本平台" in text and "outside" in text and "无应答" in text
    assert HOSTILE not in text


async def test_a_report_tells_what_engines_say_of_the_app(
    site: Site, store: Store, settings: WebSettings
) -> None:
    folder = put(eager(), settings.home)
    analysis = analysis_of(folder)
    broken = next(one.clause for one in analysis.clauses if one.answer == "broken")
    person = await site.person("rita", Role.REVIEWER)
    path = f"/sessions/{folder.name}/report/html?language=en"
    assert "Outside detection engines" not in (await person.get(path)).text
    app = eager().session().app
    result = EngineResult(
        engine="outside",
        version="1",
        apk_sha256=app.apk_sha256,
        status=says(app, "x").status,
        statements=[
            Statement(topic=Topic.CLAUSE, subject=broken, holds=True),
            Statement(topic=Topic.PACKER, subject=HOSTILE),
        ],
    )
    await Lab(site.database, store).examined(app, result)
    text = (await person.get(path)).text
    assert "Outside detection engines" in text
    assert "Disputed: a person has to decide" in text
    assert HOSTILE not in text
