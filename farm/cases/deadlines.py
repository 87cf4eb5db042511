"""Deadlines in working days, from a file of rules and, where given, a calendar of holidays.

A working day is Monday to Friday, without holidays, with the weekend days that a calendar names as
worked. A deadline that would run into a year whose holidays the calendar does not have is refused,
never guessed: the State Council announces a year's days in the November before it. Who names no
calendar at all has chosen weekends only.
"""

import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from farm.files import read_yaml
from farm.model.errors import UsageError
from farm.model.vocabulary import Severity

_DATA = Path(__file__).parent / "data"
DEFAULT = _DATA / "deadlines.yaml"
_MOST_DAYS = 1000
_DAY = datetime.timedelta(days=1)


class Year(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The days of one year that are not as the week has them.

    `source` is the notice that announces them and where it was read; without it nobody could
    check a deadline.
    """

    source: str
    holidays: list[datetime.date]
    worked: list[datetime.date] = []


class Calendar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A calendar of holidays by year."""

    years: dict[int, Year]


class DeadlineRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a developer has. Days are working days."""

    zone: str = "Asia/Shanghai"  # a deadline is the end of a day there
    notice_days: int = 15
    by_severity: dict[Severity, int] = {}
    recurring_days: int | None = None  # after a relapse; as at first where not given
    calendar: str = ""  # path of a calendar, relative to the file; empty: weekends only


class Deadlines(msgspec.Struct, frozen=True, kw_only=True):
    """Rules with their calendar."""

    rules: DeadlineRules
    calendar: Calendar
    source: str = ""  # the calendar's file; empty: none was named

    def days(self, severity: str, *, recurring: bool) -> int:
        """How many working days a notice gives."""
        if recurring and self.rules.recurring_days is not None:
            return self.rules.recurring_days
        known = {one.value: days for one, days in self.rules.by_severity.items()}
        return known.get(severity, self.rules.notice_days)

    def due(self, start: datetime.datetime, days: int) -> datetime.datetime:
        """The end of the `days`-th working day after the day of `start`.

        Raises:
            UsageError: a day of it lies in a year that the calendar does not have.
        """
        zone = ZoneInfo(self.rules.zone)
        day = start.astimezone(zone).date()
        while days > 0:
            day += _DAY
            days -= self.is_worked(day)
        return datetime.datetime.combine(day + _DAY, datetime.time(), zone)

    def is_worked(self, day: datetime.date) -> bool:
        """Whether a day is a working day.

        Raises:
            UsageError: the calendar does not have its year.
        """
        if self.rules.calendar:
            year = self.calendar.years.get(day.year)
            if year is None:
                raise UsageError(
                    f"{self.source or self.rules.calendar}: years: {day.year} is missing, and the "
                    f"deadline would run into it: add the holidays of {day.year} as the State "
                    "Council announced them, in a copy named with --deadlines"
                )
            if day in year.holidays:
                return False
            if day in year.worked:
                return True
        return day.weekday() < 5


def load_deadlines(path: Path | None = None) -> Deadlines:
    """Load rules and their calendar; those that ship by default.

    Raises:
        UsageError: names file and field, and what was expected.
    """
    path = path or DEFAULT
    rules, _ = read_yaml(path, DeadlineRules)
    for field, days in (
        ("notice_days", rules.notice_days),
        ("recurring_days", rules.recurring_days),
        *((f"by_severity.{name}", days) for name, days in rules.by_severity.items()),
    ):
        if days is not None and not 1 <= days <= _MOST_DAYS:
            raise UsageError(f"{path}: {field}: expected 1 to {_MOST_DAYS} working days")
    try:
        ZoneInfo(rules.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"{path}: zone: {rules.zone!r} is no time zone") from error
    if not rules.calendar:
        return Deadlines(rules=rules, calendar=Calendar(years={}))
    source = path.parent / rules.calendar
    calendar, _ = read_yaml(source, Calendar)
    for number, year in calendar.years.items():
        if not year.source.strip():
            raise UsageError(f"{source}: years.{number}.source: expected the notice's number")
        for day in (*year.holidays, *year.worked):
            if day.year != number:
                raise UsageError(f"{source}: years.{number}: {day} is not of that year")
        both = set(year.holidays) & set(year.worked)
        if both:
            raise UsageError(f"{source}: years.{number}: {min(both)} is holiday and worked")
        for day in year.worked:
            if day.weekday() < 5:
                raise UsageError(
                    f"{source}: years.{number}.worked: {day} is no Saturday or Sunday; "
                    "expected only weekend days that are worked"
                )
    return Deadlines(rules=rules, calendar=calendar, source=str(source))
