"""A session that takes long to open shows that it is being opened, and then opens by itself."""

import msgspec
import pytest

from farm.web.session.desk import Stage
from farm.web.settings import WebSettings
from farm.web.texts import load_texts
from tests.web.session.conftest import EAGER
from tests.web.visiting import Site


@pytest.fixture
def settings(settings: WebSettings) -> WebSettings:
    """A server to which every recording is large."""
    return msgspec.structs.replace(settings, small_recording=0)


async def test_a_large_session_is_announced_then_opened(site: Site) -> None:
    person = await site.person("vera")
    first = await person.get(f"/sessions/{EAGER}?stream=api")
    assert f'hx-get="/sessions/{EAGER}/ready?stream=api"' in first.text
    assert "timeline" not in first.text
    assert "waiting for its turn" in (await person.get(f"/sessions/{EAGER}/stage")).text
    done = await person.get(f"/sessions/{EAGER}/ready?stream=api", hx_request="true")
    assert done.headers["hx-redirect"] == f"/sessions/{EAGER}?stream=api"
    page = await person.get(done.headers["hx-redirect"])
    assert "/ready" not in page.text
    assert "timeline" in page.text


async def test_who_runs_no_script_waits(site: Site) -> None:
    person = await site.person("vera")
    page = await person.get(f"/sessions/{EAGER}?wait=yes")
    assert page.status_code == 200
    assert "timeline" in page.text


async def test_what_cannot_be_opened_says_so(site: Site) -> None:
    person = await site.person("vera")
    answer = await person.get("/sessions/20231114T221320Z-nothing/ready", hx_request="true")
    assert answer.status_code == 404
    assert answer.text.startswith('<p class="problem"')


def test_every_stage_has_words() -> None:
    assert {f"stage.{one}" for one in Stage} <= load_texts().keys
