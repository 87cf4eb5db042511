"""`expect`: what a scenario expects of the app.

Nothing here ends a scenario: an expectation that does not hold fails the scenario's result while
the recording goes on. What only the recorders know (which information was read or sent, in which
phase) becomes a claim that analysis judges from the sealed recording.
"""

import inspect
from pathlib import Path

from farm.explore.app_text import clean
from farm.explore.driver import Journal
from farm.model.events import Claim, Expectation
from farm.model.vocabulary import DataType, Level, Phase

PHASES: dict[tuple[str, str], Phase | None] = {
    ("", ""): None,
    ("consent", ""): Phase.BEFORE_CONSENT,
    ("", "accept"): Phase.AFTER_ACCEPT,
    ("", "decline"): Phase.AFTER_DECLINE,
    ("", "withdrawal"): Phase.AFTER_WITHDRAWAL,
}
"""What `before` and `after` may say together, and the phase that is meant."""


class Expect:
    """What is expected, recorded with whether it was so."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def that(self, name: str, held: bool, detail: str = "") -> bool:
        """Record whether something the scenario looked at is so; returns `held`.

        Args:
            name: one of `farm.model.expectations.Standard` where a clause asks for it, else any.
            held: whether it is so.
            detail: what was seen.
        """
        self._journal.emit(
            Expectation(name=clean(name)[:200], held=held, detail=clean(detail)[:500])
        )
        return held

    def no_access(self, data_type: str, *, before: str = "", after: str = "") -> None:
        """Claim that the app does not read this information.

        Args:
            data_type: a word of `farm.model.vocabulary.DataType`, such as "imei".
            before: "consent", or nothing.
            after: "accept", "decline", "withdrawal" or nothing; without either, at any time.

        Raises:
            ValueError: a word that is not known.
        """
        self._claim(data_type, Level.ACCESSED, False, before, after)

    def access(self, data_type: str, *, before: str = "", after: str = "") -> None:
        """Claim that the app reads this information; arguments as for `no_access`."""
        self._claim(data_type, Level.ACCESSED, True, before, after)

    def no_transmission(self, data_type: str, *, before: str = "", after: str = "") -> None:
        """Claim that no value of this information leaves the phone; arguments as above."""
        self._claim(data_type, Level.TRANSMITTED, False, before, after)

    def transmission(self, data_type: str, *, before: str = "", after: str = "") -> None:
        """Claim that a value of this information leaves the phone; arguments as above."""
        self._claim(data_type, Level.TRANSMITTED, True, before, after)

    def _claim(self, data_type: str, level: Level, expected: bool, before: str, after: str) -> None:
        phase = phase_of(before, after)
        try:
            kind = DataType(data_type)
        except ValueError:
            raise ValueError(
                f"{data_type!r}: expected a data type such as 'imei', 'location', 'oaid'"
            ) from None
        what = "access to" if level is Level.ACCESSED else "transmission of"
        when = f" before {before}" if before else f" after {after}" if after else ""
        self._journal.emit(
            Claim(
                name=f"{'' if expected else 'no '}{what} {kind}{when}",
                data_type=kind,
                level=level,
                expected=expected,
                phase=phase,
                place=_caller(),
            )
        )


def phase_of(before: str, after: str) -> Phase | None:
    """The phase that `before` and `after` mean; None for the whole session.

    Raises:
        ValueError: they mean none.
    """
    if (before, after) not in PHASES:
        raise ValueError(
            f"before={before!r}, after={after!r}: expected before='consent', after='accept', "
            "after='decline' or after='withdrawal', or neither"
        )
    return PHASES[before, after]


def _caller() -> str:
    """File and line of the scenario's own code."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    if frame is None:
        return ""
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
