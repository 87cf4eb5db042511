"""No English sentence stands on a Chinese page, report or notice, but what others said."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import farm.cases
import farm.web
from farm.apps.engines.statements import Status
from farm.campaign.store import Store
from farm.cases.notice import make_notice
from farm.cases.notice_page import to_html
from farm.cases.opinions import take_examinations
from farm.cases.reviews import reviews
from farm.detect.rules import load_rules
from farm.web.accounts.roles import Role
from farm.web.sayings import translation
from farm.web.settings import WebSettings
from farm.web.texts import load_texts
from tests.cases.lab import Lab, cut_off
from tests.cases.test_opinions import says
from tests.web.filling import fill
from tests.web.latin import untranslated
from tests.web.pictures import PAGES, SESSION
from tests.web.session.recordings import analysis_of, eager, put
from tests.web.visiting import Site, Visit

_SAID_BY_OTHERS = (
    "no answer Shop",  # a phone's last words
    "certificate unknown",  # the app's refusal
    "published copies of the notice; secondary lists of its test scenarios",  # a citation
    "url query id",  # a place in the bytes
    "sdk catalogue CN001 (stack prefix com.umeng.commonsdk)",  # a list and a line of it
    "the engine's own words",
)
_EVENTS = ("ui:1", "ui:2", "network:1", "network:2", "device:0", "device:1", "api:0", "api:1")
_WRONG: tuple[tuple[str, dict[str, str]], ...] = (
    ("/campaigns", {"name": "x"}),
    ("/campaigns", {"name": "a/b", "package": "com.example.shop", "scenario": "accept"}),
    ("/campaigns", {"name": "x", "package": "no.such", "scenario": "accept"}),
    ("/campaigns", {"name": "x", "package": "com.example.shop", "scenario": "nope"}),
    ("/campaigns", {"name": "x", "package": "com.example.shop", "settle": "99999"}),
    ("/campaigns", {"name": "x", "package": "com.example.shop", "scenario": "accept",
                    "profile": "zzz"}),
    ("/phones/p1/quarantine", {"reason": ""}),
    ("/cases/1/notice", {"reason": "通报"}),
    ("/cases/1/extend", {"due": "x", "reason": "理由"}),
    ("/cases/1/extend", {"due": "2099-01-01", "reason": ""}),
    ("/cases/1/dismiss", {"reason": "理由"}),
    ("/reviews/1", {"answer": "x"}),
    ("/reviews/1", {"answer": "broken", "reason": ""}),
    ("/reviews/1", {"answer": "broken", "reason": "理由", "evidence": "0"}),
    ("/apps/com.example.shop/signer", {"genuine": "x"}),
    ("/apps/com.example.shop/signer", {"genuine": "yes", "signer": "x"}),
    ("/account/password", {"old": "x", "new": "y"}),
    ("/account/tokens", {"name": "", "scope": "x"}),
    ("/self-check", {}),
)  # fmt: skip
_ADDRESSES = (
    "/no/such", "/apps?verdict=zzz", "/apps?category=x", "/cases?state=zz", "/cases?after=zz",
    "/statistics?by=zz", "/sessions/zzz", f"/sessions/{SESSION}?stream=zz",
)  # fmt: skip


@pytest.fixture
async def person(site: Site, store: Store, settings: WebSettings) -> Visit:
    """Somebody who reads Chinese and may do everything, in a lab where much has happened."""
    apps = await fill(site.database, store)
    lab = Lab(site.database, store, first=100)
    await lab.judged(apps[3], cut_off())
    await lab.examined(
        apps[0],
        says(apps[0], "outside", holds=True, trackers=2),
        says(apps[0], "late", status=Status.TIMED_OUT),
    )
    await take_examinations(site.database)
    put(eager(SESSION), settings.home)
    return await site.person("otto", *Role, language="zh")


async def test_pages(person: Visit, site: Site, settings: WebSettings) -> None:
    finding = analysis_of(settings.home / "recordings" / SESSION).findings[0].finding_id
    paths = [
        *(path.replace("{finding}", finding) for path in PAGES.values()),
        *(f"/reviews/{one.id}" for one in (await reviews(site.database)).items),
        *(f"/cases/{number}" for number in range(1, 8)),
        *(f"/sessions/{SESSION}/events/{event}" for event in _EVENTS),
        f"/sessions/{SESSION}/report/html?language=zh",
        *_ADDRESSES,
    ]
    left: dict[str, list[str]] = {}
    for path in paths:
        answer = await person.get(path)
        assert answer.status_code in (200, 400, 404), path
        if found := untranslated(answer.text, _SAID_BY_OTHERS):
            left[path] = found
    assert left == {}


async def test_what_a_form_lacks(person: Visit) -> None:
    left: dict[str, list[str]] = {}
    for path, fields in _WRONG:
        await person.get("/account")
        answer = await person.post(path, fields)
        assert answer.status_code in (400, 404), (path, fields, answer.status_code)
        if found := untranslated(answer.text, _SAID_BY_OTHERS):
            left[f"{path} {fields}"] = found
    assert left == {}


async def test_notices(person: Visit, site: Site) -> None:
    rules = load_rules()
    for case in range(1, 4):
        notice = await make_notice(site.database, case, rules.pack, rules.packs)
        assert untranslated(to_html(notice, "zh"), _SAID_BY_OTHERS) == []


def test_the_check_sees_what_is_left() -> None:
    said = "the app was never judged"
    assert untranslated(f"<p>{said}</p>") == [said]
    assert untranslated(f'<p title="{said}">好</p>') == [said]
    assert untranslated(f'<p lang="en">{said}</p><code>{said}</code>') == []
    assert untranslated("<p>com.example.shop 1.0 IMEI Shop</p>") == []


def _sentences(file: Path) -> Iterator[str]:
    """What a source may say as a reason or an error, with `{}` for what is filled in."""
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        given = [one.value for one in node.keywords if one.arg == "reason"]
        if called in ("UsageError", "_cannot_tell"):
            given += node.args[:1]
        for one in given:
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.value
            elif isinstance(one, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "{}"
                    for part in one.values
                )


_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE = re.compile(r"[a-z]{2,},? [a-z]{2,}|[a-z]{2,} \{\}|\{\} [a-z]{2,}")
_AT_THE_COMMAND_LINE = ("deadlines.py", "server.py", "users.py", "retention.py")
"""Their errors name files and options, and no page asks for them."""


def test_every_sentence_of_cases_and_pages_has_its_chinese() -> None:
    in_chinese = translation(load_texts())
    said = {
        sentence
        for room in (farm.cases, farm.web)
        for file in Path(room.__file__ or "").parent.rglob("*.py")
        if file.name not in _AT_THE_COMMAND_LINE
        for sentence in _sentences(file)
        if _SENTENCE.search(sentence)
    }
    assert len(said) > 40
    filled = {one.replace("{}", "7") for one in said}
    assert {one for one in filled if not _CHINESE.search(in_chinese(one))} == set()


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("version code 7 shows it still", "版本号 7 仍显示该问题"),
        (
            "a case that is fixed takes no dismiss; expected one that is found, overdue",
            "处于“已整改”状态的案件不能执行“",
        ),
        (
            "verdict: expected one of clean, violation",
            "结论：应为下列之一：未发现问题、发现违规收集",
        ),
        ("battery at 5 %, limit 20 %: not powered", "电量 5%，下限 20%：未接电源"),
        ("what a person wrote", "what a person wrote"),
    ],
)
def test_fillings_are_put_where_they_belong(english: str, chinese: str) -> None:
    assert translation(load_texts())(english).startswith(chinese)
