"""One judged session as the signals read it: facts gathered once, in the terms of the standards.

Gathers and judges nothing: what a fact means for a clause is the signals' business.
"""

import functools
import itertools
import re
from collections.abc import Callable, Sequence

import msgspec

from farm.detect.findings import Found
from farm.detect.frequency import busiest_calls
from farm.detect.phases import Phases
from farm.detect.timeline import FOREVER, Interval, Placed, Timeline
from farm.model.events import (
    Call,
    Dialog,
    Expectation,
    HooksReady,
    Launched,
    PermissionAnswered,
    PermissionAsked,
    Restarted,
    Screen,
    Tap,
)
from farm.model.expectations import Standard
from farm.model.finding import Coverage
from farm.model.session import Session
from farm.model.vocabulary import PERSONAL, ConsentAnswer, DataType, DialogKind, Stream

_POLICY_TITLES = re.compile(r"隐私政策|隐私权政策|隐私协议|privacy policy", re.IGNORECASE)
_POLICY_SHORTEST = 300  # characters: a link or a dialog that names the policy is shorter
_SPLASH_NS = 8_000_000_000
_QUIET_AFTER_TAP_NS = 30_000_000_000


class Denial(msgspec.Struct, frozen=True):
    """A permission that was refused, and where: on the screen, or as the app was told."""

    placed: Placed
    what: str  # title of the system's dialog, or the permission's name


class Case:
    """Everything a signal may look at."""

    def __init__(
        self,
        session: Session,
        timeline: Timeline,
        phases: Phases,
        found: Found,
        coverage: Coverage,
    ) -> None:
        self.session = session
        self.timeline = timeline
        self.phases = phases
        self.found = found
        self.coverage = coverage

    @property
    def package(self) -> str:
        """The app's package name."""
        return self.session.app.package

    @property
    def category(self) -> str:
        """The app's category by CAC-14, as the operator gave it; empty if unknown."""
        return self.session.options.get("category", "")

    def ui(self, *kinds: type) -> list[Placed]:
        """Events of the ui stream of these kinds."""
        return self.timeline.of(Stream.UI, *kinds)

    def api(self, *kinds: type) -> list[Placed]:
        """Events of the api stream of these kinds."""
        return self.timeline.of(Stream.API, *kinds)

    def device(self, *kinds: type) -> list[Placed]:
        """Events of the device stream of these kinds."""
        return self.timeline.of(Stream.DEVICE, *kinds)

    def answered(self, answer: ConsentAnswer) -> bool:
        """Whether the scenario gave this answer on a recognised consent dialog."""
        return any(
            isinstance(placed.event.body, Tap) and placed.event.body.answer is answer
            for placed in self.phases.answers
        )

    def expectations(self, name: Standard) -> list[Placed]:
        """Records of one expectation of the standards."""
        return [
            placed
            for placed in self.ui(Expectation)
            if isinstance(placed.event.body, Expectation) and placed.event.body.name == name
        ]

    def hooked(self, prefix: str) -> bool:
        """Whether hooks whose ids begin so were in place in every process that was hooked."""
        ready = [placed.event.body for placed in self.api(HooksReady)]
        return bool(ready) and all(
            isinstance(body, HooksReady) and any(one.startswith(prefix) for one in body.installed)
            for body in ready
        )

    @functools.cached_property
    def personal_calls(self) -> list[Placed]:
        """Calls that handed over personal information, in order."""
        return [
            placed
            for placed in self.api(Call)
            if isinstance(placed.event.body, Call)
            and placed.event.body.data_type in PERSONAL
            and placed.event.body.error is None
        ]

    @functools.cached_property
    def personal_calls_by_type(self) -> dict[DataType, list[Placed]]:
        """The same, apart for each kind of information."""
        by_type: dict[DataType, list[Placed]] = {}
        for placed in self.personal_calls:
            if isinstance(placed.event.body, Call):
                by_type.setdefault(placed.event.body.data_type, []).append(placed)
        return by_type

    @functools.cached_property
    def background_calls(self) -> dict[DataType, list[Placed]]:
        """Those while the app was certainly not in front."""
        return self._calls_inside(self.background)

    @functools.cached_property
    def quiet_calls(self) -> dict[DataType, list[Placed]]:
        """Those while the app was in front and certainly nobody touched it."""
        return self._calls_inside(self.quiet_foreground)

    @functools.cached_property
    def busiest_minutes(self) -> dict[DataType, list[Placed]]:
        """Of each kind of information the most calls that certainly lie within one minute."""
        by_type = self.personal_calls_by_type
        return {data_type: busiest_calls(calls) for data_type, calls in by_type.items()}

    @functools.cached_property
    def consent_dialogs(self) -> list[Placed]:
        """Privacy-consent dialogs, as they were recognised."""
        return self._dialogs(DialogKind.PRIVACY_CONSENT)

    @functools.cached_property
    def permission_dialogs(self) -> list[Placed]:
        """The system's permission dialogs."""
        return self._dialogs(DialogKind.PERMISSION)

    @functools.cached_property
    def screens_readable(self) -> bool:
        """Whether the app's screens had texts in their hierarchies.

        A screen without any, such as a splash picture, counts against it unless one with texts
        followed soon: a question may stand in a picture for long.
        """
        own = [
            (placed.interval.lo, bool(placed.event.body.texts))
            for placed in self.ui(Screen)
            if isinstance(placed.event.body, Screen) and placed.event.body.package == self.package
        ]
        if not own or not own[-1][1]:
            return False
        with_text = [time for time, texts in own if texts]
        return all(
            texts or any(0 <= later - time <= _SPLASH_NS for later in with_text)
            for time, texts in own
        )

    @functools.cached_property
    def policy_named(self) -> bool:
        """Whether any screen spoke of a privacy policy."""
        return any(
            isinstance(placed.event.body, Screen)
            and _POLICY_TITLES.search("\n".join(placed.event.body.texts))
            for placed in self.ui(Screen)
        )

    @functools.cached_property
    def policy_text(self) -> str:
        """Texts of the screens that show a privacy policy, lower case; empty if none was opened."""
        pages: list[str] = []
        for placed in self.ui(Screen):
            body = placed.event.body
            if not isinstance(body, Screen):
                continue
            text = "\n".join(body.texts)
            if len(text) >= _POLICY_SHORTEST and _POLICY_TITLES.search(text):
                pages.append(text.lower())
        return "\n".join(pages)

    @functools.cached_property
    def denials(self) -> list[Denial]:
        """Refused permissions, in time order."""
        found: list[Denial] = []
        for placed in self.ui(Tap):
            body = placed.event.body
            if isinstance(body, Tap) and body.allowed is False:
                found.append(Denial(placed, self._dialog_title_before(placed)))
        for placed in self.api(PermissionAnswered):
            body = placed.event.body
            if isinstance(body, PermissionAnswered):
                found.extend(
                    Denial(placed, name)
                    for name, granted in zip(body.permissions, body.granted, strict=False)
                    if not granted
                )
        return sorted(found, key=lambda one: (one.placed.interval.lo, one.what))

    @functools.cached_property
    def permission_requests(self) -> list[Placed]:
        """The app's own calls that ask the user for permissions."""
        return [
            placed
            for placed in self.api(PermissionAsked)
            if isinstance(placed.event.body, PermissionAsked) and placed.event.body.way == "request"
        ]

    @functools.cached_property
    def background(self) -> list[Interval]:
        """Stretches between screens on which the app was not in front, longest certain part."""
        return self._stretches(lambda body: body.package not in {"", self.package})

    @functools.cached_property
    def quiet_foreground(self) -> list[Interval]:
        """Stretches with the app in front, and no tap or start of it during them or 30 s before."""
        acts = [*self.ui(Tap), *self.device(Launched, Restarted)]
        taps = sorted((placed.interval for placed in acts), key=lambda one: one.lo)
        quiet: list[Interval] = []
        for stretch in self._stretches(lambda body: body.package == self.package):
            lo = stretch.lo
            for tap in [*taps, None]:
                hi = stretch.hi if tap is None else min(tap.lo, stretch.hi)
                if hi > lo:
                    quiet.append(Interval(lo, hi))
                if tap is not None and tap.lo <= stretch.hi:
                    lo = max(lo, tap.hi + _QUIET_AFTER_TAP_NS)
        return quiet

    @staticmethod
    def longest(stretches: Sequence[Interval]) -> int:
        """Length of the longest stretch, ns."""
        return max((one.hi - one.lo for one in stretches), default=0)

    @staticmethod
    def inside(placed: Placed, stretches: Sequence[Interval]) -> bool:
        """Whether the event certainly lies inside one of the stretches."""
        lo, hi = placed.interval.lo, placed.interval.hi
        if lo <= -FOREVER or hi >= FOREVER:
            return False
        return any(one.lo <= lo and hi <= one.hi for one in stretches)

    def _calls_inside(self, stretches: Sequence[Interval]) -> dict[DataType, list[Placed]]:
        found = {
            data_type: [placed for placed in calls if self.inside(placed, stretches)]
            for data_type, calls in self.personal_calls_by_type.items()
        }
        return {data_type: calls for data_type, calls in found.items() if calls}

    def _stretches(self, holds: Callable[[Screen], bool]) -> list[Interval]:
        """Stretches between two neighbouring screens that both hold, joined where they touch."""
        joined: list[Interval] = []
        screens = [(p, p.event.body) for p in self.ui(Screen)]
        for (before, one), (after, other) in itertools.pairwise(screens):
            if not (isinstance(one, Screen) and isinstance(other, Screen)):
                continue
            if not (holds(one) and holds(other)):
                continue
            lo, hi = before.interval.hi, after.interval.lo
            if joined and joined[-1].hi >= before.interval.lo:
                joined[-1] = Interval(joined[-1].lo, hi)
            elif hi > lo:
                joined.append(Interval(lo, hi))
        return joined

    def _dialogs(self, kind: DialogKind) -> list[Placed]:
        return [
            placed
            for placed in self.ui(Dialog)
            if isinstance(placed.event.body, Dialog) and placed.event.body.dialog is kind
        ]

    def _dialog_title_before(self, tap: Placed) -> str:
        title = ""
        for placed in self.permission_dialogs:
            if placed.event.n > tap.event.n:
                break
            body = placed.event.body
            title = body.title if isinstance(body, Dialog) else title
        return title
