"""When phones rest: limits, what is not said, and Android's own words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.campaign.fleet.health import (
    CareRules,
    Health,
    decide_rest,
    load_care_rules,
    read_wifi,
    wants_reboot,
)
from farm.model.errors import UsageError

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


def test_an_operators_limits_replace_those_they_name(tmp_path: Path) -> None:
    path = tmp_path / "care.yaml"
    path.write_text("least_battery: 50\nmost_temperature: 38\nleast_storage: 2048\n")
    rules = load_care_rules(path)
    for health in (
        Health(battery=49), Health(temperature=38.1), Health(storage_free=(2 << 30) - 1),
    ):  # fmt: skip
        assert decide_rest(health, rules) is not None
        assert decide_rest(health, RULES) is None
    assert rules.most_uptime == RULES.most_uptime


def test_an_empty_file_of_limits_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "care.yaml"
    path.write_text("# nothing yet\n")
    assert load_care_rules(path) == RULES


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("least_battery: 130", "least_battery"),
        ("least_battery: -1", "least_battery"),
        ("most_temperature: 80", "most_temperature"),
        ("most_temperature: .nan", "most_temperature"),
        ("most_uptime: 0", "most_uptime"),  # would reboot for ever
        ("fault_rest: .inf", "fault_rest"),
        ("least_storage: 1 GB", "least_storage"),
        ("least_batery: 30", "least_batery"),
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused_by_name(
    tmp_path: Path, text: str, field: str
) -> None:
    path = tmp_path / "care.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as refused:
        load_care_rules(path)
    assert str(path) in str(refused.value) and field in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_documentation_shows_the_defaults(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "campaigns.md").read_text()
    shown = next(block for block in text.split("```")[1::2] if "least_battery" in block)
    path = tmp_path / "care.yaml"
    path.write_text(shown.removeprefix("yaml\n"))
    assert load_care_rules(path) == RULES
