from tests.campaign.planning import app, create, plan
from tests.web.filling import add_phones
from tests.web.visiting import Site


async def test_says_what_waits_and_whether_a_phone_can_run_it(site: Site) -> None:
    await add_phones(site.database)
    await create(site.database, "fits", [app(1), app(2)])
    await create(site.database, "never", [app(3)], plan(profiles=("no-such-phone",)))
    text = (await (await site.person("vera")).get("/queue")).text
    fits = text.split(">fits<")[1].split("</tr>")[0]
    assert '<td class="num">2</td>' in fits
    assert "no known phone can" not in fits
    never = text.split(">never<")[1].split("</tr>")[0]
    assert "no known phone can" in never
