import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.cases.deadlines import Calendar, DeadlineRules, Deadlines, Year, load_deadlines
from farm.model.errors import UsageError

CHINA = ZoneInfo("Asia/Shanghai")
PLAIN = Deadlines(rules=DeadlineRules(), calendar=Calendar(years={}))


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_weekends_do_not_count() -> None:
    friday = at("2026-03-06T10:00")
    assert PLAIN.due(friday, 1) == at("2026-03-10T00:00")  # the end of Monday
    assert PLAIN.due(friday, 5) == at("2026-03-14T00:00")


def test_holidays_do_not_count_and_worked_weekends_do() -> None:
    year = Year(
        source="a notice",
        holidays=[datetime.date(2026, 10, day) for day in range(1, 8)],
        worked=[datetime.date(2026, 10, 10)],
    )
    rules = DeadlineRules(calendar="ours.yaml")
    known = Deadlines(rules=rules, calendar=Calendar(years={2026: year}))
    before = at("2026-09-30T10:00")
    assert known.due(before, 1) == at("2026-10-09T00:00")
    assert known.due(before, 3) == at("2026-10-11T00:00")  # Saturday the 10th is worked


def test_the_day_is_the_zones() -> None:
    late = datetime.datetime(2026, 3, 5, 17, 0, tzinfo=datetime.UTC)  # Friday already in China
    assert PLAIN.due(late, 1) == at("2026-03-10T00:00")


# The notices of the State Council's General Office in their own words: from, to, days, worked.
ANNOUNCED = {
    2025: """
        01-01 01-01 1
        01-28 02-04 8 01-26 02-08
        04-04 04-06 3
        05-01 05-05 5 04-27
        05-31 06-02 3
        10-01 10-08 8 09-28 10-11""",
    2026: """
        01-01 01-03 3 01-04
        02-15 02-23 9 02-14 02-28
        04-04 04-06 3
        05-01 05-05 5 05-09
        06-19 06-21 3
        09-25 09-27 3
        10-01 10-07 7 09-20 10-10""",
}


@pytest.mark.parametrize("number", ANNOUNCED)
def test_the_calendar_that_ships_is_the_announced_one(number: int) -> None:
    year = load_deadlines().calendar.years[number]
    holidays: list[datetime.date] = []
    worked: list[datetime.date] = []
    for line in ANNOUNCED[number].strip().splitlines():
        first, last, count, *made_up = line.split()
        day, end = (datetime.date.fromisoformat(f"{number}-{one}") for one in (first, last))
        stretch = [day + datetime.timedelta(n) for n in range((end - day).days + 1)]
        assert len(stretch) == int(count)
        holidays += stretch
        worked += [datetime.date.fromisoformat(f"{number}-{one}") for one in made_up]
    assert sorted(year.holidays) == holidays
    assert sorted(year.worked) == sorted(worked)


def test_a_deadline_in_a_year_that_was_not_announced_is_refused() -> None:
    known = load_deadlines()
    last = max(known.calendar.years)
    inside = at(f"{last}-12-01T10:00")
    assert known.due(inside, 15) < at(f"{last + 1}-01-01T00:00")
    with pytest.raises(UsageError, match=f"years: {last + 1} is missing") as caught:
        known.due(at(f"{last}-12-21T10:00"), 15)
    assert "holidays_cn.yaml" in str(caught.value) and "--deadlines" in str(caught.value)
    with pytest.raises(UsageError, match="is missing"):
        known.due(at("2019-03-01T10:00"), 1)
    assert PLAIN.due(at(f"{last}-12-21T10:00"), 15)  # weekends only, as was chosen


@given(
    st.datetimes(datetime.datetime(2025, 1, 1), datetime.datetime(2026, 9, 1)),
    st.integers(1, 60),
)
def test_between_start_and_due_lie_as_many_working_days(
    start: datetime.datetime, days: int
) -> None:
    known = load_deadlines()
    begun = start.replace(tzinfo=CHINA)
    end = known.due(begun, days)
    between = [
        begun.date() + datetime.timedelta(days=n)
        for n in range(1, (end.date() - begun.date()).days)
    ]
    assert sum(known.is_worked(day) for day in between) == days
    assert known.is_worked(end.date() - datetime.timedelta(days=1))


def test_severity_and_relapse_have_their_own_days() -> None:
    rules = DeadlineRules(notice_days=15, by_severity={}, recurring_days=3)
    known = Deadlines(rules=rules, calendar=Calendar(years={}))
    assert known.days("high", recurring=False) == 15
    assert known.days("high", recurring=True) == 3
    assert load_deadlines().days("high", recurring=False) == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("notice_days: 0", "notice_days"),
        ("notice_days: many", "notice_days"),
        ("by_severity: {high: -1}", "by_severity.high"),
        ("by_severity: {grave: 3}", "by_severity"),
        ("zone: Mars/Olympus", "no time zone"),
        ("zone: ../../etc/passwd", "no time zone"),
        ("notice_day: 3", "notice_day"),
        ("calendar: none.yaml", "none.yaml"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "deadlines.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        load_deadlines(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("years: {2026: {source: x, holidays: [2025-01-01]}}", "not of that year"),
        ("years: {2026: {source: x, holidays: [2026-01-01], worked: [2026-01-01]}}", "is holiday"),
        ("years: {2026: {holidays: []}}", "source"),
        ("years: {2026: {source: ' ', holidays: []}}", "years.2026.source"),
        ("years: {2026: {source: x, holidays: [], worked: [2026-01-05]}}", "no Saturday or Sunday"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "calendar.yaml").write_text(text)
    path = tmp_path / "deadlines.yaml"
    path.write_text("calendar: calendar.yaml")
    with pytest.raises(UsageError, match=message):
        load_deadlines(path)
