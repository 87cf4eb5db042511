"""Builds synthetic sessions: a few verbs that append events as the recorders would."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from farm.detect.judge import judge
from farm.detect.rules import Rules, load_rules
from farm.model.events import (
    AnyBody,
    Blob,
    Call,
    Canary,
    Connected,
    Dialog,
    Event,
    HooksReady,
    Launched,
    PhoneIdentity,
    ProcessSeen,
    Request,
    Response,
    Restarted,
    Screen,
    Started,
    Stopped,
    Tap,
    Touched,
    Transform,
    Withdrawn,
)
from farm.model.exchange import Exchange, Message
from farm.model.finding import Analysis
from farm.model.session import FORMAT_VERSION, App, ClockFit, DeviceInfo, Session
from farm.model.vocabulary import (
    AccessMode,
    ConsentAnswer,
    DataType,
    DialogKind,
    Outcome,
    Stream,
    TransformKind,
)

PARTIES = Path(__file__).parent / "data" / "parties.yaml"
BASE = 1_700_000_000_000_000_000
MS = 1_000_000
IMEI = "861536030196001"
OTHER_IMEI = "868030041234567"
ANDROID_ID = "3f9c1d2be47a5086"
MAC = "A4:50:46:1F:7C:E9"
PHONE_OFFSET = 37_000 * MS  # the phone's clock is 37 s ahead

APP_STACK = ["com.example.eager.Main.onCreate(Main.java:12)", "android.app.Activity.performCreate"]
SDK_STACK = ["com.umeng.commonsdk.Tool.id(Tool.java:3)", *APP_STACK]

_APIS: dict[DataType, tuple[str, str, str]] = {
    DataType.IMEI: ("telephony.imei", "android.telephony.TelephonyManager", "getDeviceId"),
    DataType.ANDROID_ID: ("settings.secure", "android.provider.Settings$Secure", "getString"),
    DataType.WIFI_MAC: ("net.mac", "java.net.NetworkInterface", "getHardwareAddress"),
}


class Scene:
    """One session under construction. Times are host milliseconds after its creation."""

    def __init__(self, *, package: str = "com.example.eager", clock_bound_ms: float = 5) -> None:
        self.package = package
        self.clock: ClockFit | None = ClockFit(
            reference_ns=BASE + PHONE_OFFSET,
            offset_ns=PHONE_OFFSET,
            drift_ppm=0.0,
            bound_ns=int(clock_bound_ms * MS),
            drift_bound_ppm=1.0,
            first_ns=BASE + PHONE_OFFSET,
            last_ns=BASE + PHONE_OFFSET + 100_000 * MS,
            samples=5,
        )
        self.outcome: Outcome | None = Outcome.COMPLETE
        self.reason = ""
        self.ended = 60_000
        self.streams: dict[Stream, list[Event]] = {stream: [] for stream in Stream}
        self.exchanges: list[Exchange] = []
        self.tells_connections = False  # hooks tell of the connection behind each flow
        self._flows = 0

    def add(self, stream: Stream, at: float, body: AnyBody) -> Event:
        t = BASE + int(at * MS) + (PHONE_OFFSET if stream is Stream.API else 0)
        event = Event(stream=stream, n=len(self.streams[stream]), t=t, body=body)
        self.streams[stream].append(event)
        return event

    def begin(self, at: float = 1000, *, hooks: HooksReady | None = None) -> "Scene":
        """Recorders start, a network canary, the app is launched with its hooks in place."""
        self.add(Stream.API, 0, Started())
        self.add(Stream.NETWORK, 0, Started())
        self.canary(at - 500, Stream.NETWORK, when="start")
        self.add(Stream.API, at - 1, hooks or hooks_ready())
        self.add(
            Stream.DEVICE,
            at,
            Launched(package=self.package, pid=100, sent=ns(at), confirmed=ns(at + 2)),
        )
        self.screen(at + 300)
        self.canary(at + 20, Stream.API, when="start")
        return self

    def end(self, at: float = 59_000, *, canaries: bool = True) -> "Scene":
        if canaries:
            self.canary(at - 200, Stream.API, when="end")
            self.canary(at - 100, Stream.NETWORK, when="end")
        self.add(Stream.API, at, Stopped())
        self.add(Stream.NETWORK, at, Stopped())
        self.ended = int(at)
        return self

    def canary(
        self, at: float, recorder: Stream, *, seen: bool = True, when: str = "periodic"
    ) -> None:
        body = Canary(recorder=recorder, token=f"{at}", sent=ns(at), seen=seen, when=when)
        self.add(Stream.DEVICE, at + 5, body)

    def screen(self, at: float, texts: Sequence[str] = ()) -> None:
        name = f"s{int(at)}.png"
        body = Screen(
            package=self.package,
            activity="Main",
            fingerprint="f",
            screenshot_file=name,
            texts=list(texts),
        )
        self.add(Stream.UI, at, body)

    def dialog(self, at: float = 2000) -> None:
        body = Dialog(
            dialog=DialogKind.PRIVACY_CONSENT,
            title="用户协议与隐私政策",
            accept_text="同意",
            decline_text="不同意",
            reasons=["title"],
            screenshot_file="dialog.png",
        )
        self.add(Stream.UI, at, body)

    def answer(self, at: float, answer: ConsentAnswer, *, takes: float = 100) -> None:
        """Tap on the dialog's button, with canaries on both sides as a session sends them."""
        for recorder in (Stream.API, Stream.NETWORK):
            self.canary(at - 300, recorder, when="before_answer")
        self.tap(at, "同意", DialogKind.PRIVACY_CONSENT, answer=answer, takes=takes)
        for recorder in (Stream.API, Stream.NETWORK):
            self.canary(at + takes + 300, recorder, when="after_answer")

    def tap(
        self,
        at: float,
        text: str,
        dialog: DialogKind = DialogKind.NONE,
        *,
        answer: ConsentAnswer | None = None,
        takes: float = 100,
    ) -> None:
        body = Tap(
            x=1,
            y=1,
            text=text,
            sent=ns(at),
            confirmed=ns(at + takes),
            dialog=dialog,
            answer=answer,
        )
        self.add(Stream.UI, at + takes, body)

    def touched(self, at: float, *, x: int = 1, y: int = 1, pid: int = 100) -> Event:
        """A finger reached the app: where `tap` puts it, unless told otherwise."""
        return self.add(Stream.API, at, Touched(x=x, y=y, pid=pid, tid=1, process=self.package))

    def withdrawal(self, at: float, *, takes: float = 1000) -> None:
        """The consent is withdrawn inside the app, which shows that it is so."""
        body = Withdrawn(
            way=["设置", "撤回同意"], shown="已撤回", sent=ns(at), confirmed=ns(at + takes)
        )
        self.add(Stream.UI, at + takes, body)

    def restart(self, at: float, pid: int = 101) -> None:
        self.add(
            Stream.API, at - 200, ProcessSeen(pid=pid - 1, process=self.package, state="exited")
        )
        self.add(Stream.API, at - 1, hooks_ready(pid))
        body = Restarted(package=self.package, pid=pid, sent=ns(at), confirmed=ns(at + 2))
        self.add(Stream.DEVICE, at, body)

    def call(
        self,
        at: float,
        data_type: DataType = DataType.IMEI,
        value: str | None = IMEI,
        *,
        stack: Sequence[str] = tuple(APP_STACK),
        error: str | None = None,
        values: list[str] | None = None,
        result: str | None = None,
        pid: int = 100,
    ) -> Event:
        default = ("any.api", "android.any.Api", "get")
        api, class_name, method = _APIS.get(data_type, default)
        body = Call(
            api=api,
            data_type=data_type,
            class_name=class_name,
            method=method,
            arguments=[],
            result=value if result is None else result,
            error=error,
            values=values if values is not None else [value] if value is not None else [],
            stack=list(stack),
            pid=pid,
            tid=1,
            process=self.package,
        )
        return self.add(Stream.API, at, body)

    def flow(
        self,
        at: float,
        host: str,
        *,
        path: str = "/collect",
        body: bytes = b"",
        headers: Sequence[tuple[bytes, bytes]] = (),
        takes: float = 5,
        messages: Sequence[Message] = (),
        stored: bool = True,
        response: bytes = b"",
        response_headers: Sequence[tuple[bytes, bytes]] = (),
        client_random: bytes = b"",
        address: str = "",
    ) -> str:
        self._flows += 1
        flow_id = f"flow{self._flows}"
        method = "POST" if body else "GET"
        if self.tells_connections and not client_random:
            client_random = hashlib.sha256(flow_id.encode()).digest()
            self.connected(at - 20, client_random)
        request = Request(
            flow_id=flow_id,
            method=method,
            scheme="https",
            host=host,
            port=443,
            path=path,
            http_version="HTTP/1.1",
            body_size=len(body),
            started=ns(at),
            client_random=client_random,
            address=address,
        )
        self.add(Stream.NETWORK, at + takes, request)
        if response:
            answered = Response(flow_id=flow_id, status=200, body_size=len(response))
            self.add(Stream.NETWORK, at + takes + 20, answered)
        if stored:
            self.exchanges.append(
                Exchange(
                    flow_id=flow_id,
                    started=ns(at),
                    method=method,
                    scheme="https",
                    host=host,
                    port=443,
                    path=path,
                    request_headers=list(headers),
                    request_body=body,
                    status=200,
                    response_headers=list(response_headers),
                    response_body=response,
                    messages=list(messages),
                )
            )
        return flow_id

    def identity(
        self, data_type: DataType, value: str, *, how: str = "seeded", name: str = ""
    ) -> Event:
        """The farm planted a value on the phone, or asked for it, before the app ran."""
        body = PhoneIdentity(data_type=data_type, value=value, how=how, name=name)
        return self.add(Stream.DEVICE, 100, body)

    def transform(
        self,
        at: float,
        operation: TransformKind,
        algorithm: str,
        data: bytes,
        output: bytes,
        *,
        direction: str = "",
        sample: int = 4096,
        pid: int = 100,
        stack: Sequence[str] = tuple(APP_STACK),
    ) -> Event:
        """The app put bytes through an operation; `sample` bytes of each side are recorded."""
        body = Transform(
            operation=operation,
            algorithm=algorithm,
            direction=direction,
            input=_blob(data, sample),
            output=_blob(output, sample),
            stack=list(stack),
            pid=pid,
            tid=1,
            process=self.package,
        )
        return self.add(Stream.API, at, body)

    def connected(
        self,
        at: float,
        client_random: bytes,
        *,
        pid: int = 100,
        stack: Sequence[str] = tuple(APP_STACK),
    ) -> Event:
        """A process of the app opened a TLS connection."""
        body = Connected(
            socket="socket-7",
            transport="tcp",
            address="127.0.0.1",
            port=8080,
            client_random=client_random,
            stack=list(stack),
            pid=pid,
            tid=4,
            process=self.package,
        )
        return self.add(Stream.API, at, body)

    def session(self) -> Session:
        return Session(
            format_version=FORMAT_VERSION,
            session_id="session-1",
            app=App(
                package=self.package,
                label="Eager",
                version_name="1.2.3",
                version_code=123,
                target_sdk=28,
                apk_sha256="a" * 64,
                signer_sha256="b" * 64,
                main_activity=f"{self.package}.Main",
            ),
            device=DeviceInfo(
                serial="127.0.0.1:6001",
                manufacturer="Xiaomi",
                brand="Xiaomi",
                model="MI 8",
                device="dipper",
                android_version="9",
                sdk=28,
                abi="arm64-v8a",
                build_fingerprint="Xiaomi/dipper/dipper:9/PKQ1/V12:user/release-keys",
                screen=(1080, 2248),
                profile="xiaomi-mi8-android9-su",
                access=AccessMode.SU,
            ),
            scenario="launch_idle",
            scenario_sha256="c" * 64,
            created=BASE,
            ended=ns(self.ended),
            clock=self.clock,
            versions={"farm": "0.1.0"},
            outcome=self.outcome,
            reason=self.reason,
        )

    def judge(self, rules: Rules | None = None) -> Analysis:
        return judge(
            self.session(), self.streams, self.exchanges, rules or load_rules(PARTIES), "d" * 64
        )


def _blob(data: bytes, sample: int) -> Blob:
    digest = hashlib.sha256(data).hexdigest()
    return Blob(sha256=digest, size=len(data), sample=data[:sample])


def ns(at: float) -> int:
    return BASE + int(at * MS)


def hooks_ready(pid: int = 100, **changes: Any) -> HooksReady:
    fields: dict[str, Any] = {
        "pid": pid,
        "process": "com.example.eager",
        "early": True,
        "bundle_sha256": "e" * 64,
        "installed": ["telephony.imei", "settings.secure", "net.mac"],
    }
    return HooksReady(**(fields | changes))
