"""Events on the host's clock: exact where the host saw them, bounded where the phone did."""

from farm.detect.timeline import FOREVER, Timeline, place
from farm.model.vocabulary import DataType, Stream
from tests.detect.builders import IMEI, MS, Scene, ns


def test_phone_times_are_fitted_with_their_bound() -> None:
    scene = Scene(clock_bound_ms=5)
    interval = place(scene.call(1000), scene.clock)
    assert (interval.lo, interval.hi) == (ns(995), ns(1005))
    assert (interval.middle, interval.bound) == (ns(1000), 5 * MS)


def test_without_a_fit_a_call_may_lie_anywhere() -> None:
    interval = place(Scene().call(1000), None)
    assert (interval.lo, interval.hi) == (-FOREVER, FOREVER)


def test_taps_span_sent_to_confirmed_and_host_events_are_exact() -> None:
    scene = Scene()
    scene.tap(1000, "x", takes=80)
    scene.screen(2000)
    tap, screen = Timeline(scene.streams, scene.clock).stream(Stream.UI)
    assert (tap.interval.lo, tap.interval.hi) == (ns(1000), ns(1080))
    assert screen.interval.lo == screen.interval.hi == ns(2000)


def test_order_within_a_stream_is_by_ordinal() -> None:
    scene = Scene()
    scene.call(2000, DataType.IMEI, IMEI)
    scene.call(1000, DataType.IMEI, IMEI)
    scene.streams[Stream.API].reverse()
    timeline = Timeline(scene.streams, scene.clock)
    assert [placed.event.n for placed in timeline.stream(Stream.API)] == [0, 1]
    assert [placed.event.n for placed in timeline.everything()] == [1, 0]


def test_span_ignores_times_nobody_knows() -> None:
    scene = Scene()
    scene.call(1000)
    span = Timeline(scene.streams, None).span(ns(0), None)
    assert (span.lo, span.hi) == (ns(0), ns(0))
