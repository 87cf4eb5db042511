import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.devices.clock import read_date
from farm.model.clock_fit import ClockUnstable, fit
from farm.model.errors import DeviceError
from farm.model.events import ClockSample

HOST = 1_700_000_000_000_000_000


def phone_clock(host: int, offset: int, ppm: float) -> int:
    return host + offset + round((host - HOST) * ppm * 1e-6)


def simulate(seed: int, offset: int, ppm: float, jitter_ms: float, count: int) -> list[ClockSample]:
    """Delays on the way out and back are drawn apart, so that they are as unequal as can be."""
    dice = random.Random(seed)
    samples = []
    host = HOST
    for _ in range(count):
        host += dice.randrange(1_000_000, 40_000_000_000)
        sent = host
        seen = sent + round(dice.expovariate(1 / (jitter_ms * 1e6)))
        received = seen + round(dice.expovariate(1 / (jitter_ms * 1e6)))
        samples.append(
            ClockSample(sent=sent, received=received, phone=phone_clock(seen, offset, ppm))
        )
        host = received
    return samples


@given(
    seed=st.integers(0, 10**6),
    offset=st.integers(-(10**14), 10**14),
    ppm=st.floats(-450, 450),
    jitter_ms=st.floats(0.01, 200),
    count=st.integers(1, 25),
    at=st.floats(0, 1),
)
def test_the_true_time_always_lies_within_the_bound(
    seed: int, offset: int, ppm: float, jitter_ms: float, count: int, at: float
) -> None:
    samples = simulate(seed, offset, ppm, jitter_ms, count)
    fitted = fit(samples)
    true_host = round(samples[0].sent + at * (samples[-1].received - samples[0].sent))
    mapped, bound = fitted.to_host(phone_clock(true_host, offset, ppm))
    assert abs(mapped - true_host) <= bound


@given(seed=st.integers(0, 1000), ahead=st.integers(1, 600))
def test_the_bound_also_holds_after_the_last_sample(seed: int, ahead: int) -> None:
    samples = simulate(seed, 37 * 10**9, 200.0, 2.0, 12)
    fitted = fit(samples)
    true_host = samples[-1].received + ahead * 10**9
    mapped, bound = fitted.to_host(phone_clock(true_host, 37 * 10**9, 200.0))
    assert abs(mapped - true_host) <= bound


def test_a_long_session_finds_the_drift_and_stays_narrow() -> None:
    fitted = fit(simulate(1, 37 * 10**9, 200.0, 1.0, 40))
    assert fitted.drift_ppm == pytest.approx(200.0, abs=5.0)
    assert fitted.bound_ns < 5_000_000


def test_a_stepped_clock_is_told() -> None:
    before = simulate(2, 0, 0.0, 1.0, 5)
    after = [
        ClockSample(sent=s.sent, received=s.received, phone=s.phone + 3 * 10**9)
        for s in simulate(2, 0, 0.0, 1.0, 10)[5:]
    ]
    with pytest.raises(ClockUnstable, match="jumped"):
        fit(before + after)


def test_no_sample_is_no_clock() -> None:
    with pytest.raises(DeviceError):
        fit([])


def test_date_with_and_without_nanoseconds() -> None:
    assert read_date("1700000000123456789\n") == (1700000000123456789, 1)
    assert read_date("1700000000N\r\n") == (1700000000 * 10**9, 10**9)
    assert read_date("1700000000\n") == (1700000000 * 10**9, 10**9)
    assert read_date("date: bad format") is None
    assert read_date("") is None
