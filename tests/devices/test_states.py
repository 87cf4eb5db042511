import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.devices.states import (
    TRANSITIONS,
    DeviceState,
    IllegalTransition,
    Wants,
    allocate,
    check_transition,
    fits,
)
from farm.model.session import DeviceInfo
from farm.model.vocabulary import AccessMode


def info(serial: str, sdk: int = 28, profile: str = "p") -> DeviceInfo:
    return DeviceInfo(
        serial=serial, manufacturer="", brand="", model="", device="", android_version="9",
        sdk=sdk, abi="arm64-v8a", build_fingerprint="", screen=(1, 1), profile=profile,
        access=AccessMode.SU,
    )  # fmt: skip


PHONES = st.lists(
    st.builds(info, st.sampled_from("abcdefgh"), st.sampled_from([27, 28, 33])),
    unique_by=lambda phone: phone.serial,
)
WANTS = st.builds(
    Wants, serial=st.sampled_from(["", "a", "b"]), lowest_sdk=st.sampled_from([0, 28, 33])
)


@given(phones=PHONES, wants=st.lists(WANTS, max_size=6), seed=st.integers(0, 99))
def test_allocation_does_not_depend_on_order(
    phones: list[DeviceInfo], wants: list[Wants], seed: int
) -> None:
    waiting = list(enumerate(wants))
    given_ = allocate(waiting, phones)
    dice = random.Random(seed)
    dice.shuffle(waiting)
    dice.shuffle(phones)
    assert allocate(waiting, phones) == given_
    assert len(set(given_.values())) == len(given_)
    by_serial = {phone.serial: phone for phone in phones}
    assert all(fits(wants[ticket], by_serial[serial]) for ticket, serial in given_.items())


def test_the_first_in_line_leaves_the_rare_phone_to_the_picky_one() -> None:
    waiting = [(1, Wants()), (2, Wants(lowest_sdk=33))]
    assert allocate(waiting, [info("a", 33), info("b", 28)]) == {1: "b", 2: "a"}


def test_a_phone_in_quarantine_is_never_leased() -> None:
    assert DeviceState.LEASED not in TRANSITIONS[DeviceState.QUARANTINED]
    with pytest.raises(IllegalTransition):
        check_transition(DeviceState.QUARANTINED, DeviceState.FREE)
    assert set(TRANSITIONS) == set(DeviceState)
