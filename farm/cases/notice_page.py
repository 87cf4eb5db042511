"""Writes a notice as one page in Chinese or English, as HTML without script and as PDF."""

import datetime
from importlib import resources
from typing import Any

import jinja2

from farm.cases.notice import Notice
from farm.detect.rules import Text
from farm.report import words
from farm.report.pdf import to_pdf

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
