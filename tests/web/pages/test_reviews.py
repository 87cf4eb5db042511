from farm.campaign.store import Store
from farm.web.accounts.roles import Role
from tests.web.filling import fill
from tests.web.visiting import Site, Visit


async def _sign(visit: Visit, answer: str, number: int = 1, digest: str = "") -> int:
    text = (await visit.get(f"/reviews/{number}")).text
    digest = digest or text.split('name="evidence" value="')[1].split('"')[0]
    fields = {"answer": answer, "reason": f"I think {answer}", "evidence": digest}
    return (await visit.post(f"/reviews/{number}", fields)).status_code


async def test_two_people_who_agree_settle_it(site: Site, store: Store) -> None:
    await fill(site.database, store)
    rita, rolf = await site.person("rita", Role.REVIEWER), await site.person("rolf", Role.REVIEWER)
    assert await _sign(rita, "broken") == 303
    assert "agreed" not in (await rita.get("/reviews/1")).text
    assert await _sign(rolf, "broken") == 303
    text = (await rolf.get("/reviews/1")).text
    assert "agreed" in text
    assert "I think broken" in text


async def test_nobody_signs_twice(site: Site, store: Store) -> None:
    await fill(site.database, store)
    rita = await site.person("rita", Role.REVIEWER)
    page = (await rita.get("/reviews/1")).text
    digest = page.split('name="evidence" value="')[1].split('"')[0]
    assert await _sign(rita, "broken") == 303
    assert await _sign(rita, "broken", digest=digest) == 400
    assert 'name="answer"' not in (await rita.get("/reviews/1")).text


async def test_another_persons_answer_is_hidden_until_one_has_signed(
    site: Site, store: Store
) -> None:
    await fill(site.database, store)
    rita, rolf = await site.person("rita", Role.REVIEWER), await site.person("rolf", Role.REVIEWER)
    await _sign(rita, "kept")
    assert "I think kept" not in (await rolf.get("/reviews/1")).text
    await _sign(rolf, "broken")
    text = (await rolf.get("/reviews/1")).text
    assert "I think kept" in text
    assert "disagreed" in text


async def test_changed_evidence_is_not_signed(site: Site, store: Store) -> None:
    await fill(site.database, store)
    rita = await site.person("rita", Role.REVIEWER)
    assert await _sign(rita, "broken", digest="0" * 64) == 400


async def test_only_reviewers_sign(site: Site, store: Store) -> None:
    await fill(site.database, store)
    operator = await site.person("otto", Role.OPERATOR)
    page = (await operator.get("/reviews/1")).text
    assert 'name="answer"' not in page
    assert (await operator.post("/reviews/1", {"answer": "kept"})).status_code == 403


async def test_lists_what_waits_for_me(site: Site, store: Store) -> None:
    await fill(site.database, store)
    rita = await site.person("rita", Role.REVIEWER)
    await _sign(rita, "broken")
    assert 'href="/reviews/1"' in (await rita.get("/reviews")).text
    assert 'href="/reviews/1"' not in (await rita.get("/reviews?mine=yes")).text
    assert (await rita.get("/reviews/999")).status_code == 404
