"""A session of a twin, recorded by the lab itself, shown by the page: every value is met again."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.model.vocabulary import Stream
from farm.web.accounts.roles import Role
from farm.web.app import create_app
from farm.web.settings import WebSettings
from tests.end_to_end.twin_lab import twin_lab
from tests.web.visiting import Site, visiting

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(300)]


@pytest.fixture
async def session(
    database: Database, store: Store, tmp_path: Path
) -> AsyncIterator[tuple[Site, str]]:
    """A server of the lab that recorded a session, and the session's id."""
    (tmp_path / "twins").mkdir()
    async with twin_lab(tmp_path / "twins", home=tmp_path / "home") as lab:
        result = await lab.inspect(await lab.order("eager", "accept"))
    assert result.sealed, result.reason
    app = create_app(WebSettings(home=tmp_path / "home"), database, store)
    async with visiting(app, database) as site:
        yield site, result.folder.name


async def test_from_the_list_to_the_byte_in_a_real_session(session: tuple[Site, str]) -> None:
    site, name = session
    person = await site.person("rita", Role.REVIEWER)
    assert f'href="/sessions/{name}"' in (await person.get("/sessions")).text
    page = await person.get(f"/sessions/{name}")  # judged now: nobody has
    assert page.status_code == 200
    assert 'role="alert"' not in page.text  # the seal holds
    findings = sorted(set(re.findall(rf"/sessions/{name}/findings/([0-9a-f]+)\"", page.text)))
    assert len(findings) >= 3
    flows: set[str] = set()
    for finding in findings:
        text = (await person.get(f"/sessions/{name}/findings/{finding}")).text
        calls = re.findall(rf"/sessions/{name}/events/({Stream.API}:\d+)\"", text)
        assert calls
        assert (await person.get(f"/sessions/{name}/events/{calls[0]}")).status_code == 200
        flows.update(re.findall(rf"/sessions/{name}/flows/([0-9a-f-]+)#values", text))
    assert flows
    for flow in flows:
        masked = (await person.get(f"/sessions/{name}/flows/{flow}")).text
        assert '<mark class="found' in masked
        assert "was not met again" not in masked
        shots = re.findall(rf'src="(/sessions/{name}/screens/[^"]+)"', masked)
        assert shots
        assert (await person.get(shots[0])).headers["content-type"] == "image/webp"
        answer = await person.post(f"/sessions/{name}/flows/{flow}", {"reason": "a test"})
        values = re.findall(r'<mark class="found">([^<]{15,})</mark>', answer.text)
        assert values
        assert not [value for value in values if value in masked]
