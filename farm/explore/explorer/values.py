"""What exploration speaks of: actions, budgets, and the report at its end."""

import hashlib
from enum import StrEnum

import msgspec


class ActionKind(StrEnum):
    """What may be done to a screen."""

    TAP = "tap"
    TYPE = "type"
    SCROLL = "scroll"
    BACK = "back"


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be done on a screen.

    `key` is the same for the same thing on an equal screen. `group` is shared by things that
    are drawn alike, such as the rows of one list.
    """

    kind: ActionKind
    key: str
    group: str
    label: str = ""
    x: int = 0
    y: int = 0
    node: int = -1  # index in the hierarchy it was read from; -1: a point of a picture
    text: str = ""  # what is typed
    avoid: str = ""  # why it must not be done: "pay", "delete"


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """When exploration ends: whichever comes first; 0 means no such limit."""

    events: int = 0  # taps, keys, swipes and texts sent to the phone
    seconds: float = 0.0
    idle_events: int = 0  # events in a row that brought nothing new


class Wall(msgspec.Struct, frozen=True, kw_only=True):
    """A screen that cannot be passed without an account."""

    screen: str
    title: str
    passed: bool  # by the test account of the hints


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What exploration came to."""

    strategy: str
    seed: int
    events: int
    screens: int  # abstract screens of the app
    activities: list[str]
    ended: str  # "events", "seconds", "nothing new", "app does not start"
    restarts: int
    foreign: list[str]  # other apps that came to the front
    walls: list[Wall]
    avoided: dict[str, int]  # reason -> number of buttons left alone
    found: list[int]  # number of screens known after each event
    script: str  # digest of all actions in order: equal for equal runs


def digest_of(lines: list[str]) -> str:
    """A short digest of a list of lines."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
