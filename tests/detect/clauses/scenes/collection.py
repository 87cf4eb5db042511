"""Sessions that collect: before consent, after a refusal, in the background, too often."""

from farm.model.clause import SignalId
from farm.model.vocabulary import DataType
from tests.detect.builders import ANDROID_ID, IMEI, SDK_STACK, Scene
from tests.detect.clauses.scenes.base import Build, ClauseScene, Four, blind, quiet, value_of


def read_before(data_type: DataType) -> Scene:
    scene = ClauseScene()
    scene.call(1500, data_type, value_of(data_type))
    scene.agreed()
    return scene.done()


def read_after(data_type: DataType) -> Scene:
    scene = ClauseScene().agreed()
    scene.call(8000, data_type, value_of(data_type))
    return scene.done()


def sent_before(data_type: DataType, host: str = "ulogs.umeng.com") -> Scene:
    scene = ClauseScene()
    value = value_of(data_type)
    scene.call(1500, data_type, value, stack=SDK_STACK)
    scene.flow(1700, host, body=b'{"id":"' + value.encode() + b'"}')
    scene.agreed()
    return scene.done()


def refused_then(data_type: DataType, at: float) -> Scene:
    scene = ClauseScene().refused()
    if at:
        scene.call(at, data_type, value_of(data_type))
    return scene.done()


def withdrawn_then(data_type: DataType, at: float) -> Scene:
    scene = ClauseScene().agreed()
    scene.withdrawal(10_000)
    if at:
        scene.call(at, data_type, value_of(data_type))
    return scene.done()


def refused_quiet(data_type: DataType) -> Scene:
    return refused_then(data_type, 0)


def _background(read_at: float, *, watched: bool = True) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene().agreed()
        if watched:
            scene.behind(10_000, 40_000)
        scene.show(45_000, "首页")
        if read_at:
            scene.call(read_at, data_type, value_of(data_type))
        return scene.done()

    return build


def _untouched(read_at: float, *, seconds: float = 50) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene().agreed()
        scene.in_front(6000, 6000 + seconds * 1000)
        if read_at:
            scene.call(read_at, data_type, value_of(data_type))
        return scene.done()

    return build


def _often(times: int, *, every: float) -> Build:
    def build(data_type: DataType) -> Scene:
        scene = ClauseScene().agreed()
        for number in range(times):
            scene.call(6000 + number * every, data_type, value_of(data_type))
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


SCENES: dict[SignalId, Four] = {
    SignalId.API_BEFORE_CONSENT: (read_before, read_after, quiet, blind),
    SignalId.FLOW_BEFORE_CONSENT: (sent_before, read_before, quiet, blind),
    SignalId.COLLECT_AFTER_REFUSAL: (
        lambda kind: refused_then(kind, 9000),
        lambda kind: refused_then(kind, 5050),  # while the tap was on its way
        refused_quiet,
        quiet,
    ),
    SignalId.FLOW_BEFORE_CONSENT: (sent_before, read_before, quiet, blind),
    SignalId.COLLECT_AFTER_REFUSAL: (
        lambda kind: refused_then(kind, 9000),
        lambda kind: refused_then(kind, 5050),  # while the tap was on its way
        refused_quiet,
        quiet,
    ),
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
}
