"""Reasons in Chinese: what detection really says is translated, all else stays as it is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import farm.detect
from farm.detect.rules import load_rules
from farm.devices.seeding import planting
from farm.model.events import NotSeeded
from farm.model.vocabulary import ConsentAnswer, DataType, GapCause, Stream
from farm.report.explain import explain
from farm.report.masking import Masker
from farm.report.reasons import in_chinese
from farm.report.sayings import CAUSES, SAYINGS
from tests.detect.builders import ANDROID_ID, Scene
from tests.report.test_html import page, violation

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def refused() -> Scene:
    scene = Scene().begin()
    scene.dialog()
    scene.answer(5000, ConsentAnswer.DECLINE)
    scene.call(9000, DataType.ANDROID_ID, ANDROID_ID)
    return scene.end()


def unanswered() -> Scene:
    scene = Scene().begin()
    scene.call(1500)
    scene.dialog()
    return scene.end()


@pytest.mark.parametrize("build", [violation, refused, unanswered])
def test_what_detection_says_of_a_phase_is_translated(build: object) -> None:
    assert callable(build)
    findings = build().judge().findings
    assert findings
    for finding in findings:
        assert finding.reasons
        assert _CHINESE.search(in_chinese(finding.reasons[0])), finding.reasons[0]


def planted() -> Scene:
    scene = Scene().begin()
    scene.identity(DataType.CONTACTS, "司徒翊辰-5GDTWE7", name="contact 1 name")
    scene.call(1400, DataType.CONTACTS, values=[], result="android.database.MatrixCursor@1")
    scene.flow(1500, "collect.tracker.example", body="司徒翊辰-5GDTWE7".encode())
    return scene.end()


def seen_by_nobody() -> Scene:
    scene = Scene().begin()
    scene.tells_connections = True
    scene.identity(DataType.SERIAL, "8a3f19c2d7", how="read", name="serial number")
    scene.flow(1500, "collect.tracker.example", body=b"8a3f19c2d7")
    return scene.end()


@pytest.mark.parametrize("build", [planted, seen_by_nobody])
def test_how_a_value_is_known_is_translated(build: object) -> None:
    assert callable(build)
    finding = build().judge().findings[0]
    (reason,) = (one for one in finding.reasons if "known as this phone's" in one)
    assert _CHINESE.search(in_chinese(reason))


def test_why_something_was_not_planted_is_translated() -> None:
    for fact in (*planting.nothing("the profile pixel leaves it out"), planting.wifi()):
        assert isinstance(fact, NotSeeded)
        said = in_chinese(fact.reason)
        assert _CHINESE.search(said) and not _SENTENCE.search(said), said


def test_events_and_names_are_kept() -> None:
    assert "ui:9" in in_chinese("certainly before the answering tap ui:9")
    assert "a.example" in in_chinese("operator's list (domain a.example)")


@pytest.mark.parametrize(
    "reason", ["", "something new", "certainly before the answering tap ui:9 and more"]
)
def test_what_has_no_translation_stays(reason: str) -> None:
    assert in_chinese(reason) == reason


def test_both_languages_stand_in_the_page() -> None:
    text = page(violation())
    assert "确定发生在作答点击" in text and "certainly before the answering tap" in text


_DETECT = Path(farm.detect.__file__).parent
_SENTENCE = re.compile(r"[a-z]{2,},? [a-z]{2,}|[a-z]{2,} \{\}|\{\} [a-z]{2,}")
_NO_REASONS = {
    "identify": "names of forms",
    "clauses": "bring both languages with them",
    "batch.py": "errors of reading files",
    "claims.py": "answers about expectations, told by the command line alone",
    "datafiles.py": "errors of reading files",
    "organisations.py": "errors of reading files",
    "rules.py": "citations",
    "evidence.py": "names of steps and of pictures",
}
"""Parts of the detector whose sentences are no reasons of findings, verdicts or coverage."""
_NAMES = {
    "checked number",
    "cookie {}",
    "dns labels joined",
    "dns name",
    "dns {}",
    "form key",
    "grpc message {}",
    "header {}",
    "html entities",
    "java {}",
    "json at byte {}",
    "json key of {}",
    "json {}",
    "jwt header",
    "jwt payload",
    "jwt signature",
    "multipart {} header",
    "multipart {}",
    "percent at {}",
    "plus as space",
    "protobuf {}{}{}",
    "response body",
    "response header {}",
    "unicode escapes",
    "url host",
    "url path",
    "url {}",
    "websocket message {}",
    "xml {}",
    "zip member name",
    "zip {}",
    "{} at {}",
    "{} in hex",
    "{} key of {}",
    "{} key",
    "{} output",
}
"""Names of places, of steps and of forms: the same in both languages."""
_WORDS = {"got it", "log in", "set[str] | dict[str, str] | dict[str, list[Sdk]]"}
"""Words of buttons, and a type."""
_COMPOSED = {
    "{} flow{}",
    ": {} bytes in {}, {}",
    "{} {} {} by {}{} ({} calls, {} flows)",
    "{}: {}.{} in {} ({})",
}
"""Put together from parts that the table has as a whole; `test_what_is_put_together` shows it."""


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence that stands in the sources of the detector, `{}` where it is filled."""
    for path in sorted(_DETECT.rglob("*.py")):
        name = path.relative_to(_DETECT)
        if name.parts[0] in _NO_REASONS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        skipped = set(_told_to_programmers(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                skipped.update(map(id, node.values))
                parts = [
                    one.value if isinstance(one, ast.Constant) else "{}" for one in node.values
                ]
                text = "".join(map(str, parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            else:
                continue
            if (
                id(node) not in skipped
                and _SENTENCE.search(text)
                and text not in _NAMES | _WORDS | _COMPOSED
            ):
                yield str(name), text


def _told_to_programmers(tree: ast.Module) -> Iterator[int]:
    """Docstrings, and the descriptions of enumerations, which nobody is shown."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            for one in body:
                if isinstance(one, ast.Expr):
                    yield id(one.value)
        if isinstance(node, ast.ClassDef) and any(
            isinstance(base, ast.Name) and base.id == "Enum" for base in node.bases
        ):
            yield from (id(one.value) for one in node.body if isinstance(one, ast.Assign))


def test_every_sentence_of_the_detector_has_its_chinese() -> None:
    told = [english.replace("{w}", "{}") for english, _ in SAYINGS]
    found = list(sentences())
    assert len(found) > 60
    missing = [one for one in found if not any(one[1].strip("; ,:") in each for each in told)]
    assert missing == []


@pytest.mark.parametrize(("english", "chinese"), SAYINGS)
def test_every_sentence_is_translated_with_what_was_filled_in(english: str, chinese: str) -> None:
    count = len(re.findall(r"\{w?\}", english))
    fillings = [f"f{number}x" for number in range(count)]
    text = re.sub(r"\{w?\}", lambda _: "{}", english).format(*fillings)
    assert in_chinese(text) == chinese.format(*fillings)
    assert _CHINESE.search(chinese)
    assert {f"{{{number}}}" for number in range(count)} == set(re.findall(r"\{\d\}", chinese))


def test_every_cause_of_a_gap_has_its_chinese() -> None:
    assert set(GapCause) <= set(CAUSES)
    made = {
        text
        for path in _DETECT.rglob("*.py")
        for text in re.findall(
            r'(?:cause|_CAUSE)(?:: str)? ?= ?"([a-z_]+)"', path.read_text("utf-8")
        )
    }
    assert made and made <= set(CAUSES)
    for cause, chinese in CAUSES.items():
        assert _CHINESE.search(chinese)
        assert (
            in_chinese(f"flow to a.example: {cause} why")
            == f"发往 a.example 的流量：{chinese}（why）"
        )


def test_coverage_and_verdict_are_in_both_languages_on_the_page() -> None:
    scene = Scene().begin()
    scene.flow(2000, "a.example", body=bytes(range(7, 256)) * 3)
    text = page(scene.end())
    assert "发往 a.example 的流量" in text and "flow to a.example" in text
    assert "内容未能检索" in text and "字节" in text


def test_a_finding_is_explained_in_one_language() -> None:
    (finding,) = refused().judge().findings
    for language, chinese in (("zh", True), ("en", False)):
        told = explain(finding, True, load_rules(), Masker([], show=False), language)
        reasons = [step.text for step in told.steps if step.kind == "reason"]
        assert reasons and all(bool(_CHINESE.search(text)) is chinese for text in reasons)


def test_what_is_put_together_is_translated_as_a_whole() -> None:
    scene = refused()
    scene.flow(9500, "collect.tracker.example", path=f"/?a={ANDROID_ID}")
    scene.flow(9600, "a.example", body=bytes(range(7, 256)) * 3)
    scene.call(1500, DataType.IMEI, error="SecurityException")
    scene.streams[Stream.API].pop(0)
    verdict = scene.judge().verdict
    quiet = Scene().begin().end().judge().verdict
    unseen = Scene().begin()
    unseen.flow(1800, "a.example", body=bytes(range(7, 256)) * 3)
    hidden = unseen.end().judge().verdict
    reasons = [*verdict.reasons, *quiet.reasons, *hidden.reasons]
    assert len(reasons) > 6
    for reason in reasons:
        told = in_chinese(reason)
        assert _CHINESE.search(told) and not re.search(r"[a-z]{3,} [a-z]{3,}", told), told
