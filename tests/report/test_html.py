"""The page: self-contained, bilingual, masked, and safe whatever the app wrote."""

import re
from html.parser import HTMLParser

import msgspec
import pytest

from farm.model.events import Dialog, InstrumentationSought, Launched, Screen, TlsFailed
from farm.model.vocabulary import ConsentAnswer, DataType, Stream
from farm.report.html import render_html
from tests.detect.builders import ANDROID_ID, IMEI, Scene
from tests.report.builders import Pretended

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=y>\x1b[2J\u202e{{7*7}}"


class Page(HTMLParser):
    """Collects the tags and attributes a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def violation() -> Scene:
    scene = Scene().begin()
    scene.call(1500)
    scene.call(1600, DataType.ANDROID_ID, ANDROID_ID)
    scene.flow(1800, "collect.tracker.example", path=f"/{ANDROID_ID}/c?imei={IMEI}")
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    return scene.end()


def page(scene: Scene, language: str = "zh", *, show_values: bool = False) -> str:
    return render_html(Pretended(scene), scene.judge(), language, show_values=show_values)


def test_self_contained_and_without_script() -> None:
    text = page(violation())
    seen = Page(text)
    assert not {"script", "link", "iframe", "object", "embed", "base"} & set(seen.tags)
    sources = [value for name, value in seen.attributes if name in {"src", "href"} and value]
    assert sources and all(value.startswith(("data:image/jpeg", "#")) for value in sources)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert "default-src 'none'" in text
    assert "url(http" not in text and "@import" not in text
    assert seen.tags.count("img") >= 2 and seen.tags.count("svg") >= 1


def test_values_are_masked_unless_asked_for() -> None:
    text = page(violation())
    assert IMEI not in text and ANDROID_ID not in text
    assert "86••••••••••01" in text
    shown = page(violation(), show_values=True)
    assert IMEI in shown and ANDROID_ID in shown


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_languages_are_in_the_page(language: str) -> None:
    text = page(violation(), language)
    assert "征得同意前向第三方提供个人信息" in text
    assert "Personal information sent to a third party before consent" in text
    assert f'id="{language}" checked' in text
    assert "条款编号未经原文核对" in text


def test_hostile_text_stays_text() -> None:
    scene = Scene().begin()
    scene.call(1500, stack=[HOSTILE, f"com.example.eager.{HOSTILE}.x(A.java:1)"])
    scene.flow(1800, f"a.{HOSTILE}", path=f"/{HOSTILE}?{HOSTILE}={IMEI}")
    scene.dialog()
    scene.tap(3000, HOSTILE)
    scene.screen(2500, texts=[HOSTILE])
    failed = TlsFailed(host=HOSTILE, port=443, side="app", reason=HOSTILE)
    scene.add(Stream.NETWORK, 2000, failed)
    bad = Screen(package=HOSTILE, activity=HOSTILE, fingerprint="f", screenshot_file="../../etc")
    scene.add(Stream.UI, 1400, bad)
    scene.end()
    pretended = Pretended(scene)
    session = pretended.session
    pretended.session = msgspec.structs.replace(
        session,
        reason=HOSTILE,
        app=msgspec.structs.replace(session.app, label=HOSTILE),
        device=msgspec.structs.replace(session.device, model=HOSTILE),
        versions={HOSTILE: HOSTILE},
    )
    text = render_html(pretended, scene.judge())
    seen = Page(text)
    assert "script" not in seen.tags
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert "\x1b" not in text and "\u202e" not in text
    assert "{{7*7}}" in text


def test_same_input_gives_the_same_page() -> None:
    assert page(violation()) == page(violation())


def test_many_events_draw_as_few_shapes() -> None:
    scene = Scene().begin()
    for number in range(20_000):
        scene.call(6000 + number * 2, DataType.BUILD_PROPERTIES, "MI 8")
    text = page(scene.end())
    assert len(re.findall("<rect", text)) < 2000


def test_empty_session_still_renders() -> None:
    scene = Scene()
    assert "<svg" in render_html(Pretended(scene), scene.judge())


def test_clauses_stand_with_their_answers_and_what_was_lacking() -> None:
    text = page(violation(), "en")
    assert "MIIT notice [2020] No. 164" in text and "工信部信管函〔2020〕164号" in text
    broken = text.index('tag answer broken">')
    assert "personal information was read before consent" in text[broken:]
    assert "a scenario that tries policy_within_four_taps" in text


def test_a_clause_that_quotes_the_app_stays_text() -> None:
    scene = Scene().begin()
    scene.dialog()
    hostile = msgspec.structs.replace(
        scene.streams[Stream.UI][-1].body, accept_text=HOSTILE, decline_text=""
    )
    scene.streams[Stream.UI].pop()
    scene.screen(1900, ["text"])
    scene.add(Stream.UI, 2000, hostile)
    text = page(scene.end())
    assert "没有拒绝选项" in text
    assert "script" not in Page(text).tags and "<img src=x" not in text


def test_screens_are_timed_from_the_launch_as_the_timeline_is() -> None:
    scene = violation()
    (dialog,) = [e for e in scene.streams[Stream.UI] if isinstance(e.body, Dialog)]
    launched = next(e for e in scene.streams[Stream.DEVICE] if isinstance(e.body, Launched))
    assert isinstance(launched.body, Launched)
    assert dialog.t != launched.body.sent != scene.session().created  # or any origin would do
    since = (dialog.t - launched.body.sent) / 1e9
    assert f"{since:+.3f} s · {dialog.reference}" in page(scene)


def test_a_copy_of_the_app_is_named_as_one() -> None:
    scene = violation()
    assert "frida-gadget" not in page(scene)
    recording = Pretended(scene)
    options = {"repackaged_sha256": "c0ffee" * 10}
    recording.session = msgspec.structs.replace(recording.session, options=options)
    text = render_html(recording, scene.judge())
    assert "frida-gadget" in text and "c0ffee" * 10 in text


def test_the_page_says_where_the_app_looked_for_instruments() -> None:
    heading = "looked for instruments"
    assert heading not in page(violation())
    scene = Scene().begin()
    sought = InstrumentationSought(way="files", detail=f"/data/{HOSTILE}", pid=100, tid=1)
    scene.add(Stream.API, 1500, sought)
    text = page(scene.end())
    assert heading in text
    assert "<script>alert" not in text
