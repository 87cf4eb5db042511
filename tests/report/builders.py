"""Writes a synthetic session as a real recording, with pictures, for report and command tests."""

import functools
import io
from pathlib import Path

from mitmproxy import connection, http, websocket
from mitmproxy.io import FlowWriter
from PIL import Image, ImageDraw
from wsproto.frame_protocol import Opcode

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
    """Write the scene's session, events, traffic and pictures into a new recording."""
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
    with (folder / "flows.mitm").open("wb") as file:
        flows = FlowWriter(file)  # type: ignore[no-untyped-call]
        for exchange in scene.exchanges:
            flows.add(_flow(exchange))
    writer.close()
    return folder


def _flow(exchange: Exchange) -> http.HTTPFlow:
    client = connection.Client(peername=("127.0.0.1", 1), sockname=("127.0.0.1", 2))
    flow = http.HTTPFlow(client, connection.Server(address=(exchange.host, exchange.port)))
    flow.id = exchange.flow_id
    flow.request = http.Request(
        host=exchange.host,
        port=exchange.port,
        method=exchange.method.encode(),
        scheme=exchange.scheme.encode(),
        authority=b"",
        path=exchange.path.encode(),
        http_version=b"HTTP/1.1",
        headers=http.Headers(exchange.request_headers),
        content=exchange.request_body,
        trailers=None,
        timestamp_start=exchange.started / 1e9,
        timestamp_end=exchange.started / 1e9,
    )
    if exchange.status:
        flow.response = http.Response(
            http_version=b"HTTP/1.1",
            status_code=exchange.status,
            reason=b"",
            headers=http.Headers(exchange.response_headers),
            content=exchange.response_body,
            trailers=None,
            timestamp_start=exchange.started / 1e9,
            timestamp_end=exchange.started / 1e9,
        )
    if exchange.messages:
        flow.websocket = websocket.WebSocketData(
            messages=[
                websocket.WebSocketMessage(
                    Opcode.TEXT if message.is_text else Opcode.BINARY,
                    message.from_app,
                    message.content,
                    message.time / 1e9,
                )
                for message in exchange.messages
            ]
        )
    return flow


@functools.cache
def picture(text: str) -> bytes:
    """A PNG like a phone's screen."""
    image = Image.new("RGB", (540, 1124), "#f4f6f8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 400, 500, 760), fill="white", outline="#ccd3da")
    draw.text((70, 440), text, fill="black")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
