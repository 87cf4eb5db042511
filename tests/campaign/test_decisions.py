"""The decisions as laws: whatever the state, these things hold."""

from hypothesis import given
from hypothesis import strategies as st

from farm.campaign.decisions import (
    Capability,
    JobFacts,
    Requirement,
    RetryPolicy,
    Take,
    can_run,
    choose_slot,
    decide_report,
    decide_take,
    group_slots,
    retry_delay,
)
from farm.campaign.vocabulary import (
    FINAL_STATES,
    JOB_TRANSITIONS,
    AttemptState,
    CampaignState,
    Cause,
    JobState,
)

small = st.integers(0, 6)
facts = st.builds(
    JobFacts,
    state=st.sampled_from(JobState),
    campaign=st.sampled_from(CampaignState),
    fence=small,
    delivery=small,
    faults=small,
    unknowns=small,
    losses=small,
)
policies = st.builds(RetryPolicy, faults=small, unknowns=small, losses=small)
requirements = st.builds(
    Requirement,
    profile=st.sampled_from(["", "pixel", "mi8"]),
    access=st.sampled_from(["", "su", "gadget"]),
    lowest_sdk=st.sampled_from([0, 28, 33]),
    abis=st.sampled_from([(), ("arm64-v8a",), ("armeabi-v7a",), ("x86", "x86_64")]),
)
phones = st.builds(
    Capability,
    profile=st.sampled_from(["pixel", "mi8"]),
    access=st.sampled_from(["su", "gadget"]),
    sdk=st.sampled_from([21, 28, 34]),
    abi=st.sampled_from(["arm64-v8a", "armeabi-v7a", "x86_64", "riscv64"]),
)


@given(facts, small, policies)
def test_only_the_latest_handing_out_of_a_living_job_runs(
    job: JobFacts, delivery: int, policy: RetryPolicy
) -> None:
    taken = decide_take(job, delivery, policy)
    if taken is Take.RUN:
        assert job.state in (JobState.QUEUED, JobState.RUNNING)
        assert JobState.RUNNING in JOB_TRANSITIONS[job.state]
        assert delivery == job.delivery
        assert job.campaign is CampaignState.ACTIVE
    if job.state in FINAL_STATES:
        assert taken is Take.DROP
    if taken is Take.GIVE_UP:
        assert job.state is JobState.RUNNING
        assert job.losses >= policy.losses


@given(facts, small, st.sampled_from(Cause), policies)
def test_nobody_but_the_holder_of_the_latest_number_changes_a_job(
    job: JobFacts, fence: int, cause: Cause, policy: RetryPolicy
) -> None:
    settled = decide_report(job, fence, cause, policy)
    if fence != job.fence or job.state in FINAL_STATES:
        assert settled.attempt is AttemptState.SUPERSEDED
        assert settled.job_state is None
    else:
        assert settled.attempt is not AttemptState.SUPERSEDED
    if settled.job_state is not None:
        assert settled.job_state in JOB_TRANSITIONS[job.state]
    # An attempt is accepted exactly when its job ends with it.
    assert (settled.attempt is AttemptState.ACCEPTED) == (settled.job_state in FINAL_STATES)


@given(facts, policies)
def test_what_the_app_did_is_recorded_and_never_tried_again(
    job: JobFacts, policy: RetryPolicy
) -> None:
    settled = decide_report(job, job.fence, Cause.APP, policy)
    assert settled.job_state in (JobState.DONE, None)
    assert (settled.job_state is None) == (job.state in FINAL_STATES)


@given(st.lists(st.sampled_from([Cause.PHONE, Cause.FARM, Cause.UNKNOWN])), policies)
def test_a_job_that_always_fails_ends(causes: list[Cause], policy: RetryPolicy) -> None:
    job = JobFacts(state=JobState.RUNNING, campaign=CampaignState.ACTIVE, fence=1, delivery=1)
    tries = 0
    for cause in causes:
        settled = decide_report(job, job.fence, cause, policy)
        tries += 1
        if settled.job_state is JobState.FAILED:
            break
        assert settled.job_state is JobState.PLANNED
        assert settled.avoid_phone == (cause is not Cause.UNKNOWN)
        job = JobFacts(
            state=JobState.RUNNING,
            campaign=job.campaign,
            fence=job.fence + 1,
            delivery=job.delivery + 1,
            faults=job.faults + (cause is not Cause.UNKNOWN),
            unknowns=job.unknowns + (cause is Cause.UNKNOWN),
        )
    assert tries <= policy.faults + policy.unknowns + 1


def test_an_unknown_failure_is_tried_twice_more() -> None:
    policy = RetryPolicy()
    ends = [
        decide_report(
            JobFacts(
                state=JobState.RUNNING,
                campaign=CampaignState.ACTIVE,
                fence=number + 1,
                delivery=1,
                unknowns=number,
            ),
            number + 1,
            Cause.UNKNOWN,
            policy,
        ).job_state
        for number in range(3)
    ]
    assert ends == [JobState.PLANNED, JobState.PLANNED, JobState.FAILED]


@given(facts, policies)
def test_stopping_a_worker_costs_a_job_nothing(job: JobFacts, policy: RetryPolicy) -> None:
    settled = decide_report(job, job.fence, Cause.STOPPED, policy)
    assert settled.job_state in (JobState.PLANNED, None)
    assert settled.delay == 0 and not settled.avoid_phone


@given(st.integers(0, 10_000), policies)
def test_delays_grow_and_stay_bounded(earlier: int, policy: RetryPolicy) -> None:
    assert 0 < retry_delay(earlier, policy) <= policy.longest_delay
    assert retry_delay(earlier + 1, policy) >= retry_delay(earlier, policy)


@given(phones, requirements, requirements)
def test_asking_more_never_finds_more_phones(
    offer: Capability, one: Requirement, other: Requirement
) -> None:
    both = Requirement(
        profile=one.profile or other.profile,
        access=one.access or other.access,
        lowest_sdk=max(one.lowest_sdk, other.lowest_sdk),
        abis=one.abis,
    )
    if can_run(offer, both) and other.profile in ("", both.profile):
        assert can_run(offer, Requirement(profile=one.profile, abis=one.abis))
    assert can_run(offer, Requirement())
    assert (one.key == other.key) == (one == other)


def test_phones_run_what_their_abi_implies() -> None:
    phone = Capability(profile="p", access="su", sdk=30, abi="arm64-v8a")
    assert can_run(phone, Requirement(abis=("armeabi-v7a",)))
    assert not can_run(phone, Requirement(abis=("x86", "x86_64")))
    old = Capability(profile="p", access="su", sdk=22, abi="armeabi-v7a")
    assert not can_run(old, Requirement(abis=("arm64-v8a",)))
    assert not can_run(old, Requirement(lowest_sdk=23))


slots = st.dictionaries(
    st.text("abc123", min_size=1, max_size=4), st.frozensets(st.sampled_from("xyz")), max_size=8
)


@given(slots, st.randoms())
def test_grouping_keeps_every_slot_and_ignores_their_order(
    given_slots: dict[str, frozenset[str]], chance: object
) -> None:
    items = list(given_slots.items())
    grouped = group_slots(items)
    assert grouped == group_slots(items[::-1])
    assert sorted(n for _, names in grouped for n in names) == sorted(
        name for name, keys in items if keys
    )
    assert all(given_slots[name] == keys for keys, names in grouped for name in names)


@given(st.sets(st.text("ab", min_size=1)), st.sets(st.text("ab", min_size=1)), st.booleans())
def test_a_phone_that_failed_is_taken_only_when_the_wait_for_another_is_over(
    free: set[str], avoid: set[str], avoiding: bool
) -> None:
    chosen = choose_slot(free, avoid, avoiding)
    if free - avoid:
        assert chosen in free - avoid
    elif avoiding or not free:
        assert chosen is None
    else:
        assert chosen in free
