"""Sessions for each signal: one that shows it, one that nearly does, one that would have shown
it and does not, and one that cannot tell."""

from collections.abc import Callable
from typing import Any

from farm.model.clause import SignalId
from farm.model.events import (
    CodeLoaded,
    ComponentStarted,
    Dialog,
    Expectation,
    PermissionAnswered,
    PermissionAsked,
    ProcessSeen,
    Screen,
    Searched,
    Tap,
)
from farm.model.expectations import Standard
from farm.model.session import Session
from farm.model.vocabulary import (
    ComponentKind,
    ConsentAnswer,
    DataType,
    DialogKind,
    SearchGoal,
    Stream,
)
from tests.detect.builders import ANDROID_ID, IMEI, SDK_STACK, Scene, hooks_ready, ns

CAMERA = "android.permission.CAMERA"
CONTACTS = "android.permission.READ_CONTACTS"
FINE = "android.permission.ACCESS_FINE_LOCATION"
COARSE = "android.permission.ACCESS_COARSE_LOCATION"
POLICY = "隐私政策\n" + "我们收集设备识别码（IMEI）用于安全风控，接入友盟+SDK。" * 20
Build = Callable[[DataType], Scene]


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


def _lost(scene: Scene) -> Scene:
    """The same session with its proofs of life missing: nothing unseen may be called absent."""
    scene.end(canaries=False)
    return scene


def _value(data_type: DataType) -> str:
    return {DataType.IMEI: IMEI, DataType.ANDROID_ID: ANDROID_ID}.get(data_type, "value-4f1c77a0")


def read_before(data_type: DataType) -> Scene:
    scene = ClauseScene()
    scene.call(1500, data_type, _value(data_type))
    scene.agreed()
    return scene.done()


def read_after(data_type: DataType) -> Scene:
    scene = ClauseScene().agreed()
    scene.call(8000, data_type, _value(data_type))
    return scene.done()


def sent_before(data_type: DataType, host: str = "ulogs.umeng.com") -> Scene:
    scene = ClauseScene()
    value = _value(data_type)
    scene.call(1500, data_type, value, stack=SDK_STACK)
    scene.flow(1700, host, body=b'{"id":"' + value.encode() + b'"}')
    scene.agreed()
    return scene.done()


def refused_then(data_type: DataType, at: float) -> Scene:
    scene = ClauseScene().refused()
    if at:
        scene.call(at, data_type, _value(data_type))
    return scene.done()


def withdrawn_then(data_type: DataType, at: float) -> Scene:
    scene = ClauseScene().agreed()
    scene.withdrawal(10_000)
    if at:
        scene.call(at, data_type, _value(data_type))
    return scene.done()


def quiet(data_type: DataType) -> Scene:
    return ClauseScene().agreed().done()


def refused_quiet(data_type: DataType) -> Scene:
    return refused_then(data_type, 0)


def blind(data_type: DataType) -> Scene:
    scene = ClauseScene()
    scene.canary(20_000, Stream.API, seen=False)
    return _lost(scene)


def _consent(**changes: Any) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene()
        scene.ask_consent(**changes)
        return scene.done()

    return build


def no_popup(data_type: DataType) -> Scene:
    scene = ClauseScene()
    scene.streams[Stream.UI].clear()
    scene.show(1500, "首页", "推荐")
    scene.expect(30_000, Standard.CONSENT_DIALOG_APPEARS, False)
    return scene.done()


def popup_in_picture(data_type: DataType) -> Scene:
    """No text in any hierarchy: the dialog may stand in the picture."""
    scene = ClauseScene()
    scene.streams[Stream.UI].clear()
    scene.show(1500)
    scene.expect(30_000, Standard.CONSENT_DIALOG_APPEARS, False)
    return scene.done()


def _background(read_at: float, *, watched: bool = True) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene().agreed()
        if watched:
            scene.behind(10_000, 40_000)
        scene.show(45_000, "首页")
        if read_at:
            scene.call(read_at, data_type, _value(data_type))
        return scene.done()

    return build


def _untouched(read_at: float, *, seconds: float = 50) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene().agreed()
        scene.in_front(6000, 6000 + seconds * 1000)
        if read_at:
            scene.call(read_at, data_type, _value(data_type))
        return scene.done()

    return build


def _often(times: int, *, every: float) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene().agreed()
        for number in range(times):
            scene.call(6000 + number * every, data_type, _value(data_type))
        return scene.done()

    return build


def resettable(data_type: DataType) -> Scene:
    scene = ClauseScene().agreed()
    scene.call(8000, DataType.ANDROID_ID, ANDROID_ID)
    return scene.done()


def permanent(data_type: DataType) -> Scene:
    scene = ClauseScene().agreed()
    scene.call(8000, DataType.IMEI, IMEI)
    return scene.done()


def _permission(act: Callable[[ClauseScene], None], *, hooks: bool = True) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene(hooks=("permission.request",) if hooks else ())
        act(scene)
        return scene.done()

    return build


def _asked_then_agreed(granted: bool | None) -> Callable[[ClauseScene], None]:
    def act(scene: ClauseScene) -> None:
        scene.request(1500, CAMERA)
        if granted is not None:
            scene.told(1700, CAMERA, granted)
        scene.agreed()

    return act


def _agreed_then_asked(scene: ClauseScene) -> None:
    scene.agreed()
    scene.request(9000, CAMERA)
    scene.told(9500, CAMERA, True)


def _only_agreed(scene: ClauseScene) -> None:
    scene.agreed()


def _asked_together(*permissions: str) -> Callable[[ClauseScene], None]:
    def act(scene: ClauseScene) -> None:
        scene.agreed()
        scene.request(9000, *permissions)

    return act


def _denied(
    *,
    again: float = 0,
    title: str = "要允许拍照吗？",
    tapped: bool = False,
    restarted: bool = False,
    quits: float = 0,
    tried: Standard | None = None,
    shown_between: bool = True,
    times: int = 1,
) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene().agreed()
        for number in range(times):
            scene.ask_permission(10_000 + number * 1000)
            scene.answer_permission(10_500 + number * 1000, allowed=False)
        if shown_between:
            scene.show(14_000, "首页")
        if quits:
            body = ProcessSeen(pid=100, process=scene.package, state="exited")
            scene.add(Stream.API, quits, body)
        if restarted:
            scene.restart(16_000)
            scene.canary(16_300, Stream.API)
            scene.canary(16_300, Stream.NETWORK)
        if tapped:
            scene.tap(17_000, "拍照")
        if again:
            scene.ask_permission(again, title)
        if tried is not None:
            scene.expect(40_000, tried, True)
        return scene.done()

    return build


def _tried(name: Standard, held: bool, *, refuse: bool = False) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene()
        (scene.refused if refuse else scene.agreed)()
        scene.expect(20_000, name, held)
        return scene.done()

    return build


def _near(name: str) -> Build:
    """An expectation of the lab's own with a similar name."""

    def build(data_type: DataType) -> Scene:
        scene = ClauseScene().agreed()
        scene.add(Stream.UI, 20_000, Expectation(name=f"{name}_maybe", held=False))
        return scene.done()

    return build


def _components(act: Callable[[ClauseScene], None], *, hooks: bool = True) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene(hooks=("component.start", "code.load") if hooks else ())
        scene.agreed()
        scene.behind(10_000, 40_000)
        act(scene)
        return scene.done()

    return build


def _starts(component: ComponentKind, target: str, **changes: Any) -> Build:
    return _components(lambda scene: scene.start(20_000, component, target, **changes))


def _nothing(scene: ClauseScene) -> None:
    """A session in which nothing more happens."""


def _policy(*, read: DataType, shown: bool = True) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene().agreed()
        if shown:
            scene.show(7000, POLICY)
        scene.call(9000, read, _value(read))
        return scene.done()

    return build


def _third_party(domain: str, *, shown: bool = True, sent: bool = True) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene()
        if sent:
            scene.call(1500, DataType.IMEI, IMEI, stack=["com.bytedance.sdk.openadsdk.A.a(A.java)"])
            scene.flow(1700, domain, body=b'{"id":"' + IMEI.encode() + b'"}')
        scene.agreed()
        if shown:
            scene.show(7000, POLICY)
        return scene.done()

    return build


def _scope(read: DataType, category: str) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene(category=category).agreed()
        scene.call(9000, read, _value(read))
        return scene.done()

    return build


_OWN = "com.example.eager"
_OTHER = "com.other.app"

# signal -> (shows it, nearly shows it, would have shown it, cannot tell)
SCENES: dict[SignalId, tuple[Build, Build, Build, Build]] = {
    SignalId.API_BEFORE_CONSENT: (read_before, read_after, quiet, blind),
    SignalId.FLOW_BEFORE_CONSENT: (sent_before, read_before, quiet, blind),
    SignalId.COLLECT_AFTER_REFUSAL: (
        lambda kind: refused_then(kind, 9000),
        lambda kind: refused_then(kind, 5050),  # while the tap was on its way
        refused_quiet,
        quiet,
    ),
    SignalId.COLLECTS_AFTER_WITHDRAWAL: (
        lambda kind: withdrawn_then(kind, 14_000),
        lambda kind: withdrawn_then(kind, 10_500),  # while the withdrawal was on its way
        lambda kind: withdrawn_then(kind, 0),
        quiet,
    ),
    SignalId.THIRD_PARTY_RECEIVES: (
        sent_before,
        lambda kind: sent_before(kind, "api.eager.example"),  # the developer's own
        quiet,
        blind,
    ),
    SignalId.NO_POLICY_POPUP: (no_popup, popup_in_picture, _consent(), blind),
    SignalId.PRETICKED: (
        _consent(preticked=True, has_checkbox=True),
        _consent(has_checkbox=True),
        _consent(),
        blind,
    ),
    SignalId.NO_REFUSE_BUTTON: (
        _consent(decline_text=""),
        _consent(decline_text="", second_stage=True),
        _consent(),
        blind,
    ),
    SignalId.OK_ONLY_BUTTON: (
        _consent(accept_text="知道了", acknowledge_only=True),
        _consent(accept_text="同意"),
        _consent(),
        blind,
    ),
    SignalId.BACKGROUND_COLLECTION: (
        _background(20_000),
        _background(43_000),  # on its way back: not certainly behind
        _background(0),
        _background(0, watched=False),
    ),
    SignalId.SILENT_COLLECTION: (
        _untouched(50_000),
        _untouched(12_000),  # soon after a tap
        _untouched(0),
        _untouched(0, seconds=20),
    ),
    SignalId.FREQUENCY_OVER_NEED: (
        _often(4, every=5000),
        _often(2, every=29_000),
        _often(0, every=1),
        blind,
    ),
    SignalId.IMMUTABLE_IDENTIFIER: (permanent, resettable, quiet, blind),
    SignalId.PERMISSION_BEFORE_CONSENT: (
        _permission(_asked_then_agreed(True)),
        _permission(_asked_then_agreed(False)),
        _permission(_agreed_then_asked),
        _permission(_nothing, hooks=False),
    ),
    SignalId.PERMISSION_ASKED_BEFORE_CONSENT: (
        _permission(_asked_then_agreed(None)),
        _permission(_agreed_then_asked),
        _permission(_only_agreed),
        _permission(_nothing, hooks=False),
    ),
    SignalId.BUNDLE_REQUEST: (
        _permission(_asked_together(CAMERA, CONTACTS)),
        _permission(_asked_together(FINE, COARSE)),  # one group
        _permission(_asked_together(CAMERA)),
        _permission(_nothing, hooks=False),
    ),
    SignalId.REPEAT_AFTER_DENIAL: (
        _denied(again=18_000),
        _denied(again=18_000, tapped=True),  # the user asked for it
        _denied(tried=Standard.NOT_ASKED_AGAIN_AFTER_DENIAL),
        quiet,
    ),
    SignalId.REPEAT_NEXT_START: (
        _denied(again=18_000, restarted=True),
        _denied(again=18_000, restarted=True, title="要允许读取联系人吗？"),
        _denied(restarted=True),
        _denied(),
    ),
    SignalId.EXIT_ON_DENIAL: (
        _denied(quits=12_000),
        _denied(quits=30_000),
        _denied(tried=Standard.STAYS_AFTER_PERMISSION_DENIED),
        quiet,
    ),
    SignalId.PROMPT_LOOP_ON_DENIAL: (
        _denied(times=3),
        _denied(times=2),
        _denied(),
        quiet,
    ),
    SignalId.STARTS_OTHER_APP: (
        _starts(ComponentKind.SERVICE, _OTHER),
        _starts(ComponentKind.ACTIVITY, _OTHER),  # a screen that the user opened
        _starts(ComponentKind.SERVICE, _OWN),
        _components(_nothing, hooks=False),
    ),
    SignalId.BACKGROUND_START: (
        _starts(ComponentKind.RECEIVER, _OWN, by_app=False, background=True, reason="BOOT"),
        _starts(ComponentKind.RECEIVER, _OWN, by_app=False),
        _components(_nothing),
        _components(_nothing, hooks=False),
    ),
    SignalId.FOREIGN_CODE: (
        _components(lambda scene: scene.load(20_000, installed=False)),
        _components(lambda scene: scene.load(20_000, installed=True)),
        _components(_nothing),
        _components(_nothing, hooks=False),
    ),
    SignalId.ITEM_NOT_IN_POLICY: (
        _policy(read=DataType.CONTACTS),
        _policy(read=DataType.IMEI),
        _policy(read=DataType.IMEI),
        _policy(read=DataType.CONTACTS, shown=False),
    ),
    SignalId.SDK_NOT_IN_POLICY: (
        _third_party("pangolin-sdk-toutiao.com"),
        _third_party("api.eager.example", sent=False),
        _third_party("api.eager.example", sent=False),
        _third_party("pangolin-sdk-toutiao.com", shown=False),
    ),
    SignalId.OUTSIDE_NECESSARY_SCOPE: (
        _scope(DataType.CONTACTS, "地图导航类"),
        _scope(DataType.LOCATION, "地图导航类"),
        _scope(DataType.LOCATION, "maps and navigation"),
        _scope(DataType.CONTACTS, ""),
    ),
}

_TRIED = {
    SignalId.UNUSABLE_AFTER_DECLINE: Standard.USABLE_AFTER_DECLINE,
    SignalId.NAGGED_AFTER_DECLINE: Standard.NOT_NAGGED_AFTER_DECLINE,
    SignalId.UNUSABLE_AFTER_DENIAL: Standard.USABLE_AFTER_PERMISSION_DENIED,
    SignalId.REPEAT_WITHIN_48_HOURS: Standard.NOT_ASKED_AGAIN_WITHIN_48_HOURS,
    SignalId.REQUEST_WITHOUT_FEATURE: Standard.NO_PERMISSION_WITHOUT_FEATURE,
    SignalId.REQUEST_WITHOUT_PURPOSE: Standard.PERMISSION_PURPOSE_TOLD,
    SignalId.SELF_START: Standard.NO_SELF_START,
    SignalId.ASSOCIATED_START: Standard.NO_ASSOCIATED_START,
    SignalId.POLICY_DEEPER_THAN_FOUR_TAPS: Standard.POLICY_WITHIN_FOUR_TAPS,
    SignalId.POLICY_UNREADABLE: Standard.POLICY_READABLE,
    SignalId.NO_ACCOUNT_DELETION: Standard.ACCOUNT_DELETION_WITHIN_FOUR_TAPS,
    SignalId.NO_WITHDRAWAL: Standard.CONSENT_CAN_BE_WITHDRAWN,
    SignalId.NO_ADVERTISING_OPT_OUT: Standard.PERSONALISED_ADS_CAN_BE_SWITCHED_OFF,
    SignalId.NO_PUSH_OPT_OUT: Standard.TARGETED_PUSH_CAN_BE_SWITCHED_OFF,
    SignalId.PERMISSION_CHANGED_ON_UPDATE: Standard.PERMISSIONS_KEPT_ON_UPGRADE,
    SignalId.POLICY_CHANGE_NOT_NOTIFIED: Standard.CONSENT_ASKED_AFTER_POLICY_CHANGE,
    SignalId.NO_GUEST_MODE: Standard.GUEST_MODE_OFFERED,
    SignalId.NO_CONTACT: Standard.CONTACT_FOR_COMPLAINTS_SHOWN,
    SignalId.WINDOW_CANNOT_BE_CLOSED: Standard.INFORMATION_WINDOW_CAN_BE_CLOSED,
    SignalId.FORCED_UPDATE: Standard.UPDATE_CAN_BE_POSTPONED,
}
_SOUGHT = {
    SignalId.POLICY_NOT_FOUND: SearchGoal.POLICY,
    SignalId.ACCOUNT_DELETION_NOT_FOUND: SearchGoal.ACCOUNT_DELETION,
    SignalId.WITHDRAWAL_NOT_FOUND: SearchGoal.WITHDRAWAL,
    SignalId.ADVERTISING_SWITCH_NOT_FOUND: SearchGoal.ADVERTISING,
    SignalId.PUSH_SWITCH_NOT_FOUND: SearchGoal.PUSH,
}


def _sought(goal: SearchGoal, *, found: bool, asked: bool = True) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene().agreed()
        body = Searched(
            goal=goal,
            found=found,
            asked=asked,
            deepest=7,
            screens=9,
            followed=["我的", "设置"],
            ended="found" if found else "everything followed",
        )
        scene.add(Stream.UI, 20_000, body)
        return scene.done()

    return build


for _signal, _goal in _SOUGHT.items():
    SCENES[_signal] = (
        _sought(_goal, found=False),
        _sought(_goal, found=False, asked=False),  # out of curiosity
        _sought(_goal, found=True),
        quiet,
    )
_AFTER_REFUSAL = {SignalId.UNUSABLE_AFTER_DECLINE, SignalId.NAGGED_AFTER_DECLINE}
for _signal, _name in _TRIED.items():
    _refuse = _signal in _AFTER_REFUSAL
    SCENES[_signal] = (
        _tried(_name, False, refuse=_refuse),
        _near(str(_name)),
        _tried(_name, True, refuse=_refuse),
        quiet,
    )
