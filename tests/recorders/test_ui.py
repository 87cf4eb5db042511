"""Screens: digest, texts, and pictures kept once."""

from pathlib import Path

from farm.model.events import Screen, Step
from farm.recorders.ui import UiRecorder, summary
from farm.recording import Recording, RecordingWriter
from tests.recording.conftest import make_session

XML = (
    '<hierarchy rotation="0"><node class="android.widget.FrameLayout" resource-id="">'
    '<node class="android.widget.Button" resource-id="ok" text="同意"/>{}</node></hierarchy>'
)


def test_equal_screens_share_a_picture(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    writer = RecordingWriter.create(folder, make_session())
    recorder = UiRecorder(writer)
    first = recorder.screen(XML.format(""), b"\x89PNG1", "com.a", ".Main").body
    again = recorder.screen(XML.format(""), b"\x89PNG2", "com.a", ".Main").body
    other = recorder.screen(XML.format('<node class="X"/>'), b"\x89PNG3", "com.a", ".Main").body
    recorder.emit(Step(name="idle", state="begin"))
    writer.close()
    assert isinstance(first, Screen) and isinstance(again, Screen) and isinstance(other, Screen)
    assert first.screenshot_file == again.screenshot_file != other.screenshot_file
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert first.texts == ["同意"]
    recording = Recording.open(folder)
    assert recording.screen(first.screenshot_file) == b"\x89PNG1"
    assert recording.screen(again.hierarchy_file).decode() == XML.format("")


def test_texts_do_not_change_the_digest_and_hostile_ones_are_bounded() -> None:
    one, _ = summary(XML.format('<node class="X" text="a"/>'))
    two, texts = summary(XML.format(f'<node class="X" text="{"z" * 10_000_000}"/>'))
    assert one == two or texts  # lxml may refuse so long a text: it is still one bounded answer
    assert all(len(text) <= 300 for text in texts)
    digest, texts = summary(
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><node text="&e;"/>'
    )
    assert "root" not in "".join(texts) and digest
    assert summary("") == summary("") and summary("not xml")[1] == []
    assert summary("\udcff<node/>")[0]
