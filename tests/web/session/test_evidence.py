"""From a finding to the byte; and that values are shown only to whom they may be, on the record."""

import json
import re

import pytest

from farm.campaign import audit
from farm.web.accounts.roles import Role
from farm.web.session.prepared import Prepared
from tests.detect.builders import ANDROID_ID, IMEI
from tests.web.session.conftest import EAGER
from tests.web.visiting import Site

_FLOW = f"/sessions/{EAGER}/flows/flow1"
_CALL = f"/sessions/{EAGER}/events/api:2"


def links(text: str) -> set[str]:
    return {link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', text)}


async def test_a_finding_leads_to_call_flow_and_screen(site: Site, prepared: Prepared) -> None:
    person = await site.person("vera")
    session = (await person.get(f"/sessions/{EAGER}")).text
    finding = next(one for one in prepared.analysis.findings if one.calls[0].event == "api:2")
    address = f"/sessions/{EAGER}/findings/{finding.finding_id}"
    assert address in links(session)
    page = (await person.get(address)).text
    assert {_CALL, f"{_FLOW}#values"} <= links(page)
    assert "友盟" in page  # the SDK that made the call
    call = (await person.get(_CALL)).text
    assert "com.umeng.commonsdk.Tool.id(Tool.java:3)" in call
    assert {f"{_FLOW}#values", address} <= links(call)
    flow = (await person.get(_FLOW)).text
    assert {address, _CALL} <= links(flow)
    [shot] = {one for one in re.findall(r'src="([^"]+)"', flow) if "s1300" in one}
    picture = await person.get(shot)
    assert picture.headers["content-type"] == "image/webp"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_reasons_stand_in_both_languages(
    site: Site, prepared: Prepared, language: str
) -> None:
    person = await site.person("vera", language=language)
    finding = prepared.analysis.findings[0]
    text = (await person.get(f"/sessions/{EAGER}/findings/{finding.finding_id}")).text
    assert "certainly before the answering tap" in text
    assert "确定发生在作答点击" in text


async def test_the_flow_shows_where_the_value_stands(site: Site) -> None:
    text = (await (await site.person("vera")).get(_FLOW)).text
    for step in ("gzip", "json $.payload", "base64", "json $.aid", "query id"):
        assert f"<code>{step}</code>" in text
    assert re.search(
        r'<mark class="found">86</mark><mark class="found hidden-value">•+</mark>', text
    )
    assert "X-Device-Id" in text


async def test_a_viewer_sees_no_values_and_nothing_is_recorded(site: Site) -> None:
    person = await site.person("vera", Role.VIEWER)
    await person.get(_FLOW)
    for path in (_FLOW, _CALL):
        assert (await person.post(path, {"reason": "curious"})).status_code == 403
    assert [one.action for one in await audit.entries(site.database)].count("values.unmask") == 0


async def test_a_reviewer_sees_values_and_that_is_recorded_first(
    site: Site, prepared: Prepared
) -> None:
    person = await site.person("rita", Role.REVIEWER)
    finding = prepared.analysis.findings[0].finding_id
    pages = {
        _FLOW: ("flow:flow1", IMEI),
        _CALL: ("event:api:2", IMEI),
        f"/sessions/{EAGER}/findings/{finding}": (f"finding:{finding}", ANDROID_ID),
    }
    for path, (what, value) in pages.items():
        assert value not in (await person.get(path)).text
        answer = await person.post(path, {"reason": "case 17"})
        assert answer.status_code == 200
        assert value in answer.text
        assert answer.headers["cache-control"] == "no-store"
        entry = (await audit.entries(site.database, actor="rita"))[0]
        assert (entry.action, entry.subject) == ("values.unmask", f"session:{EAGER}")
        assert json.loads(entry.detail) == {"what": what, "reason": "case 17"}
        assert value not in (await person.get(path)).text
    assert await audit.verify(site.database) == []


async def test_without_a_reason_or_token_nothing_is_shown(site: Site) -> None:
    person = await site.person("rita", Role.REVIEWER)
    for fields in ({}, {"reason": "  "}):
        answer = await person.post(_FLOW, fields)
        assert answer.status_code == 400
        assert IMEI not in answer.text
    person.csrf = "wrong"
    assert (await person.post(_FLOW, {"reason": "x"})).status_code == 403
    assert await audit.entries(site.database, subject=f"session:{EAGER}") == []
    answer = await person.get(f"{_FLOW}?reason=x&show=1&unmask=1")
    assert IMEI not in answer.text
