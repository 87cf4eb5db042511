from farm.detect.clauses.packs import shipped_packs
from tests.web.visiting import Site


async def test_every_document_and_clause_is_there(site: Site) -> None:
    person = await site.person("vera")
    coverage = (await person.get("/rules")).text
    for loaded in shipped_packs():
        assert f'href="/rules/{loaded.name}"' in coverage
        text = (await person.get(f"/rules/{loaded.name}")).text
        for clause in loaded.pack.clauses:
            assert f'id="{clause.id}"' in text
    assert (await person.get("/rules/NOTHING-1")).status_code == 404
