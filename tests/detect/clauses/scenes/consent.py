"""Sessions that ask for consent, well or badly."""

from typing import Any

from farm.model.clause import SignalId
from farm.model.expectations import Standard
from farm.model.vocabulary import DataType, Stream
from tests.detect.builders import Scene
from tests.detect.clauses.scenes.base import Build, ClauseScene, Four, blind


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


SCENES: dict[SignalId, Four] = {
    SignalId.NO_POLICY_POPUP: (no_popup, popup_in_picture, _consent(), blind),
    SignalId.PRETICKED: (
        _consent(preticked=True, has_checkbox=True),
        _consent(has_checkbox=True),
        _consent(),
        blind,
    ),
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
}
