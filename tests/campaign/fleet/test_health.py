"""When phones rest: limits, what is not said, and Android's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.campaign.fleet.health import CareRules, Health, decide_rest, read_wifi, wants_reboot

RULES = CareRules()


def test_a_phone_that_says_nothing_is_not_kept_from_work() -> None:
    assert decide_rest(Health(), RULES) is None
    assert not wants_reboot(Health(), RULES)


@pytest.mark.parametrize(
    ("health", "says"),
    [
        (Health(battery=19), "battery at 19 %"),
        (Health(temperature=42.1), "too warm"),
        (Health(storage_free=(1 << 30) - 1), "1023 MiB"),
        (Health(wifi=False), "Wi-Fi"),
        (Health(clock_offset=-50_000.0), "-50000 s"),
    ],
)
def test_each_limit_alone_is_enough(health: Health, says: str) -> None:
    rest = decide_rest(health, RULES)
    assert rest is not None and says in rest.reason and rest.seconds > 0


def test_limits_themselves_are_fine() -> None:
    health = Health(
        battery=20, temperature=42.0, storage_free=1 << 30, wifi=True, clock_offset=43_200.0
    )
    assert decide_rest(health, RULES) is None


@given(st.integers(0, 100), st.floats(-20, 80))
def test_heat_goes_before_charge(battery: int, temperature: float) -> None:
    rest = decide_rest(Health(battery=battery, temperature=temperature), RULES)
    too_warm = temperature > RULES.most_temperature
    assert (rest is not None) == (too_warm or battery < RULES.least_battery)
    if too_warm:
        assert rest is not None and rest.reason.startswith("too warm")


@pytest.mark.parametrize(
    ("output", "connected"),
    [
        ('Wi-Fi is enabled\nmWifiInfo SSID: "lab", Supplicant state: COMPLETED, RSSI: -52', True),
        ("Wi-Fi is enabled\nmWifiInfo SSID: <unknown ssid>, Supplicant state: SCANNING", False),
        ("Wi-Fi is disabled\nmWifiInfo Supplicant state: COMPLETED", False),
        ("Wi-Fi is disabled", False),
        ("Can't find service: wifi", None),
        ("", None),
    ],
)
def test_wifi_state(output: str, connected: bool | None) -> None:
    assert read_wifi(output) is connected
