"""Writes the notice of a case: what was found, where it stands in the law, and until when to act.

One page in Chinese or English, as HTML without script, as PDF, and as JSON. No value of an
identifier is in it: a case keeps none, and what an app or a store wrote is masked and escaped.
"""

import datetime
from importlib import resources
from typing import Any

import jinja2
import msgspec

from farm.campaign.database import Database
from farm.cases.problems import SIGNAL
from farm.cases.queries import case_page
from farm.cases.values import CasePage, EvidenceLine
from farm.detect.clauses.catalogue import SIGNALS
from farm.detect.clauses.packs import Clause, LoadedPack
from farm.detect.clauses.scope import categories
from farm.detect.rules import RulePack, Text
from farm.model.clause import SignalId
from farm.model.errors import UsageError
from farm.report import words
from farm.report.masking import Masker, visible
from farm.report.pdf import to_pdf

SCHEMA = "farm-notice/1"
_MOST_FINDINGS = 100
_HOUR = datetime.timedelta(hours=8)
CHINA = datetime.timezone(_HOUR, "UTC+8")

LABELS: dict[str, Text] = {
    "title": Text(zh="App侵害用户权益行为整改通知书", en="Notice of a violation by an app"),
    "draft": Text(zh="草稿，未发出", en="Draft, not sent"),
    "number": Text(zh="编号", en="Number"),
    "to": Text(zh="开发者", en="Developer"),
    "unknown": Text(zh="未登记", en="not registered"),
    "app": Text(zh="应用", en="App"),
    "package": Text(zh="包名", en="Package"),
    "version": Text(zh="版本", en="Version"),
    "digest": Text(zh="安装包SHA-256", en="SHA-256 of the APK"),
    "category": Text(zh="类别（GB/T 41391）", en="Category (GB/T 41391)"),
    "stores": Text(zh="分发平台", en="Stores"),
    "issued": Text(zh="发出日期", en="Issued"),
    "due": Text(zh="整改期限", en="To be put right by"),
    "problem": Text(zh="存在的问题", en="What was found"),
    "again": Text(zh="该问题整改后再次出现，次数", en="Times it came back after a fix"),
    "clauses": Text(zh="依据", en="Provisions"),
    "unverified": Text(zh="条款编号未经原文核对", en="number not checked against the text"),
    "evidence": Text(zh="检测结果", en="Findings"),
    "data": Text(zh="个人信息", en="Data"),
    "phase": Text(zh="阶段", en="Phase"),
    "level": Text(zh="行为", en="What was done"),
    "by": Text(zh="代码来源", en="Whose code"),
    "receiver": Text(zh="接收方", en="Receiver"),
    "session": Text(zh="检测记录", en="Recording"),
    "shown": Text(
        zh="仅列出前100项，其余见证据包", en="The first 100; the rest is in the evidence"
    ),
    "manifest": Text(zh="记录清单SHA-256", en="SHA-256 of the manifest"),
    "ask": Text(
        zh="请于整改期限前完成整改并提交新版本。新版本将在相同场景和机型配置下复测。",
        en="Put this right and submit a new version by the date given. It will be tested again "
        "under the same scenario on the same kind of phone.",
    ),
    "masked": Text(
        zh="本通知不含标识符的值；完整证据见签名的检测记录。",
        en="No value of an identifier stands in this notice; the signed recordings hold the "
        "evidence in full.",
    ),
}


class Provision(msgspec.Struct, frozen=True, kw_only=True):
    """One clause a problem breaks."""

    id: str
    document: Text
    item: str
    text: Text
    verified: bool  # number and wording were compared with the published text
    doubt: Text | None = None  # why they were not, where the rule pack says so


class NoticeFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding, without any value."""

    finding_id: str
    data_type: str
    phase: str
    level: str
    caller: str
    caller_sdk: str
    receiver: str
    receiver_domain: str
    scenario: str
    profile: str
    session_id: str
    manifest_sha256: str
    seen: datetime.datetime


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice as JSON has it."""

    schema: str = SCHEMA
    case: int
    number: str | None  # None: a draft, no notice went out
    state: str
    issued: datetime.datetime | None
    due: datetime.datetime | None
    package: str
    label: str
    version: str
    developer: str
    product_line: str
    category: Text | None
    stores: list[str]
    apk_sha256: str
    problem: str
    title: Text
    explanation: Text | None
    severity: str
    recurrences: int
    provisions: list[Provision]
    findings: list[NoticeFinding]
    finding_count: int


async def make_notice(
    database: Database, case: int, rules: RulePack, packs: tuple[LoadedPack, ...]
) -> Notice:
    """Put together the notice of a case as it stands.

    Raises:
        UsageError: there is no such case.
    """
    page = await case_page(database, case)
    async with database.transaction() as client:
        stores = await client.fetch(
            "SELECT value FROM case_label WHERE case_id = $1 AND dimension = 'store' ORDER BY 1",
            case,
        )
        found = await client.fetchrow(
            "SELECT a.id, a.sha256 FROM case_file c JOIN app a ON a.id = c.found_app "
            "WHERE c.id = $1",
            case,
        )
    own = [line for line in page.evidence if line.app_id == found["id"]]
    return _notice(page, own, [row["value"] for row in stores], found["sha256"], rules, packs)


def _notice(
    page: CasePage,
    evidence: list[EvidenceLine],
    stores: list[str],
    sha256: str,
    rules: RulePack,
    packs: tuple[LoadedPack, ...],
) -> Notice:
    case = page.case
    title, explanation = _told(case.problem, rules)
    masker = Masker([], show=False)
    number = next((one for one in categories() if one.number == case.category), None)
    return Notice(
        case=case.id,
        number=case.notice,
        state=case.state,
        issued=case.noticed,
        due=case.due if case.notice else None,
        package=visible(case.package),
        label=visible(case.label),
        version=visible(case.found_version),
        developer=visible(case.developer),
        product_line=visible(case.product_line),
        category=Text(zh=number.zh, en=number.en) if number else None,
        stores=[visible(store) for store in stores],
        apk_sha256=sha256,
        problem=case.problem,
        title=title,
        explanation=explanation,
        severity=case.severity,
        recurrences=case.recurrences,
        provisions=_provisions(case.problem, case.clause, rules, packs),
        findings=[
            NoticeFinding(
                finding_id=line.finding_id,
                data_type=line.data_type,
                phase=line.phase,
                level=line.level,
                caller=masker.text(line.caller),
                caller_sdk=line.caller_sdk,
                receiver=masker.text(line.receiver),
                receiver_domain=masker.text(line.receiver_domain),
                scenario=line.scenario,
                profile=line.profile,
                session_id=line.session_id,
                manifest_sha256=line.manifest_sha256,
                seen=line.seen,
            )
            for line in evidence[:_MOST_FINDINGS]
        ],
        finding_count=len(evidence),
    )


def _told(problem: str, rules: RulePack) -> tuple[Text, Text | None]:
    """A problem's title and explanation, in both languages."""
    if problem.startswith(SIGNAL):
        name = problem.removeprefix(SIGNAL)
        if name in set(SignalId):
            signal = SIGNALS[SignalId(name)]
            return Text(zh=signal.zh, en=signal.en), None
    for rule in rules.rules:
        if rule.id == problem:
            return rule.title, rule.explanation
    return Text(zh=problem, en=problem), None


def problem_title(problem: str, rules: RulePack) -> Text:
    """A problem's title in both languages."""
    return _told(problem, rules)[0]


def _provisions(
    problem: str, cited: str, rules: RulePack, packs: tuple[LoadedPack, ...]
) -> list[Provision]:
    rule = next((one for one in rules.rules if one.id == problem), None)
    if rule is not None:
        return [
            Provision(
                id=name,
                document=rules.documents[rules.clauses[name].document],
                item=rules.clauses[name].item,
                text=Text(zh=rules.clauses[name].zh, en=rules.clauses[name].en),
                verified=rules.clauses[name].verified,
            )
            for name in rule.clauses
        ]
    wanted = set(cited.split("; "))
    return [
        Provision(
            id=clause.id,
            document=Text(zh=loaded.pack.document.title.zh, en=loaded.pack.document.title.en),
            item=clause.item,
            text=Text(zh=clause.text.zh, en=clause.text.en),
            verified=clause.verified,
            doubt=_doubt(loaded, clause),
        )
        for loaded in packs
        for clause in loaded.pack.clauses
        if clause.id in wanted
    ]


def _doubt(loaded: LoadedPack, clause: Clause) -> Text | None:
    doubt = loaded.doubt_of(clause)
    return None if doubt is None else Text(zh=doubt.zh, en=doubt.en)


def unverified_provisions(
    problem: str, cited: str, rules: RulePack, packs: tuple[LoadedPack, ...]
) -> list[str]:
    """Ids of the clauses a notice would cite that nobody compared with the published text.

    Args:
        problem: the case's problem.
        cited: the clauses as the case names them.
    """
    provisions = _provisions(problem, cited, rules, packs)
    return [one.id for one in provisions if not one.verified]


def check_provisions(unverified: list[str], *, accepted: bool) -> None:
    """Let no notice cite a clause that was not compared unless who sends it says so.

    Raises:
        UsageError: names the clauses, and what to do.
    """
    if unverified and not accepted:
        raise UsageError(
            f"the notice would cite {', '.join(unverified)}, whose number and wording were not "
            "compared with the published text: compare them, then send it as unverified "
            "(--unverified, or the box on the page); the notice says so beside each"
        )


def to_json(notice: Notice) -> bytes:
    """The notice as one JSON object with sorted keys, indented."""
    compact = msgspec.json.encode(notice, order="sorted")
    return msgspec.json.format(compact, indent=2) + b"\n"


def to_html(notice: Notice, language: str = "zh") -> str:
    """The notice as one page that needs no other file, no network and no script.

    Args:
        language: "zh" or "en".
    """
    folder = resources.files("farm.cases") / "templates"
    environment = jinja2.Environment(
        loader=jinja2.DictLoader({"notice.html": (folder / "notice.html").read_text("utf-8")}),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def said(text: Text | None) -> str:
        return "" if text is None else getattr(text, language)

    def word(table: dict[Any, Text], value: str) -> str:
        found = {str(key): text for key, text in table.items()}.get(value)
        return said(found) if found else value

    return environment.get_template("notice.html").render(
        notice=notice,
        language=language,
        L={name: said(text) for name, text in LABELS.items()},
        said=said,
        data_type=lambda value: word(words.DATA_TYPES, value),
        phase=lambda value: word(words.PHASES, value),
        level=lambda value: word(words.LEVELS, value),
        day=_day,
    )


def to_pdf_bytes(notice: Notice, language: str = "zh") -> bytes:
    """The notice printed by Chromium. Blocks.

    Raises:
        SetupError: there is no Chromium.
    """
    return to_pdf(to_html(notice, language))


def _day(at: datetime.datetime | None, *, last: bool = False) -> str:
    """A day in China. A deadline is the end of a day: its last moment counts."""
    if at is None:
        return "—"
    moment = at - datetime.timedelta(microseconds=1) if last else at
    return f"{moment.astimezone(CHINA):%Y-%m-%d} (UTC+8)"
