import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.register.values import VersionLine
from farm.web.plots import months, stacked, version_marks

_DAY = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@given(
    st.lists(
        st.tuples(
            st.text(max_size=7), st.dictionaries(st.sampled_from("abc"), st.integers(0, 10**6))
        ),
        max_size=40,
    )
)
def test_bars_stay_inside_and_their_heights_are_their_counts(
    columns: list[tuple[str, dict[str, int]]],
) -> None:
    plot = stacked(columns, "abc")
    total = sum(sum(counts.values()) for _, counts in columns)
    tall = sum(bar.h for bar in plot.bars)
    for bar in plot.bars:
        assert 0 <= bar.x
        assert bar.x + bar.w <= plot.wide + 0.1
        assert 0 <= bar.y
        assert bar.y + bar.h <= plot.high
    if total:
        assert len(plot.grid) <= 12
        unit = max(plot.bars, key=lambda bar: bar.h)
        count = int(unit.title.rsplit(" ", 1)[1])
        assert tall == pytest.approx(unit.h / count * total, rel=0.05, abs=0.02 * len(plot.bars))


def test_every_month_has_its_place() -> None:
    found = months(datetime.date(2025, 11, 1), datetime.date(2026, 2, 1))
    assert [f"{one:%Y-%m}" for one in found] == ["2025-11", "2025-12", "2026-01", "2026-02"]


def _version(number: int, hours: float) -> VersionLine:
    return VersionLine(
        app_id=number, sha256="", version_code=number, version_name="", label="",
        signer_sha256="", signer_state=None, size=0, target_sdk=0, sdks=[],
        first_seen=_DAY + datetime.timedelta(hours=hours), stores=[], intake=None, sessions=0,
        verdict=None,
    )  # fmt: skip


@given(st.lists(st.floats(0, 20000), max_size=90))
def test_versions_stand_apart_in_their_order_and_inside(hours: list[float]) -> None:
    marks = version_marks([_version(n, hour) for n, hour in enumerate(hours)])
    places = [mark.x for mark in marks]
    assert all(20 <= x <= 681 for x in places)
    assert all(b - a >= 5 for a, b in itertools.pairwise(places))
    seen = [mark.version.first_seen for mark in marks]
    assert seen == sorted(seen)
    assert len(marks) == min(len(hours), 60)
