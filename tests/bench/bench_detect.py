"""Detection: MB/s of bodies against the plain way, and a large session against merely reading it.

Every figure is measured in this run, on bodies and recordings made for it; none is a constant.
"""

import base64
import gzip
import hashlib
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from mitmproxy.io import FlowWriter

from farm.detect.analyse import analyse, analysis_bytes
from farm.detect.batch import usual_jobs
from farm.detect.decode.carriers import Carrier
from farm.detect.decode.compression import by_content_encoding
from farm.detect.decode.node import Budget, Limits
from farm.detect.identify.known import known_values
from farm.detect.identify.recognise import Recogniser
from farm.detect.matching import Scanner
from farm.detect.rules import load_rules
from farm.detect.timeline import Timeline
from farm.model.events import Call
from farm.model.exchange import Exchange
from farm.model.finding import Analysis
from farm.model.vocabulary import DataType, Stream
from farm.recording import Recording, RecordingWriter, StreamWriter
from farm.recording.seal import seal
from tests.detect.builders import ANDROID_ID, IMEI, MAC, Scene
from tests.report.builders import _flow

EVENTS = 50_000
FLOWS = 10_000
FLOW_BYTES = 200_000_000
CALLS = 29_000
ALONE, BY_DEFAULT = "`farm analyse --jobs 1`", "`farm analyse`"
HOSTS = ("api.example.com", "stat.tracker.example", "cdn.example.com", "log.umeng.com")


def events_body(choose: random.Random, size: int, carrying: bool) -> bytes:
    """A batch of analytics events in JSON, as most bodies are."""
    events: list[object] = []
    length = 0
    while length < size:
        one = {
            "name": choose.choice(["app_start", "page_view", "click", "heartbeat"]),
            "ts": 1_700_000_000_000 + choose.randrange(10**9),
            "session": str(uuid.UUID(int=choose.getrandbits(128))),
            "props": {
                "page": "com.example.eager.MainActivity",
                "ms": choose.randrange(10_000),
                "ref": f"https://h5.example.com/p?id={choose.randrange(10**6)}&c=%E6%8E%A8",
                "net": "wifi",
                "seq": choose.randrange(1000),
            },
        }
        events.append(one)
        length += 260
    document: dict[str, object] = {"events": events, "app": {"pkg": "com.example.eager"}}
    document["sign"] = base64.b64encode(choose.randbytes(32)).decode()
    if carrying:
        document["device"] = {"androidId": ANDROID_ID, "model": "MI 8", "imei": IMEI}
    return json.dumps(document).encode()


def form_body(choose: random.Random, size: int, carrying: bool) -> bytes:
    """A form with a percent-encoded JSON document in it."""
    inner = quote(events_body(choose, size // 2, carrying), safe="")
    return b"v=3&ts=1700000000123&data=" + inner.encode()


def packed_field_body(choose: random.Random, size: int, carrying: bool) -> bytes:
    """JSON with a compressed document in base64."""
    inner = base64.b64encode(gzip.compress(events_body(choose, size, carrying), 6)).decode()
    return json.dumps({"v": 2, "d": inner}).encode()


def protobuf_body(choose: random.Random, size: int, carrying: bool) -> bytes:
    """Messages without a schema."""
    out = bytearray()
    while len(out) < size:
        name = choose.choice([b"app_start", b"page_view", b"heartbeat"])
        session = str(uuid.UUID(int=choose.getrandbits(128))).encode()
        inner = b"\x0a" + bytes([len(name)]) + name + b"\x12\x24" + session
        inner += b"\x18" + bytes([choose.randrange(128)]) + b"\x21" + choose.randbytes(8)
        out += b"\x0a" + bytes([len(inner)]) + inner
    if carrying:
        out += b"\x12" + bytes([len(IMEI)]) + IMEI.encode()
    return bytes(out)


def random_body(choose: random.Random, size: int, _carrying: bool) -> bytes:
    """What a cipher makes of anything."""
    return choose.randbytes(size)


KINDS: tuple[tuple[Callable[[random.Random, int, bool], bytes], int, bool], ...] = (
    (events_body, 5, True),  # with Content-Encoding: gzip
    (events_body, 3, False),
    (form_body, 1, False),
    (packed_field_body, 1, False),
    (protobuf_body, 1, False),
    (random_body, 1, False),
)
"""Kinds of bodies, how often each, and whether the transfer is compressed."""


def bodies(count: int, size: int, share: float, seed: int) -> list[tuple[bytes, bool]]:
    """Bodies of all kinds; `share` of them carry identifiers of the phone."""
    choose = random.Random(seed)
    made: list[tuple[bytes, bool]] = []
    weights = [weight for _, weight, _ in KINDS]
    for _ in range(count):
        make, _, packed = choose.choices(KINDS, weights)[0]
        body = make(choose, max(300, int(choose.expovariate(1 / size))), choose.random() < share)
        made.append((gzip.compress(body, 6) if packed else body, packed))
    return made


def scene_calls() -> Scene:
    """Calls that hand identifiers over, so that they are looked for in all their forms."""
    scene = Scene()
    for number, (data_type, value) in enumerate(
        [
            (DataType.IMEI, IMEI),
            (DataType.ANDROID_ID, ANDROID_ID),
            (DataType.WIFI_MAC, MAC),
            (DataType.PHONE_NUMBER, "13800138000"),
            (DataType.LOCATION, "31.230416,121.473701"),
        ]
    ):
        scene.call(1000 + number, data_type, values=[value])
    return scene


def recogniser() -> Recogniser:
    """Everything that is looked for in a session with those calls."""
    scene = scene_calls()
    timeline = Timeline(scene.streams, scene.clock)
    known = known_values(scene.session(), timeline.of(Stream.API, Call), [])
    return Recogniser.of(known, ["com.example.eager"])


def compare_bodies(share: float) -> None:
    """MB/s of plain bodies: ours, and `json.loads` with one regular expression of all patterns."""
    made = [body for body, packed in bodies(3000, 5000, share, 1) if not packed]
    size = sum(map(len, made)) / 1e6
    wanted = recogniser()
    scanner = Scanner(wanted.needles, wanted.shapes)
    began = time.perf_counter()
    met = 0
    for body in made:
        scans = scanner.scan([Carrier(location="body", start="body", data=body, time=0)])
        met += sum(len(scan.occurrences) for scan in scans)
    ours = size / (time.perf_counter() - began)
    caseless = [re.escape(one.pattern) for one in wanted.needles]
    plain = re.compile(b"|".join(sorted(caseless, key=lambda one: -len(bytes(one)))), re.IGNORECASE)
    some = made[:: max(1, int(size / 3))]  # it is slow: a sample will do
    part = sum(map(len, some)) / 1e6
    began = time.perf_counter()
    for body in some:
        try:
            json.loads(body)
        except ValueError:
            pass
        for _ in plain.finditer(body):
            pass
    theirs = part / (time.perf_counter() - began)
    sys.stdout.write(
        f"  {share:4.0%} of bodies carry something: {ours:6.1f} MB/s of {size:.0f} MB, {met} met; "
        f"json.loads and re of the same {len(wanted.needles)} patterns {theirs:.2f} MB/s: "
        f"{ours / theirs:.0f} times\n"
    )


def write_session(folder: Path, times: int) -> int:
    """A sealed recording `times` the size of a large session; returns the bytes of its flows."""
    scene = scene_calls().begin()
    writer = RecordingWriter.create(folder, scene.session())
    choose = random.Random(times)
    pool = bodies(400, 16_000, 0.2, 7)
    streams = {stream: StreamWriter(folder, stream) for stream in Stream}
    kinds = [DataType.ANDROID_ID, DataType.IMEI, DataType.WIFI_MAC, DataType.INSTALLED_APPS]
    values = {DataType.ANDROID_ID: ANDROID_ID, DataType.IMEI: IMEI, DataType.WIFI_MAC: MAC}
    for number in range(CALLS * times):
        kind = choose.choice(kinds)
        at = 3000 + number * 50_000 / (CALLS * times)
        scene.call(at, kind, values=[values.get(kind, f"com.app{number % 60}.x")])
    written = 0
    with (folder / "flows.mitm").open("wb") as file:
        flows = FlowWriter(file)  # type: ignore[no-untyped-call]
        for number in range(FLOWS * times):
            body, packed = choose.choice(pool)
            answer, packed_answer = choose.choice(pool)
            at = 3000 + number * 50_000 / (FLOWS * times)
            flow_id = scene.flow(
                at,
                choose.choice(HOSTS),
                path=f"/v1/log?id={choose.randrange(10**9)}&os=android&lang=zh-CN",
                body=body,
                headers=_headers(packed),
                response=answer,
                response_headers=_headers(packed_answer),
            )
            assert flow_id
            flows.add(_flow(scene.exchanges.pop()))
            if file.tell() >= FLOW_BYTES * times:
                break
        written = file.tell()
    scene.end()
    for stream, appender in streams.items():
        for event in scene.streams[stream]:
            appender.append(event.body, t=event.t)
        appender.close()
    writer.close()
    seal(folder, Ed25519PrivateKey.generate())
    return written


def _headers(packed: bool) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"User-Agent", b"Dalvik/2.1.0 (Linux; U; Android 9; MI 8 Build/PKQ1.180729.001)"),
        (b"Cookie", b"sid=3f8a9c2e7d; uid=10086; lang=zh"),
        (b"X-Request-Id", b"b3f1c9d2-7a4e-4f0b-9d57-2c8f6f1e0a77"),
    ]
    return [*headers, (b"Content-Encoding", b"gzip")] if packed else headers


class Took(NamedTuple):
    """What something cost, s: of a processor, its helpers' too, and of time that passed."""

    processor: float
    time: float


def measured(work: Callable[[], object]) -> Took:
    """Do it and look at both clocks."""
    before, began = _processor(), time.perf_counter()
    work()
    return Took(_processor() - before, time.perf_counter() - began)


def _processor() -> float:
    spent = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


def read_only(folder: Path) -> None:
    """Read all events and flows of intact bytes and undo the transfer's compression, no more.

    With the same readers as an analysis, which checks the seal first too.
    """
    recording = Recording.open_intact(folder)
    for stream in Stream:
        for _ in recording.events(stream):
            pass
    for exchange in recording.exchanges():
        for data, headers in _both(exchange):
            for name, value in headers:
                if name.lower() == b"content-encoding":
                    by_content_encoding(value.decode(), data, Budget(Limits(), len(data)))


def _both(exchange: Exchange) -> Iterator[tuple[bytes, list[tuple[bytes, bytes]]]]:
    yield exchange.request_body, exchange.request_headers
    yield exchange.response_body, exchange.response_headers


def analyse_one(folder: Path, helpers: int) -> None:
    """In a process of its own: read, then analyse; print what both cost and the most memory."""
    rules = load_rules()
    made: list[Analysis] = []
    reading = measured(lambda: read_only(folder))
    judging = measured(
        lambda: made.append(analyse(Recording.open_intact(folder), rules, helpers)),
    )
    memory = sum(
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    digest = hashlib.sha256(analysis_bytes(made[0])).hexdigest()
    sys.stdout.write(f"{' '.join(map(str, (*reading, *judging, memory)))} {digest}\n")


def compare_sessions() -> None:
    """A large session and one four times as large, as the command judges them and alone."""
    took: dict[tuple[int, str], Took] = {}
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as scratch:
        for times in (1, 4):
            folder = Path(scratch) / f"session{times}"
            size = write_session(folder, times)
            sys.stdout.write(f"  {EVENTS * times:,} events, {size / 1e6:.0f} MB of flows, sealed\n")
            digests: set[str] = set()
            for how, jobs in ((ALONE, 1), (BY_DEFAULT, usual_jobs([folder]))):
                command = [sys.executable, "-m", "tests.bench.bench_detect", str(folder)]
                command.append(str(jobs - 1))
                answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                *figures, digest = answer.split()
                digests.add(digest)
                took[times, how] = _say(f"{how}, {jobs} at work", *map(float, figures))
            sys.stdout.write(f"    the same bytes: {'yes' if len(digests) == 1 else 'NO'}\n")
    for how in (ALONE, BY_DEFAULT):
        small, large = took[1, how], took[4, how]
        sys.stdout.write(
            f"  4 times the session, {how}: {large.processor / small.processor:.2f} "
            f"times the processor, {large.time / small.time:.2f} times the time\n"
        )


def _say(how: str, *figures: float) -> Took:
    reading, judging, memory = Took(*figures[:2]), Took(*figures[2:4]), figures[4]
    sys.stdout.write(
        f"    {how}: merely read and decompressed in {reading.processor:.1f} s of "
        f"processor, {reading.time:.1f} s of time; analysed in {judging.processor:.1f} s, "
        f"{judging.time:.1f} s: {judging.processor / reading.processor:.2f} times the processor, "
        f"{judging.time / reading.time:.2f} times the time; {memory:.0f} MB at most\n"
    )
    return judging


def main() -> None:
    """Print the figures."""
    sys.stdout.write("bodies searched for all forms of five identifiers\n")
    for share in (0.0, 0.2, 1.0):
        compare_bodies(share)
    sys.stdout.write("whole analysis of a recording on disk\n")
    compare_sessions()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        analyse_one(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        main()
