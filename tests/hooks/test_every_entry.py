"""Every Java entry of the catalogue fires, with arguments, value and stack; and only when meant.

The app says in plain Java what it passed, got and expects; the stand-ins that it calls are made
from published descriptions of Android. Native entries are tested with a real library elsewhere.
"""

from collections import defaultdict

import pytest

from farm.model.events import Call
from farm.recorders.api.catalogue import load_catalogue
from tests.hooks.calling import Calls, Told

pytestmark = pytest.mark.timeout(
    400
)  # the first test waits for the app, which may have to be built

# Entries that a call of another one means as well, on purpose: the wider one is recorded too.
ALSO = {
    ("content.profile", "content.contacts"),
    ("packages.query_activities", "packages.query_activities.any"),
    ("sensors.activity", "sensors.register"),
}
# What the app does on its way to the call, or the stand-in within it: other data, so both count.
ON_THE_WAY = {
    ("network_interface.addresses", "network_interface.by_name"),
    ("network_interface.interface_addresses", "network_interface.by_name"),
    ("network_interface.mac", "network_interface.by_name"),
    ("telephony.sim_operator_name", "telephony.network_operator_name"),
}


ENTRIES = {
    api.id: api
    for api in load_catalogue().apis
    if api.kind == "java" and not api.id.startswith("farm.")
}


def same(one: str, other: str) -> bool:
    """Equal as text, or as a number: whole numbers with a fraction lose it on the way."""
    try:
        return one == other or float(one) == float(other)
    except ValueError:
        return False


@pytest.fixture(scope="session")
def told(everything: Calls) -> dict[str, list[Told]]:
    by_entry: dict[str, list[Told]] = defaultdict(list)
    for one in everything.told:
        by_entry[one.api].append(one)
    return by_entry


def recorded(everything: Calls, call: Told) -> list[Call]:
    return [one for one in everything.recorded.get(call.name, []) if one.api == call.api]


def test_the_app_was_hooked_in_time_and_no_hook_failed(everything: Calls) -> None:
    assert everything.ready.early
    assert everything.ready.failed == {}
    assert len(everything.told) > 1000


@pytest.mark.parametrize("api", ENTRIES)
def test_an_entry_fires_with_arguments_value_and_stack(
    everything: Calls, told: dict[str, list[Told]], api: str
) -> None:
    entry = ENTRIES[api]
    meant = [one for one in told[api] if one.matches]
    assert meant, "the app never calls it"
    for call in meant:
        assert not call.error.startswith("expectation"), call.error
        [record] = recorded(everything, call)
        assert (record.class_name, record.method) == (entry.class_, entry.method)
        assert record.data_type is entry.data_type
        assert (record.error or "") == call.error
        assert len(record.values) == len(call.values), (record.values, call.values)
        assert all(map(same, record.values, call.values)), (record.values, call.values)
        for said, seen in zip(call.arguments, record.arguments, strict=False):
            assert said == "*" or same(said, seen)
        if call.result != "*" and not call.error:
            assert same(call.result, "null" if record.result is None else record.result)
        app = [frame for frame in record.stack if frame.startswith("com.example.")]
        assert app[0].startswith(f"com.example.catalogue.Calls.{call.name}(Calls.java:")
        assert app[1].startswith("com.example.catalogue.Plan.")


@pytest.mark.parametrize("api", [api.id for api in ENTRIES.values() if api.when])
def test_an_entry_stays_silent_where_its_condition_is_narrowly_missed(
    everything: Calls, told: dict[str, list[Told]], api: str
) -> None:
    missed = [one for one in told[api] if not one.matches]
    assert missed
    assert [one.name for one in missed if recorded(everything, one)] == []


def test_a_call_is_recorded_once_and_as_nothing_else(everything: Calls) -> None:
    called = {one.name: one for one in everything.told}
    seen: set[tuple[str, str]] = set()
    for name, records in everything.recorded.items():
        if name:
            own = called[name].api
            # The JVM opens files and starts programs by functions that are hooked as well.
            others = [one.api for one in records if not one.api.startswith("native.")]
            seen |= {(own, one) for one in others if one != own}
    expected = ALSO | ON_THE_WAY
    assert {pair for pair in seen - expected if called_near(pair)} == set()
    assert expected <= seen


def called_near(pair: tuple[str, str]) -> bool:
    """A near-miss of one entry may well be what another one means, such as a settings key."""
    one, other = (ENTRIES[name] for name in pair)
    return (one.class_, one.method) != (other.class_, other.method)
