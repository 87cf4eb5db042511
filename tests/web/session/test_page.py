"""The session page without a script: everything is in the table, in pages, in both languages."""

import json
import re
from pathlib import Path

import pytest

from farm.campaign.database import Database
from farm.campaign.store import Store
from farm.web.app import create_app
from farm.web.session.prepared import Prepared
from farm.web.settings import WebSettings
from tests.detect.builders import ANDROID_ID, IMEI
from tests.report.builders import write
from tests.web.session.conftest import CROWDED, EAGER, HOSTILE_ONE
from tests.web.session.recordings import HOSTILE, Named, eager, put
from tests.web.visiting import Site, visiting

_EVENTS = re.compile(r'href="/sessions/[\w-]+/events/([a-z]+:\d+)" aria-label')


async def test_every_event_can_be_reached_by_following_links(
    site: Site, prepared: Prepared
) -> None:
    person = await site.person("vera")
    path, seen = f"/sessions/{EAGER}", []
    while path:
        text = (await person.get(path)).text
        seen += _EVENTS.findall(text)
        following = re.search(r'href="([^"]*start=\d+)#events">Next', text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert seen == [prepared.reference(row) for row in range(prepared.size)]


async def test_pages_of_a_long_table_follow_each_other(site: Site) -> None:
    person = await site.person("vera")
    first = (await person.get(f"/sessions/{CROWDED}?kind=call&start=49900")).text
    second = (await person.get(f"/sessions/{CROWDED}?kind=call&start=50000")).text
    assert len(_EVENTS.findall(first)) == 100
    assert not set(_EVENTS.findall(first)) & set(_EVENTS.findall(second))
    assert "50,001 of 50,0" in second


async def test_filters_of_the_address_choose_rows(site: Site) -> None:
    person = await site.person("vera")
    text = (await person.get(f"/sessions/{EAGER}?stream=api&only=findings&since=0&until=1")).text
    assert _EVENTS.findall(text) == ["api:2", "api:3"]
    assert '<option value="api" selected>' in text


@pytest.mark.parametrize(
    "query", ["since=x", "since=nan", "until=1e99", "stream=logcat", "phase=later", "start=-1"]
)
async def test_filters_that_are_none_get_one_clear_error(site: Site, query: str) -> None:
    person = await site.person("vera")
    answer = await person.get(f"/sessions/{EAGER}?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.text


async def test_the_script_gets_the_table_alone(site: Site) -> None:
    person = await site.person("vera")
    part = await person.get(f"/sessions/{EAGER}?stream=ui", hx_request="true")
    assert part.text.startswith('<div id="events">')
    assert "<html" not in part.text


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_verdict_coverage_and_gaps_are_told_in_the_visitors_language(
    site: Site, language: str
) -> None:
    person = await site.person("vera", language=language)
    text = (await person.get(f"/sessions/{EAGER}")).text
    wanted = ("发现违规收集", "未能观察到的部分", "自检信号") if language == "zh" else (
        "Violation found", "What could not be seen", "Proofs of life"
    )  # fmt: skip
    assert all(one in text for one in wanted)
    assert "pinned.example" in text


async def test_values_are_masked_everywhere_by_default(site: Site, prepared: Prepared) -> None:
    person = await site.person("vera")
    [first, second] = prepared.analysis.findings
    paths = [
        "",
        "/scene.json",
        "/window.json",
        *(f"/row.json?row={row}" for row in range(0, prepared.size, 3)),
        f"/findings/{first.finding_id}",
        f"/findings/{second.finding_id}",
        "/events/api:2",
        "/events/api:3",
        "/events/network:1",
        "/flows/flow1",
    ]
    for path in paths:
        answer = await person.get(f"/sessions/{EAGER}{path}")
        assert answer.status_code == 200, path
        for value in (IMEI, ANDROID_ID):
            assert value not in answer.text, path
            assert value.encode().hex(" ") not in answer.text, path


async def test_windows_answer_with_what_is_in_them(site: Site) -> None:
    person = await site.person("vera")
    answer = json.loads((await person.get(f"/sessions/{CROWDED}/window.json?bins=50")).text)
    assert [lane["stream"] for lane in answer["lanes"]] == ["ui", "api", "network", "device"]
    api = answer["lanes"][1]
    assert len(api["bins"]) <= 50
    assert sum(one[2] for one in api["bins"]) == api["count"]
    near = json.loads((await person.get(f"/sessions/{CROWDED}/window.json?since=0&until=1")).text)
    assert len(near["lanes"][1]["events"]) == near["lanes"][1]["count"] > 0


@pytest.mark.parametrize(
    "path",
    [
        "nobody-here", "..%2F..%2Fetc", f"{EAGER}/events/api:999999", f"{EAGER}/events/x:1",
        f"{EAGER}/flows/none", f"{EAGER}/findings/zzzz",
        f"{EAGER}/findings/0000", f"{EAGER}/row.json?row=99999999", f"{EAGER}/report/exe",
        f"{EAGER}/screens/..%2fsession.json", f"{EAGER}/screens/session.json",
        f"{EAGER}/screens/nothing.png",
    ],
)  # fmt: skip
async def test_what_is_not_there_is_not_there(site: Site, path: str) -> None:
    person = await site.person("vera")
    assert (await person.get(f"/sessions/{path}")).status_code == 404


async def test_a_session_that_still_runs_says_so(
    database: Database, store: Store, tmp_path: Path
) -> None:
    scene = Named("20231114T221350Z-runs").begin()
    assert isinstance(scene, Named)
    (tmp_path / "recordings").mkdir()
    write(scene, tmp_path / "recordings" / scene.session_id)
    app = create_app(WebSettings(home=tmp_path), database, store)
    async with visiting(app, database) as site:
        answer = await (await site.person("vera")).get(f"/sessions/{scene.session_id}")
    assert answer.status_code == 409
    assert "still runs" in answer.text


async def test_a_changed_recording_is_shown_as_no_evidence(
    database: Database, store: Store, tmp_path: Path
) -> None:
    folder = put(eager("20231114T221351Z-changed"), tmp_path)
    logcat = folder / "screens" / "dialog.png"
    logcat.write_bytes(logcat.read_bytes() + b"x")
    app = create_app(WebSettings(home=tmp_path), database, store)
    async with visiting(app, database) as site:
        text = (await (await site.person("vera")).get(f"/sessions/{folder.name}")).text
    assert 'role="alert"' in text
    assert "not what was sealed" in text


async def test_what_an_app_wrote_is_text_on_every_page(site: Site) -> None:
    person = await site.person("vera")
    listing = await person.get(f"/sessions/{HOSTILE_ONE}")
    ids = re.findall(r"/findings/([0-9a-f]+)", listing.text)
    events = _EVENTS.findall(listing.text)
    paths = ["", "/flows/flow1", *(f"/findings/{one}" for one in ids)]
    paths += [f"/events/{one}" for one in events]
    assert len(paths) > 15
    for path in paths:
        text = (await person.get(f"/sessions/{HOSTILE_ONE}{path}")).text
        assert "<script>window" not in text, path
        assert "<img src=x" not in text, path
        assert 'href="javascript' not in text, path
        assert "\u202e" not in text, path
    assert HOSTILE.replace("<", "&lt;").replace(">", "&gt;")[30:60] in listing.text


async def test_the_list_shows_sessions_and_leads_to_them(site: Site) -> None:
    person = await site.person("vera")
    text = (await person.get("/sessions")).text
    for name in (EAGER, CROWDED, HOSTILE_ONE):
        assert f'href="/sessions/{name}"' in text
    none = (await person.get("/sessions?package=com.example.none")).text
    assert EAGER not in none
