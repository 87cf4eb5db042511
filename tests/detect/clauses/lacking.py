"""Takes one kind of evidence out of a session and leaves the rest as it was."""

from collections.abc import Callable

import msgspec

from farm.detect.clauses.needs import Need
from farm.model.events import (
    AnyBody,
    Canary,
    Dialog,
    Expectation,
    HooksReady,
    PermissionAnswered,
    Restarted,
    Screen,
    Searched,
    Tap,
    Withdrawn,
)
from farm.model.expectations import Standard
from farm.model.vocabulary import ConsentAnswer, DialogKind, SearchGoal
from tests.detect.builders import Scene
from tests.detect.clauses.scenes.base import ClauseScene

Change = Callable[[Scene, AnyBody], AnyBody | None]
"""What becomes of an event's body; None takes the event out."""

_LONG = 300


def without(scene: Scene, need: Need | Standard | SearchGoal) -> Scene:
    """The session as a recorder would have left it that never saw this."""
    if need is Need.CATEGORY and isinstance(scene, ClauseScene):
        scene.category = ""
        return scene
    change = _change(need)
    for stream, events in scene.streams.items():
        kept = [(event, change(scene, event.body)) for event in events]
        # Ordinals without a hole: nothing was lost, it was never there.
        scene.streams[stream] = [
            msgspec.structs.replace(event, n=n, body=body)
            for n, (event, body) in enumerate(
                (event, body) for event, body in kept if body is not None
            )
        ]
    return scene


def _change(need: Need | Standard | SearchGoal) -> Change:
    if isinstance(need, Standard):
        return _drop(lambda _, body: isinstance(body, Expectation) and body.name == need)
    if isinstance(need, SearchGoal):
        return _drop(lambda _, body: isinstance(body, Searched) and body.goal is need)
    return _CHANGES[need]


def _drop(found: Callable[[Scene, AnyBody], bool]) -> Change:
    return lambda scene, body: None if found(scene, body) else body


def _answered(answer: ConsentAnswer) -> Change:
    return _drop(lambda _, body: isinstance(body, Tap) and body.answer is answer)


def _unhooked(prefix: str) -> Change:
    def change(scene: Scene, body: AnyBody) -> AnyBody:
        if not isinstance(body, HooksReady):
            return body
        left = [one for one in body.installed if not one.startswith(prefix)]
        return msgspec.structs.replace(body, installed=left)

    return change


def _pictures_only(scene: Scene, body: AnyBody) -> AnyBody:
    if isinstance(body, Screen) and body.package == scene.package:
        return msgspec.structs.replace(body, texts=[])
    return body


def _denied(scene: Scene, body: AnyBody) -> bool:
    if isinstance(body, PermissionAnswered):
        return not all(body.granted)
    return isinstance(body, Tap) and body.allowed is False


_CHANGES: dict[Need, Change] = {
    Need.COVERAGE: _drop(lambda _, body: isinstance(body, Canary)),
    Need.CONSENT_DIALOG: _drop(
        lambda _, body: isinstance(body, Dialog) and body.dialog is DialogKind.PRIVACY_CONSENT
    ),
    Need.ACCEPTED: _answered(ConsentAnswer.ACCEPT),
    Need.DECLINED: _answered(ConsentAnswer.DECLINE),
    Need.WITHDRAWN: _drop(lambda _, body: isinstance(body, Withdrawn)),
    Need.READABLE_SCREENS: _pictures_only,
    Need.PERMISSION_HOOKS: _unhooked("permission."),
    Need.PERMISSION_DENIED: _drop(_denied),
    Need.RESTART_AFTER_DENIAL: _drop(lambda _, body: isinstance(body, Restarted)),
    Need.COMPONENT_HOOKS: _unhooked("component."),
    Need.CODE_HOOKS: _unhooked("code."),
    Need.BACKGROUND: _drop(
        lambda scene, body: isinstance(body, Screen) and body.package != scene.package
    ),
    Need.QUIET_FOREGROUND: _drop(lambda _, body: isinstance(body, Screen)),
    Need.POLICY_TEXT: _drop(
        lambda _, body: isinstance(body, Screen) and len("\n".join(body.texts)) >= _LONG
    ),
}
