from farm.campaign.store import Store
from tests.web.filling import fill
from tests.web.visiting import Site


async def test_plots_say_what_the_tables_say(site: Site, store: Store) -> None:
    await fill(site.database, store)
    person = await site.person("vera")
    text = (await person.get("/statistics")).text
    bars = text.split("<main")[1].split("<svg viewBox")[1].split("</svg>")[0]
    assert bars.count("<rect") == 2  # found and fixed, in one month
    row = text.split("<tbody><tr>")[1].split("</tr>")[0]
    assert row.endswith('<td class="num">3</td>')
    assert "Maker Shop" in text


async def test_without_cases_there_is_nothing_to_draw(site: Site) -> None:
    text = (await (await site.person("vera")).get("/statistics")).text
    assert "No case yet" in text
    assert "<rect" not in text.split("<main")[1]
