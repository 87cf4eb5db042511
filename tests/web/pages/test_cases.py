from farm.campaign.store import Store
from farm.web.accounts.roles import Role
from tests.web.filling import fill
from tests.web.pages.test_reviews import _sign
from tests.web.visiting import Site


async def _open_case(site: Site) -> tuple[int, int]:
    async with site.database.transaction() as client:
        row = await client.fetchrow(
            "SELECT c.id, r.id AS review FROM case_file c JOIN review r ON r.case_id = c.id "
            "WHERE c.state = 'found' ORDER BY c.id LIMIT 1"
        )
    return row["id"], row["review"]


async def test_a_notice_goes_out_only_after_two_signatures(site: Site, store: Store) -> None:
    await fill(site.database, store)
    case, review = await _open_case(site)
    rita, rolf = await site.person("rita", Role.REVIEWER), await site.person("rolf", Role.REVIEWER)
    await rita.get(f"/cases/{case}")
    refused = await rita.post(f"/cases/{case}/notice", {"reason": "go"})
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text
    await _sign(rita, "broken", review)
    await _sign(rolf, "broken", review)
    assert (await rita.post(f"/cases/{case}/notice", {"reason": "go"})).status_code == 303
    text = (await rita.get(f"/cases/{case}")).text
    assert "FARM-" in text
    assert "notice sent" in text
    day = {"due": "2099-01-01", "reason": "they asked"}
    assert (await rita.post(f"/cases/{case}/extend", day)).status_code == 303
    assert "2099-01-01" in (await rita.get(f"/cases/{case}")).text
    assert (await rita.post(f"/cases/{case}/extend", day | {"due": "soon"})).status_code == 400
    assert (await rita.post(f"/cases/{case}/explode", {"reason": "go"})).status_code == 404


async def test_a_notice_on_an_unverified_clause_is_sent_knowingly(site: Site, store: Store) -> None:
    await fill(site.database, store)
    case, review = await _open_case(site)
    async with site.database.transaction() as client:
        # A signal that only a clause nobody compared with the text is broken by.
        await client.execute(
            "UPDATE case_file SET problem = 'signal:self_start', clause = 'TAF-078.10-1' "
            "WHERE id = $1",
            case,
        )
    rita, rolf = await site.person("rita", Role.REVIEWER), await site.person("rolf", Role.REVIEWER)
    text = (await rita.get(f"/cases/{case}")).text
    assert "not verified" in text and "TAF-078.10-1" in text
    await _sign(rita, "broken", review)
    await _sign(rolf, "broken", review)
    assert 'name="unverified" value="yes" required' in (await rita.get(f"/cases/{case}")).text
    refused = await rita.post(f"/cases/{case}/notice", {"reason": "go"})
    assert refused.status_code == 400 and "TAF-078.10-1" in refused.text
    agreed = {"reason": "go", "unverified": "yes"}
    assert (await rita.post(f"/cases/{case}/notice", agreed)).status_code == 303


async def test_lists_and_filters(site: Site, store: Store) -> None:
    await fill(site.database, store)
    person = await site.person("vera")
    all_of_them = (await person.get("/cases")).text
    assert all_of_them.count("<tr>") == 4
    assert (await person.get("/cases?state=fixed")).text.count("<tr>") == 2
    assert (await person.get("/cases?open=yes")).text.count("<tr>") == 3
    assert (await person.get("/cases?state=lost")).status_code == 400
    assert (await person.get("/cases/999")).status_code == 404
    assert (await person.post("/cases/1/notice", {"reason": "x"})).status_code == 403
