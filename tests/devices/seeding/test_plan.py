"""What is planted belongs to one session alone, and to nobody else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.detect.identify.checks import is_mobile_number
from farm.detect.identify.information import STRONG_BITS, information
from farm.devices.seeding.places import STEP_METRES, back_and_forth
from farm.devices.seeding.plan import SeedPlan, make_plan, marks_of, new_token

tokens = st.binary(min_size=16, max_size=16).map(bytes.hex)


def values_of(plan: SeedPlan) -> set[str]:
    people = {value for one in plan.contacts for value in (one.name, one.number)}
    entry, message, photo = plan.appointment, plan.message, plan.photo
    places = {place.text for place in (*plan.track, photo.place)}
    return {
        *people, *places, entry.title, entry.place, message.sender, message.body, photo.name,
        photo.unique_id, plan.clipboard,
    }  # fmt: skip


def test_two_sessions_share_no_value() -> None:
    seen: set[str] = set()
    for number in range(200):  # always the same ones: a test that luck decides is none
        values = values_of(make_plan(f"{number:032x}"))
        assert not values & seen
        seen |= values


@given(tokens)
def test_a_token_makes_one_plan(token: str) -> None:
    assert make_plan(token) == make_plan(token)


@given(tokens)
def test_numbers_look_like_mobile_numbers_and_are_nobodys(token: str) -> None:
    plan = make_plan(token)
    for number in [plan.message.sender, *(one.number for one in plan.contacts)]:
        assert re.fullmatch(r"1[3-9]\d{9}", number)
        assert not is_mobile_number(number)
        assert information(number) > STRONG_BITS  # enough to be told without company


@given(tokens)
def test_marks_stand_in_what_they_mark_and_in_nothing_else(token: str) -> None:
    plan, marks = make_plan(token), marks_of(token)
    assert marks.message in plan.message.body
    assert marks.photo == plan.photo.name
    others = values_of(plan) - {plan.message.body, plan.photo.name}
    for mark in (marks.contacts, marks.calendar, marks.message, marks.photo.removesuffix(".jpg")):
        assert len(mark) >= 16
        assert not any(mark.lower() in value.lower() for value in others)


@given(tokens)
def test_the_way_is_walked_in_steps_and_the_photo_was_taken_elsewhere(token: str) -> None:
    plan = make_plan(token)
    for one, other in zip(plan.track, plan.track[1:], strict=False):
        north = (other.latitude - one.latitude) * 111_320
        east = (other.longitude - one.longitude) * 111_320  # at most: meridians converge
        assert north**2 + (east * 0.75) ** 2 <= (STEP_METRES[1] + 1) ** 2
        assert north**2 + east**2 >= (STEP_METRES[0] * 0.9) ** 2
        # At one decimal, the coarsest that counts, walk and photo are still apart.
        assert abs(one.latitude - plan.photo.place.latitude) > 1
        assert abs(one.longitude - plan.photo.place.longitude) > 1


def test_the_way_goes_back_and_forth() -> None:
    assert [back_and_forth(4, step) for step in range(9)] == [0, 1, 2, 3, 2, 1, 0, 1, 2]
    assert [back_and_forth(1, step) for step in range(3)] == [0, 0, 0]


@pytest.mark.parametrize("text", ["", "a" * 31, "A" * 32, "' OR 1=1 --".ljust(32), "../" * 11])
def test_what_is_no_token_makes_no_mark(text: str) -> None:
    with pytest.raises(ValueError, match="no token"):
        marks_of(text)


def test_every_token_is_another() -> None:
    assert len({new_token() for _ in range(100)}) == 100
