"""What the scenario did and what the screen showed."""

from farm.model.events.base import Body
from farm.model.vocabulary import ConsentAnswer, DataType, DialogKind, Level, Phase, SearchGoal


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
    accept_area: int = 0  # pixels²; 0 where there is no such button
    decline_area: int = 0
    accept_contrast: float = 0.0  # of the words, WCAG ratio 1 to 21; 0 where it cannot be told
    decline_contrast: float = 0.0


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


class Searched(Body, frozen=True, kw_only=True, tag="searched"):
    """The scenario looked for a thing where it usually is. Not finding it proves nothing."""

    goal: SearchGoal
    found: bool
    asked: bool  # a standard asks for it in this scenario; else the scenario was only curious
    way: list[str] = []  # labels up to the thing, if it was found
    deepest: int = 0  # taps from the main screen that were tried at most, the thing's own included
    screens: int = 0  # different screens that were looked at
    followed: list[str] = []  # labels that were tapped on the search, bounded
    ended: str = ""  # "found", "everything followed", "too many taps", "by the app's hints"


class Withdrawn(Body, frozen=True, kw_only=True, tag="withdrawn"):
    """The scenario withdrew the consent where the app lets one, and the app showed that it is so.

    The withdrawal reached the app between `sent` and `confirmed` (host clock): from the first
    touch until the app's own word for it.
    """

    way: list[str]  # labels tapped, in order
    shown: str  # by what the app confirmed it
    sent: int
    confirmed: int


class Expectation(Body, frozen=True, kw_only=True, tag="expectation"):
    """An expectation of the scenario was checked."""

    name: str
    held: bool
    detail: str = ""


class Claim(Body, frozen=True, kw_only=True, tag="claim"):
    """The scenario claims what the recording will show; analysis says whether it does.

    Unlike an `Expectation` it cannot be checked while the session runs: nobody reads what the
    recorders write, and clocks are fitted only at the end.
    """

    name: str  # as the scenario's author reads it: "no access to imei before consent"
    data_type: DataType
    level: Level  # accessed, or transmitted at least
    expected: bool  # False: it must not happen
    phase: Phase | None = None  # None: at any time
    place: str = ""  # "decline.py:12", where the scenario says so


class Exploration(Body, frozen=True, kw_only=True, tag="exploration"):
    """The farm walked through the app by itself; what that came to."""

    strategy: str
    seed: int
    events: int  # taps, keys, swipes and texts sent
    screens: int  # abstract screens of the app
    ended: str
    restarts: int = 0
    foreign: list[str] = []  # other apps that came to the front
    walls: list[str] = []  # titles of log-in pages that were not passed
    avoided: dict[str, int] = {}  # reason -> buttons left alone
    found: list[int] = []  # number of screens known after each event
    script: str = ""  # digest of all actions in order
