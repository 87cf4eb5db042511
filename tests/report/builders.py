"""Writes a synthetic session as a real recording, with pictures, for report and command tests."""

import io
from pathlib import Path

from PIL import Image, ImageDraw

from farm.model.events import Dialog, Event, Screen
from farm.model.exchange import Exchange
from farm.model.vocabulary import Stream
from farm.recording import RecordingWriter, StreamWriter
from tests.detect.builders import Scene


class Pretended:
    """A scene as a recording in memory."""

    manifest_sha256 = "d" * 64

    def __init__(self, scene: Scene) -> None:
        self.session = scene.session()
        self._scene = scene

    def events(self, stream: Stream) -> list[Event]:
        return self._scene.streams[stream]

    def exchanges(self) -> list[Exchange]:
        return self._scene.exchanges

    def screen(self, name: str) -> bytes:
        return picture(name)


def write(scene: Scene, folder: Path) -> Path:
    """Write the scene's session, events and pictures (no flow file) into a new recording."""
    writer = RecordingWriter.create(folder, scene.session())
    streams = {stream: StreamWriter(folder, stream) for stream in Stream}
    for stream, appender in streams.items():
        for event in scene.streams[stream]:
            appender.append(event.body, t=event.t)
            if isinstance(event.body, Screen | Dialog) and event.body.screenshot_file:
                picture_file = f"screens/{event.body.screenshot_file}"
                if not (folder / picture_file).exists():
                    writer.add_file(picture_file, picture(event.body.screenshot_file))
        appender.close()
    writer.close()
    return folder


def picture(text: str) -> bytes:
    """A PNG like a phone's screen."""
    image = Image.new("RGB", (540, 1124), "#f4f6f8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 400, 500, 760), fill="white", outline="#ccd3da")
    draw.text((70, 440), text, fill="black")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
