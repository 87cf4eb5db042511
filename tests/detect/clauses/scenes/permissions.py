"""Sessions that ask for permissions: early, at once, again, by force."""

from collections.abc import Callable

from farm.model.clause import SignalId
from farm.model.events import ProcessSeen
from farm.model.expectations import Standard
from farm.model.vocabulary import DataType, Stream
from tests.detect.builders import Scene
from tests.detect.clauses.scenes.base import Build, ClauseScene, Four, quiet

CAMERA = "android.permission.CAMERA"
CONTACTS = "android.permission.READ_CONTACTS"
FINE = "android.permission.ACCESS_FINE_LOCATION"
COARSE = "android.permission.ACCESS_COARSE_LOCATION"


def _nothing(scene: ClauseScene) -> None:
    """A session in which nothing more happens."""


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


SCENES: dict[SignalId, Four] = {
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
}
