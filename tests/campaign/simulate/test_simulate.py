"""The simulation keeps the farm's laws, and answers what arithmetic can check."""

import msgspec
import pytest

from farm.campaign.decisions import Capability, Requirement, RetryPolicy
from farm.campaign.simulate.capacity import fleet, phones_needed
from farm.campaign.simulate.world import Figures, SimulatedPhone, World

CALM = Figures(
    seconds=(100.0,), pause=1.0, phone_fault=0, app_fault=0, unknown=0, crashes_per_host_day=0,
    reboot_minutes=0,
)  # fmt: skip
JOBS = [Requirement()] * 200


def calm(**changes: object) -> Figures:
    return msgspec.structs.replace(CALM, **changes)


def test_without_failures_it_is_arithmetic() -> None:
    outcome = World(JOBS, fleet(10, 5), CALM, 1).run(days=30)
    assert (outcome.done, outcome.failed, outcome.attempts) == (200, 0, 200)
    assert 200 / 10 * 100 <= outcome.seconds <= 200 / 10 * 104


def test_equal_seeds_give_equal_outcomes_and_others_do_not() -> None:
    figures = calm(phone_fault=0.1, unknown=0.05, crashes_per_host_day=20.0, seconds=(50.0, 150.0))
    first = World(JOBS, fleet(10, 5), figures, 7).run(days=30)
    assert first == World(JOBS, fleet(10, 5), figures, 7).run(days=30)
    assert first != World(JOBS, fleet(10, 5), figures, 8).run(days=30)


def test_what_the_app_did_costs_one_attempt_and_what_the_phone_did_is_given_up() -> None:
    app = World(JOBS, fleet(10, 5), calm(app_fault=1.0), 1).run(days=30)
    assert (app.done, app.attempts) == (200, 200)
    policy = RetryPolicy(faults=2)
    phone = World(JOBS, fleet(10, 5), calm(phone_fault=1.0, policy=policy), 1).run(days=30)
    assert (phone.failed, phone.attempts) == (200, 600)


def test_crashed_hosts_cost_time_and_no_job() -> None:
    stormy = World(JOBS, fleet(10, 5), calm(crashes_per_host_day=100.0), 3).run(days=30)
    assert stormy.done + stormy.failed == 200
    assert stormy.attempts > 200
    assert stormy.seconds > World(JOBS, fleet(10, 5), CALM, 3).run(days=30).seconds


def test_only_phones_that_can_run_a_job_do() -> None:
    old = Capability(profile="old", access="su", sdk=21, abi="armeabi-v7a")
    phones = [SimulatedPhone(name="old", host="h", offer=old), *fleet(1, 1)]
    outcome = World([Requirement(lowest_sdk=30)] * 10, phones, CALM, 1).run(days=1)
    assert outcome.seconds >= 10 * 100
    nobody = World([Requirement(profile="none")] * 3, phones, CALM, 1).run(days=1)
    assert (nobody.done, nobody.failed) == (0, 0)


@pytest.mark.parametrize("apps", [3650, 36_500])
def test_phones_needed_grow_with_the_work_and_suffice(apps: int) -> None:
    need = phones_needed(apps, 2, 5, CALM)
    exact = need.sessions_per_day * 101 / 86_400
    assert exact * 0.99 <= need.phones <= exact * 1.1 + 1
    assert need.hours <= 24
