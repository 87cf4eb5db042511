"""Sessions that start other apps, wake up behind the user's back, or load code from elsewhere."""

from collections.abc import Callable
from typing import Any

from farm.model.clause import SignalId
from farm.model.vocabulary import ComponentKind, DataType
from tests.detect.builders import Scene
from tests.detect.clauses.scenes.base import Build, ClauseScene, Four

_OWN = "com.example.eager"
_OTHER = "com.other.app"


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


SCENES: dict[SignalId, Four] = {
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
}
