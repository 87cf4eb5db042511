from markupsafe import escape

from farm.detect.clauses.packs import shipped_packs
from tests.web.visiting import Site


async def test_every_document_and_clause_is_there(site: Site) -> None:
    person = await site.person("vera")
    coverage = (await person.get("/rules")).text
    every = [clause for one in shipped_packs() for clause in one.pack.clauses]
    assert f'<td class="num">{sum(one.verified for one in every)}</td>' in coverage
    for loaded in shipped_packs():
        assert f'href="/rules/{loaded.name}"' in coverage
        text = (await person.get(f"/rules/{loaded.name}")).text
        for clause in loaded.pack.clauses:
            begins = text.index(f'id="{clause.id}"')
            card = text[begins : text.index("</section>", begins)]
            told = loaded.source_of(clause) or loaded.doubt_of(clause)
            assert told is not None and str(escape(told.en)) in card
            assert ("not verified" in card) != clause.verified
    assert (await person.get("/rules/NOTHING-1")).status_code == 404
