"""Cuts a session into consent phases, and says in which phase an interval certainly lies.

An answer is a tap that the scenario made on a dialog recognised as a privacy consent. While a
tap, or a withdrawal of the consent, was on its way the phase is undetermined. Where the hooks saw
an accepting finger reach the app, calls after it are after the consent for certain: both were
stamped by the phone's own clock. Nothing here looks at what the app collected.
"""

import itertools
from collections.abc import Sequence

import msgspec

from farm.detect.agreeing import CONSENT_WORDS, may_agree, says_agree
from farm.detect.arrivals import Arrival, arrival_of
from farm.detect.timeline import FOREVER, Interval, Placed, Timeline
from farm.model.events import (
    Dialog,
    Gap,
    Restarted,
    Screen,
    StateChange,
    Tap,
    Withdrawn,
)
from farm.model.finding import PhaseInterval
from farm.model.vocabulary import ConsentAnswer, DialogKind, Phase, SessionState, Stream

_POLICY_WORDS = ("隐私政策", "隐私协议", "隐私权政策", "privacy policy", "个人信息保护")


_HIDING_TAPS = frozenset({"", "tap", "withdrawn"})  # scopes of gaps in the ui stream
_LOST = (
    "what the scenario did is not on record to the end: it may have given consent in the part that "
    "is missing"
)
_ENDED = frozenset(
    {
        SessionState.STOPPING,
        SessionState.PULLING,
        SessionState.CLEANING,
        SessionState.SEALING,
        SessionState.DONE,
    }
)
"""States in which the scenario is over."""


class Segment(msgspec.Struct, frozen=True):
    """A stretch of host time [`lo`, `hi`) in one phase; `UNDETERMINED` around each border."""

    lo: int
    hi: int
    phase: Phase


class Phases(msgspec.Struct, frozen=True):
    """The consent phases of one session, without holes from the beginning to the end of time."""

    segments: list[Segment]
    answers: list[Placed]
    withdrawals: list[Placed]
    dialog_seen: bool
    notes: list[str]  # what a reader must know about how the phases were cut
    arrivals: list[Arrival] = []

    def of(self, interval: Interval) -> Phase:
        """The phase that certainly holds the whole interval, else `UNDETERMINED`."""
        if interval.lo <= -FOREVER or interval.hi >= FOREVER:
            return Phase.UNDETERMINED
        found = {
            segment.phase
            for segment in self.segments
            if interval.lo < segment.hi and interval.hi >= segment.lo
        }
        return found.pop() if len(found) == 1 else Phase.UNDETERMINED

    def of_event(self, placed: Placed) -> Phase:
        """The phase that certainly holds an event.

        An event of the app's processes that the phone stamped after an accepting finger reached
        the app is after that consent, though on the host's clock it may overlap the border. The
        reverse is not concluded: what lies just before the finger stays undetermined.
        """
        interval = placed.interval
        if placed.event.stream is Stream.API:
            for arrival in self.arrivals:
                if placed.event.t > arrival.phone and interval.lo <= arrival.border:
                    after = arrival.border + 1
                    interval = Interval(after, max(after, interval.hi))
        return self.of(interval)

    def intervals(self, span: Interval) -> list[PhaseInterval]:
        """The phases inside `span`, each border with its uncertainty; undetermined ones shown."""
        shown: list[PhaseInterval] = []
        for index, segment in enumerate(self.segments):
            if segment.hi <= span.lo or segment.lo > span.hi:
                continue
            if segment.phase is Phase.UNDETERMINED and self._is_border(index):
                continue
            start, start_bound = self._border(index - 1, segment.lo)
            end, end_bound = self._border(index + 1, segment.hi)
            shown.append(
                PhaseInterval(
                    phase=segment.phase,
                    start=max(start, span.lo),
                    start_bound=start_bound,
                    end=min(end, span.hi),
                    end_bound=end_bound,
                )
            )
        return shown

    def _is_border(self, index: int) -> bool:
        segment = self.segments[index]
        return any(
            segment.lo == answer.interval.lo and segment.hi == answer.interval.hi + 1
            for answer in (*self.answers, *self.withdrawals)
        )

    def _border(self, neighbour: int, default: int) -> tuple[int, int]:
        if 0 <= neighbour < len(self.segments) and self._is_border(neighbour):
            border = self.segments[neighbour]
            middle = Interval(border.lo, border.hi)
            return middle.middle, middle.bound
        return default, 0


def find_phases(timeline: Timeline) -> Phases:
    """Cut the session into phases from what the scenario saw and tapped."""
    answers: list[Placed] = []
    withdrawals: list[Placed] = []
    dialog_seen = False
    opaque_from: int | None = None
    notes: list[str] = []
    arrivals: list[Arrival] = []
    # (begin, end, phase) stretches laid one over the other: the later one wins.
    layers: list[Segment] = [Segment(-FOREVER, FOREVER, Phase.BEFORE_CONSENT)]
    given: ConsentAnswer | None = None
    restarted_at: int | None = None
    asked_again_from: int | None = None
    for placed in _relevant(timeline):
        body, when = placed.event.body, placed.interval
        if isinstance(body, Restarted):
            restarted_at = when.lo
        elif isinstance(body, Dialog) and body.dialog is DialogKind.PRIVACY_CONSENT:
            dialog_seen = True
            if opaque_from is not None:  # it asks: so nothing was agreed to yet
                asked = Phase.AFTER_WITHDRAWAL if withdrawals else Phase.BEFORE_CONSENT
                if given is ConsentAnswer.DECLINE:
                    asked = Phase.AFTER_DECLINE
                layers.append(Segment(when.lo, FOREVER, asked))
                opaque_from = None
            if given is ConsentAnswer.ACCEPT and restarted_at is not None:
                asked_again_from = restarted_at if asked_again_from is None else asked_again_from
                layers.append(Segment(asked_again_from, FOREVER, Phase.UNDETERMINED))
                notes.append("the app asked for consent again after a restart")
        elif isinstance(body, Tap) and _answers(body):
            dialog_seen = True
            agreed = given is ConsentAnswer.ACCEPT
            if agreed and asked_again_from is None:
                since = answers[-1].interval.lo
                layers.append(Segment(since, FOREVER, Phase.UNDETERMINED))
                notes.append("consent was answered again: the first accepting tap may have missed")
            given = body.answer
            touched = arrival_of(body, timeline) if given is ConsentAnswer.ACCEPT else None
            if touched is not None:
                when = Interval(when.lo, touched.interval.hi)
                arrivals.append(Arrival(touched.event.t, when.hi))
            answers.append(Placed(placed.event, when))
            phase = Phase.AFTER_ACCEPT if given is ConsentAnswer.ACCEPT else Phase.AFTER_DECLINE
            if phase is Phase.AFTER_DECLINE and agreed and asked_again_from is None:
                # What was refused may be another agreement than the one that was given before.
                phase = Phase.UNDETERMINED
                notes.append("consent was given, and then something was refused")
            layers.append(Segment(when.lo, when.hi + 1, Phase.UNDETERMINED))
            layers.append(Segment(when.hi + 1, FOREVER, phase))
            restarted_at = asked_again_from = None
            opaque_from = None
        elif isinstance(body, Withdrawn):
            if given is not ConsentAnswer.ACCEPT:
                notes.append(f"a withdrawal without an agreement before ({placed.event.reference})")
                continue
            withdrawals.append(placed)
            given = None
            layers.append(Segment(when.lo, when.hi + 1, Phase.UNDETERMINED))
            # A consent that nobody knows whether it was given cannot be withdrawn for certain.
            sure = asked_again_from is None
            phase = Phase.AFTER_WITHDRAWAL if sure else Phase.UNDETERMINED
            layers.append(Segment(when.hi + 1, FOREVER, phase))
            restarted_at = asked_again_from = None
        elif (
            isinstance(body, Tap)
            and opaque_from is None
            and given is not ConsentAnswer.ACCEPT
            and _after(placed, withdrawals)
            and (may_agree(body) if given is None else says_agree(body))
        ):
            opaque_from = when.lo
            layers.append(Segment(opaque_from, FOREVER, Phase.UNDETERMINED))
            notes.append(
                "the scenario tapped a button that may have given consent on a screen that was "
                f"not recognised as a consent dialog ({placed.event.reference})"
            )
        elif (
            isinstance(body, Gap)
            and opaque_from is None
            and given is not ConsentAnswer.ACCEPT
            and body.scope in _HIDING_TAPS
        ):
            opaque_from = body.start
            layers.append(Segment(opaque_from, FOREVER, Phase.UNDETERMINED))
            notes.append(_LOST)
    unseen_from = _left_alone(timeline)
    if unseen_from is not None and given is not ConsentAnswer.ACCEPT:
        layers.append(Segment(unseen_from, FOREVER, Phase.UNDETERMINED))
        notes.append(_LOST)
    if timeline.host_jumps:
        notes.append(
            "the host's clock was set during the session: what lies around that cannot be placed"
        )
    if not dialog_seen:
        notes.append("no consent dialog was ever seen: no consent was given at all")
        if _unrecognised_policy(timeline):
            notes.append("a screen spoke of a privacy policy but was not recognised as a dialog")
    return Phases(_flatten(layers), answers, withdrawals, dialog_seen, notes, arrivals)


def _after(tap: Placed, withdrawals: Sequence[Placed]) -> bool:
    """Whether a tap lies after the last withdrawal: those within it are its own."""
    return not withdrawals or tap.interval.lo > withdrawals[-1].interval.hi


def _relevant(timeline: Timeline) -> list[Placed]:
    chosen = timeline.of(Stream.UI, Dialog, Tap, Withdrawn, Gap) + timeline.of(
        Stream.DEVICE, Restarted
    )
    chosen.sort(key=lambda one: (one.interval.lo, one.event.stream, one.event.n))
    return chosen


def _answers(tap: Tap) -> bool:
    return tap.answer is not None and tap.dialog is DialogKind.PRIVACY_CONSENT


def _left_alone(timeline: Timeline) -> int | None:
    """Since when, host ns, nobody wrote down what the scenario did; None: all of it is on record.

    A tap is recorded once it was made, so that a controller which dies takes the last one with it.
    """
    states = [
        placed.event.body.state
        for placed in timeline.of(Stream.DEVICE, StateChange)
        if isinstance(placed.event.body, StateChange)
    ]
    if not states or not _ENDED.isdisjoint(states):
        return None
    seen = [
        placed.interval.hi
        for placed in timeline.stream(Stream.UI)
        if not isinstance(placed.event.body, Gap)
    ]
    return max(seen, default=-FOREVER)


def _unrecognised_policy(timeline: Timeline) -> bool:
    for placed in timeline.of(Stream.UI, Screen):
        body = placed.event.body
        assert isinstance(body, Screen)  # noqa: S101 - `of` returns nothing else
        text = " ".join(body.texts).lower()
        if any(word in text for word in _POLICY_WORDS) and any(
            word in text for word in CONSENT_WORDS
        ):
            return True
    return False


def _flatten(layers: Sequence[Segment]) -> list[Segment]:
    """Return disjoint segments in order; where layers overlap, the later one is on top."""
    edges = sorted({edge for layer in layers for edge in (layer.lo, layer.hi)})
    flat: list[Segment] = []
    for lo, hi in itertools.pairwise(edges):
        phase = next(layer.phase for layer in reversed(layers) if layer.lo <= lo and hi <= layer.hi)
        joined = bool(flat) and flat[-1].phase is phase and phase is not Phase.UNDETERMINED
        if joined:
            flat[-1] = Segment(flat[-1].lo, hi, phase)
        else:
            flat.append(Segment(lo, hi, phase))
    return flat
