"""Sessions in which a scenario tried something out, or looked for it."""

from farm.model.clause import SignalId
from farm.model.events import Expectation, Searched
from farm.model.expectations import Standard
from farm.model.vocabulary import DataType, SearchGoal, Stream
from tests.detect.builders import Scene
from tests.detect.clauses.scenes.base import Build, ClauseScene, Four, quiet

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
_AFTER_REFUSAL = {SignalId.UNUSABLE_AFTER_DECLINE, SignalId.NAGGED_AFTER_DECLINE}


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


def _four_tried(signal: SignalId, name: Standard) -> Four:
    refuse = signal in _AFTER_REFUSAL
    return (
        _tried(name, False, refuse=refuse),
        _near(str(name)),
        _tried(name, True, refuse=refuse),
        quiet,
    )


def _four_sought(goal: SearchGoal) -> Four:
    return (
        _sought(goal, found=False),
        _sought(goal, found=False, asked=False),  # out of curiosity
        _sought(goal, found=True),
        quiet,
    )


SCENES: dict[SignalId, Four] = {
    **{signal: _four_tried(signal, name) for signal, name in _TRIED.items()},
    **{signal: _four_sought(goal) for signal, goal in _SOUGHT.items()},
}
