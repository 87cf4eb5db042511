"""What a window and filters show is what stands in the recording, one by one or counted."""

import pytest

from farm.model.vocabulary import Phase, Stream
from farm.web.session.prepared import FOUND, Prepared
from farm.web.session.selection import MOST_SINGLE, Filters, brief, lanes, rows

S = 1_000_000_000


def test_without_filters_everything_is_chosen_in_order(prepared: Prepared) -> None:
    chosen = rows(prepared, Filters())
    assert list(chosen) == list(range(prepared.size))


@pytest.mark.parametrize(
    ("wanted", "field", "value"),
    [
        (Filters(stream="api"), "stream", Stream.API),
        (Filters(kind="request"), "kind", "request"),
        (Filters(phase="before_consent"), "phase", Phase.BEFORE_CONSENT),
        (Filters(data_type="imei"), "data_type", "imei"),
        (Filters(party="Eager"), "party", "Eager"),
    ],
)
def test_a_filter_keeps_what_fits_and_nothing_else(
    prepared: Prepared, wanted: Filters, field: str, value: str
) -> None:
    chosen = set(rows(prepared, wanted).tolist())
    fits = {row for row in range(prepared.size) if brief(prepared, row)[field] == value}
    assert chosen == fits
    assert 0 < len(fits) < prepared.size


def test_filters_together_keep_what_fits_all(prepared: Prepared) -> None:
    chosen = rows(prepared, Filters(stream="api", only_findings=True, phase="before_consent"))
    assert [brief(prepared, int(row))["event"] for row in chosen] == ["api:2", "api:3"]


def test_words_that_no_event_has_choose_nothing(prepared: Prepared) -> None:
    for wanted in (Filters(kind="<b>"), Filters(party="nobody"), Filters(data_type="x")):
        assert len(rows(prepared, wanted)) == 0


def test_an_event_that_may_lie_in_the_window_is_in_it(prepared: Prepared) -> None:
    row = prepared.row_of(Stream.API, 2)
    assert row is not None
    time, bound = (int(prepared.columns[name][row]) for name in ("time", "bound"))
    assert bound > 0
    just_outside = Filters(stream="api", since=time + bound // 2, until=time + S // 100)
    beyond = Filters(stream="api", since=time + bound + 1, until=time + S // 100)
    assert row in rows(prepared, just_outside)
    assert row not in rows(prepared, beyond)


def test_few_events_come_one_by_one(prepared: Prepared) -> None:
    chosen = rows(prepared, Filters())
    shown = lanes(prepared, chosen, prepared.start, prepared.end, 300)
    assert [lane.stream for lane in shown] == list(Stream)
    assert sum(len(lane.events) for lane in shown) == prepared.size
    assert not any(lane.bins for lane in shown)


def test_many_events_come_counted_and_none_is_lost(many: Prepared) -> None:
    chosen = rows(many, Filters())
    shown = {lane.stream: lane for lane in lanes(many, chosen, many.start, many.end, 300)}
    api = shown[Stream.API]
    assert not api.events
    assert len(api.bins) <= 300
    assert sum(count for _, _, count, _, _ in api.bins) == api.count > 50_000
    assert all(start < end for start, end, *_ in api.bins)


def test_a_bin_with_evidence_is_marked_and_opens_it(many: Prepared) -> None:
    chosen = rows(many, Filters(stream="api"))
    shown = lanes(many, chosen, many.start, many.end, 20)
    [marked] = [one for lane in shown for one in lane.bins if one[3] == FOUND]
    assert marked[2] > 1
    assert brief(many, marked[4])["event"] == "api:2"


def test_zooming_in_brings_single_events_back(many: Prepared) -> None:
    window = Filters(since=10 * S, until=10 * S + S // 4)
    chosen = rows(many, window)
    assert 0 < len(chosen) <= MOST_SINGLE
    shown = lanes(many, chosen, 10 * S, 10 * S + S // 4, 300)
    assert sum(len(lane.events) for lane in shown) == len(chosen)
