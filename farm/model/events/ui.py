"""What the scenario did and what the screen showed."""

from farm.model.events.base import Body
from farm.model.vocabulary import ConsentAnswer, DialogKind


class Step(Body, frozen=True, kw_only=True, tag="step"):
    """A named step of the scenario began (`state` "begin") or ended ("end", "failed")."""

    name: str
    state: str
    detail: str = ""


class Screen(Body, frozen=True, kw_only=True, tag="screen"):
    """What the screen showed: files are names inside `screens/`."""

    package: str
    activity: str
    fingerprint: str  # digest of the abstract hierarchy: equal for equal screens
    hierarchy_file: str = ""
    screenshot_file: str = ""
    texts: list[str] = []  # visible texts in reading order, bounded


class Dialog(Body, frozen=True, kw_only=True, tag="dialog"):
    """A dialog was recognised; `reasons` say by what."""

    dialog: DialogKind
    title: str = ""
    accept_text: str = ""
    decline_text: str = ""
    reasons: list[str] = []
    screenshot_file: str = ""
    links: list[str] = []  # texts of links to documents and to detailed choices
    has_checkbox: bool = False
    preticked: bool = False  # the box was already ticked when the dialog was first seen
    acknowledge_only: bool = False  # its only way on is a word such as "OK": no clear agreement
    second_stage: bool = False  # it asks again after a refusal


class Tap(Body, frozen=True, kw_only=True, tag="tap"):
    """The scenario tapped: it reached the phone between `sent` and `confirmed` (host clock)."""

    x: int
    y: int
    text: str
    sent: int
    confirmed: int
    dialog: DialogKind = DialogKind.NONE
    answer: ConsentAnswer | None = None  # set only on a recognised privacy-consent dialog
    allowed: bool | None = None  # set only on a system permission dialog: what the button says


class Expectation(Body, frozen=True, kw_only=True, tag="expectation"):
    """An expectation of the scenario was checked."""

    name: str
    held: bool
    detail: str = ""
