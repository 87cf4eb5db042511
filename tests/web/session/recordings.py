"""Sealed recordings with their analyses in a lab's own folder, as the lab leaves them."""

import base64
import gzip
import json
from pathlib import Path

import msgspec

from farm.detect.analyse import analyse, analysis_bytes
from farm.detect.rules import load_rules
from farm.model.events import Gap, Screen, TlsFailed
from farm.model.exchange import Message
from farm.model.finding import Analysis
from farm.model.session import Session
from farm.model.vocabulary import ConsentAnswer, DataType, GapCause, Stream
from farm.recording import Recording, load_or_create_key, seal
from tests.detect.builders import ANDROID_ID, BASE, IMEI, MS, SDK_STACK, Scene
from tests.report.builders import write

HOSTILE = "\"'><script>window.ran=1</script><img src=x onerror=window.ran=2>javascript:window.ran=3"
RIGHT_TO_LEFT = "\u202egnp.exe"
TRACKER = "collect.tracker.example"


class Named(Scene):
    """A scene with a session id of its own, and perhaps another name of its app."""

    def __init__(self, session_id: str, *, label: str = "Eager", package: str = "") -> None:
        super().__init__(package=package or "com.example.eager")
        self.session_id = session_id
        self.label = label

    def session(self) -> Session:
        session = super().session()
        app = msgspec.structs.replace(session.app, label=self.label)
        return msgspec.structs.replace(session, session_id=self.session_id, app=app)


def put(scene: Named, home: Path, *, judged: bool = True) -> Path:
    """Write and seal the scene's recording below a lab's home, with its analysis beside it."""
    folder = home / "recordings" / scene.session_id
    folder.parent.mkdir(parents=True, exist_ok=True)
    write(scene, folder)
    seal(folder, load_or_create_key(home / "key.pem"))
    if judged:
        data = analysis_bytes(analysis_of(folder))
        folder.with_name(f"{folder.name}.analysis.json").write_bytes(data)
    return folder


def analysis_of(folder: Path) -> Analysis:
    """What the farm says about a recording."""
    return analyse(Recording.open(folder), load_rules())


def eager(session_id: str = "20231114T221320Z-eager") -> Named:
    """Reads identifiers before consent and sends them in several forms."""
    scene = Named(session_id).begin()
    assert isinstance(scene, Named)
    scene.call(1500, stack=SDK_STACK)
    scene.call(1600, DataType.ANDROID_ID, ANDROID_ID)
    inner = base64.b64encode(json.dumps({"aid": ANDROID_ID, "model": "MI 8"}).encode()).decode()
    body = json.dumps({"device": {"imei": IMEI, "os": "9"}, "payload": inner, "seq": 7}).encode()
    scene.flow(
        1800,
        TRACKER,
        path=f"/v1/report?chan=store&id={IMEI}",
        body=gzip.compress(body, mtime=0),
        headers=[
            (b"Content-Type", b"application/json"),
            (b"Content-Encoding", b"gzip"),
            (b"X-Device-Id", ANDROID_ID.encode()),
            (b"User-Agent", b"okhttp/4.9"),
        ],
        response=b'{"ok":true}',
        response_headers=[(b"Content-Type", b"application/json")],
    )
    scene.dialog()
    scene.screen(2100, texts=["用户协议与隐私政策", "同意", "不同意"])
    failed = TlsFailed(host="pinned.example", port=443, side="app", reason="certificate unknown")
    scene.add(Stream.NETWORK, 3000, failed)
    gap = Gap(
        gap_id="g1",
        cause=GapCause.TLS_REFUSED,
        start=BASE + 3000 * MS,
        end=BASE + 4200 * MS,
        scope="pinned.example",
    )
    scene.add(Stream.NETWORK, 4200, gap)
    scene.answer(5000, ConsentAnswer.ACCEPT)
    scene.screen(5600)
    scene.call(8000, DataType.WIFI_MAC, "A4:50:46:1F:7C:E9")
    scene.flow(
        8200,
        "api.example.com",
        path="/socket",
        messages=[Message(from_app=True, content=b"hello", is_text=True, time=BASE + 8300 * MS)],
    )
    scene.canary(20_000, Stream.NETWORK, seen=False)
    for second in range(9, 55, 3):
        scene.screen(second * 1000)
        scene.call(second * 1000 + 400, DataType.BUILD_PROPERTIES, "MI 8")
        scene.flow(second * 1000 + 700, "cdn.example.com", path=f"/tile/{second}.png")
    scene.end()
    return scene


def layered(session_id: str = "20231114T221323Z-layered") -> Named:
    """Packs an identifier in gzip, JSON, base64, gzip, JSON and base64 again."""
    scene = Named(session_id, label="Layered").begin()
    assert isinstance(scene, Named)
    scene.call(1600, DataType.ANDROID_ID, ANDROID_ID)
    innermost = base64.b64encode(f"aid={ANDROID_ID};model=MI 8".encode()).decode()
    inner = gzip.compress(json.dumps({"v": 3, "secret": innermost}).encode(), mtime=0)
    body = json.dumps({"seq": 7, "d": base64.b64encode(inner).decode()}).encode()
    scene.flow(
        1800,
        TRACKER,
        path="/v2/report",
        body=gzip.compress(body, mtime=0),
        headers=[(b"Content-Type", b"application/json"), (b"Content-Encoding", b"gzip")],
    )
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    scene.end(20_000)
    return scene


def crowded(events: int, session_id: str = "20231114T221321Z-crowded") -> Named:
    """As many calls as the busiest sessions have, with the same violation among them."""
    scene = Named(session_id, label="Crowded").begin()
    assert isinstance(scene, Named)
    scene.call(1500)
    scene.flow(1800, TRACKER, path=f"/c?imei={IMEI}")
    scene.dialog()
    scene.answer(5000, ConsentAnswer.ACCEPT)
    step = 50_000 / events
    for number in range(events):
        data_type = DataType.SENSORS if number % 3 else DataType.BUILD_PROPERTIES
        scene.call(6000 + number * step, data_type, None, values=[], result="1")
    for second in range(6, 56):
        scene.flow(second * 1000, f"h{second % 7}.example.com", path="/x")
    scene.end(59_000)
    return scene


def hostile(session_id: str = "20231114T221322Z-hostile") -> Named:
    """Says markup and tricks wherever an app may say anything."""
    scene = Named(session_id, label=HOSTILE + RIGHT_TO_LEFT).begin()
    assert isinstance(scene, Named)
    frame = f"com.example.eager.{HOSTILE}.x(A.java:1)"
    scene.call(1500, stack=[HOSTILE, frame])
    scene.call(1550, DataType.ANDROID_ID, ANDROID_ID, result=HOSTILE, stack=[frame])
    body = json.dumps({HOSTILE: IMEI, "javascript:window.ran=4": HOSTILE}).encode()
    scene.flow(
        1800,
        TRACKER,
        path=f"/{HOSTILE}?{HOSTILE}={IMEI}".replace(" ", "+"),
        body=body,
        headers=[(b"X-Evil", HOSTILE.encode()), (b"Content-Type", HOSTILE.encode())],
        response=HOSTILE.encode(),
        response_headers=[(b"Location", b"javascript:window.ran=5")],
    )
    scene.dialog()
    scene.tap(3000, HOSTILE)
    scene.screen(2500, texts=[HOSTILE])
    scene.add(Stream.NETWORK, 2900, TlsFailed(host=HOSTILE, port=443, side="app", reason=HOSTILE))
    bad = Screen(package=HOSTILE, activity=HOSTILE, fingerprint="f", texts=[HOSTILE])
    scene.add(Stream.UI, 3500, bad)
    scene.answer(5000, ConsentAnswer.ACCEPT)
    scene.end()
    return scene
