"""Notices: both languages, hostile words harmless, no value of an identifier, PDF by Chromium."""

import json
import re
from html.parser import HTMLParser

import msgspec
import pytest
from markupsafe import escape

from farm.cases.notice import Notice, make_notice, to_json
from farm.cases.notice_page import to_html, to_pdf_bytes
from farm.cases.provisions import check_provisions, unverified_provisions
from farm.cases.vocabulary import ReviewAnswer
from farm.model.errors import UsageError
from farm.register.facts import describe
from farm.register.write import register
from tests.cases.lab import RULES, Lab, sending
from tests.cases.test_steps import notice, opened, signed, the_case
from tests.detect.builders import IMEI
from tests.register.made import listed, made_app

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\u202e'


class Tags(HTMLParser):
    """Tags of a page, and every attribute name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


async def made(lab: Lab) -> Notice:
    line = await the_case(lab)
    return await make_notice(lab.database, line.id, RULES.pack, RULES.packs)


async def test_a_notice_says_what_was_found_and_until_when_to_act(lab: Lab) -> None:
    case = (await opened(lab)).id
    await signed(lab, ReviewAnswer.BROKEN, "li", "wang")
    number = await notice(lab, case)
    told = await made(lab)
    chinese, english = to_html(told, "zh"), to_html(told, "en")
    for page in (chinese, english):
        assert number in page and "com.example.shop" in page and "A Ltd" in page
        assert re.search(r"20\d\d-\d\d-\d\d \(UTC\+8\)", page)
    assert "征得同意前读取个人信息" in chinese and "整改期限" in chinese
    assert "Personal information read before consent" in english and "IMEI" in english
    assert "MIIT notice [2020] No. 164" in english
    document = json.loads(to_json(told))
    assert document["schema"] == "farm-notice/1" and document["number"] == number
    assert document["findings"][0]["session_id"] == "session-0001"


async def test_a_notice_says_which_clause_nobody_compared_and_why(lab: Lab) -> None:
    case = (await opened(lab)).id
    async with lab.database.transaction() as client:
        await client.execute(
            "UPDATE case_file SET problem = 'signal:preticked', "
            "clause = 'CAC-191-3.4; TAF-078.6-5' WHERE id = $1",
            case,
        )
    told = await made(lab)
    assert [(one.id, one.verified) for one in told.provisions] == [
        ("CAC-191-3.4", True),
        ("TAF-078.6-5", False),
    ]
    english = to_html(told, "en")
    assert english.count("number not checked against the text") == 1
    assert str(escape("the part's own text was not read")) in english
    assert "条款编号未经原文核对" in to_html(told, "zh")
    cited = unverified_provisions(
        "signal:preticked", "CAC-191-3.4; TAF-078.6-5", RULES.pack, RULES.packs
    )
    assert cited == ["TAF-078.6-5"]
    with pytest.raises(UsageError, match=r"TAF-078\.6-5, whose number"):
        check_provisions(cited, accepted=False)
    check_provisions(cited, accepted=True)
    check_provisions([], accepted=False)


async def test_what_was_not_sent_is_a_draft(lab: Lab) -> None:
    await opened(lab)
    told = await made(lab)
    assert told.number is None and told.due is None
    assert "Draft, not sent" in to_html(told, "en") and "草稿" in to_html(told, "zh")


async def test_words_of_apps_and_stores_do_nothing(lab: Lab) -> None:
    app = made_app(label=HOSTILE, version_name=HOSTILE)
    await register(lab.database, app, listed(HOSTILE, developer=HOSTILE, label=HOSTILE))
    await describe(lab.database, app.package, actor="li", product_line=HOSTILE)
    await lab.judged(app, sending())
    told = await made(lab)
    for language in ("zh", "en"):
        page = Tags(to_html(told, language))
        assert not page.tags & {"script", "img", "iframe", "link"}
        assert not {name for name in page.attributes if name.startswith("on")}
        assert "\u202e" not in to_html(told, language)


async def test_no_value_of_an_identifier_is_in_it(lab: Lab) -> None:
    await register(lab.database, made_app(), listed())
    await lab.judged(made_app(), sending())
    told = await made(lab)
    caller = msgspec.structs.replace(told.findings[0], caller=told.findings[0].caller)
    assert caller.level == "transmitted"
    for form in (to_html(told), to_json(told).decode()):
        assert IMEI not in form


@pytest.mark.timeout(180)
async def test_it_is_printed(lab: Lab) -> None:
    await opened(lab)
    data = to_pdf_bytes(await made(lab), "zh")
    assert data.startswith(b"%PDF-")
