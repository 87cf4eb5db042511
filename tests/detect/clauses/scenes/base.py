"""What the sessions of this folder are made of: one with everything in place that clauses need."""

from collections.abc import Callable
from typing import Any

from farm.model.events import (
    CodeLoaded,
    ComponentStarted,
    Dialog,
    Expectation,
    PermissionAnswered,
    PermissionAsked,
    Screen,
    Tap,
)
from farm.model.expectations import Standard
from farm.model.session import Session
from farm.model.vocabulary import ComponentKind, ConsentAnswer, DataType, DialogKind, Stream
from tests.detect.builders import ANDROID_ID, IMEI, Scene, hooks_ready, ns

Build = Callable[[DataType], Scene]
Four = tuple[Build, Build, Build, Build]
"""Sessions that show a signal, nearly show it, would have shown it, and cannot tell."""


class ClauseScene(Scene):
    """A session with everything in place that clauses may need, for the scene to break."""

    def __init__(self, *, category: str = "", hooks: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.category = category
        installed = ["telephony.imei", "settings.secure", "net.mac"]
        self.begin(hooks=hooks_ready(installed=[*installed, *hooks]))

    def session(self) -> Session:
        made = super().session()
        if not self.category:
            return made
        fields = {name: getattr(made, name) for name in made.__struct_fields__}
        return Session(**(fields | {"options": {"category": self.category}}))

    def show(self, at: float, *texts: str, package: str = "") -> None:
        body = Screen(
            package=package or self.package, activity="A", fingerprint=str(at), texts=list(texts)
        )
        self.add(Stream.UI, at, body)

    def ask_consent(self, at: float = 2000, **changes: Any) -> None:
        fields: dict[str, Any] = {
            "dialog": DialogKind.PRIVACY_CONSENT,
            "title": "隐私政策",
            "accept_text": "同意",
            "decline_text": "不同意",
        }
        self.show(at - 100, "请阅读隐私政策", "同意", "不同意")
        self.add(Stream.UI, at, Dialog(**(fields | changes)))

    def agreed(self, at: float = 5000) -> "ClauseScene":
        self.ask_consent(at - 3000)
        self.answer(at, ConsentAnswer.ACCEPT)
        self.show(at + 900, "首页")
        return self

    def refused(self, at: float = 5000) -> "ClauseScene":
        self.ask_consent(at - 3000)
        self.answer(at, ConsentAnswer.DECLINE)
        self.show(at + 900, "首页")
        return self

    def expect(self, at: float, name: Standard, held: bool) -> None:
        self.add(Stream.UI, at, Expectation(name=name, held=held, detail="tried"))

    def ask_permission(self, at: float, title: str = "要允许拍照吗？") -> None:
        self.add(Stream.UI, at, Dialog(dialog=DialogKind.PERMISSION, title=title))

    def answer_permission(self, at: float, *, allowed: bool) -> None:
        body = Tap(
            x=1,
            y=1,
            text="拒绝",
            sent=ns(at),
            confirmed=ns(at + 50),
            dialog=DialogKind.PERMISSION,
            allowed=allowed,
        )
        self.add(Stream.UI, at + 50, body)

    def request(self, at: float, *permissions: str) -> None:
        body = PermissionAsked(permissions=list(permissions), way="request", pid=100, tid=1)
        self.add(Stream.API, at, body)

    def told(self, at: float, permission: str, granted: bool) -> None:
        body = PermissionAnswered(permissions=[permission], granted=[granted], pid=100, tid=1)
        self.add(Stream.API, at, body)

    def start(self, at: float, component: ComponentKind, target: str, **changes: Any) -> None:
        fields: dict[str, Any] = {
            "component": component,
            "name": f"{target}/.Part",
            "by_app": True,
            "target_package": target,
            "pid": 100,
            "tid": 1,
        }
        self.add(Stream.API, at, ComponentStarted(**(fields | changes)))

    def load(self, at: float, *, installed: bool) -> None:
        body = CodeLoaded(
            way="DexClassLoader", path="/data/x.dex", installed=installed, pid=100, tid=1
        )
        self.add(Stream.API, at, body)

    def behind(self, start: float, end: float) -> None:
        """Another app is in front, seen every five seconds."""
        at = start
        while at <= end:
            self.show(at, "桌面", package="com.android.launcher")
            at += 5000

    def in_front(self, start: float, end: float) -> None:
        at = start
        while at <= end:
            self.show(at, "首页")
            at += 5000

    def done(self) -> "ClauseScene":
        # With an answer there is a canary every so often, as sessions send them.
        for recorder in (Stream.API, Stream.NETWORK):
            self.canary(30_000, recorder)
        self.end()
        return self


def value_of(data_type: DataType) -> str:
    """What a read of this kind hands over."""
    return {DataType.IMEI: IMEI, DataType.ANDROID_ID: ANDROID_ID}.get(data_type, "value-4f1c77a0")


def quiet(data_type: DataType) -> Scene:
    """The user agrees, and nothing else happens."""
    return ClauseScene().agreed().done()


def blind(data_type: DataType) -> Scene:
    """Proofs of life are missing: nothing unseen may be called absent."""
    scene = ClauseScene()
    scene.canary(20_000, Stream.API, seen=False)
    scene.end(canaries=False)
    return scene
