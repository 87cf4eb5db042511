"""Every decision about jobs as a small pure function of values: take, report, retry, choose.

The shells around them (SQL, worker, simulation) run these same functions. No I/O, no clock.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum

import msgspec

from farm.campaign.vocabulary import FINAL_STATES, AttemptState, CampaignState, Cause, JobState


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How often and how soon a job is tried again."""

    faults: int = 4  # retries where the phone or the farm was to blame
    unknowns: int = 2  # retries where nobody knows
    losses: int = 5  # attempts whose worker fell silent, before the job is taken for the cause
    first_delay: float = 5.0  # seconds before the first retry; doubles
    longest_delay: float = 300.0
    avoid_seconds: float = 600.0  # for so long only other phones are offered the job


class JobFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a job when something is to be decided about it."""

    state: JobState
    campaign: CampaignState
    fence: int  # number of its latest attempt; 0: never tried
    delivery: int  # how often it was handed to the queue
    faults: int = 0
    unknowns: int = 0
    losses: int = 0


class Take(StrEnum):
    """What to do with a queue entry."""

    RUN = "run"  # give it to the phone, under the next fencing number
    DROP = "drop"  # the entry is stale: the job is over or was handed out anew
    SHELVE = "shelve"  # its campaign does not run now: back to the plan
    GIVE_UP = "give_up"  # it lost its worker too often: it fails


def decide_take(job: JobFacts, entry_delivery: int, policy: RetryPolicy) -> Take:
    """Decide about an entry that the queue delivered, perhaps not for the first time.

    The engine delivers a job again when its worker fell silent, so a running job may be taken:
    whoever runs it now holds an older fencing number from then on.
    """
    if job.state in FINAL_STATES or job.state is JobState.PLANNED:
        return Take.DROP
    if entry_delivery != job.delivery:
        return Take.DROP
    if job.campaign is not CampaignState.ACTIVE:
        return Take.SHELVE
    if job.state is JobState.RUNNING and job.losses >= policy.losses:
        return Take.GIVE_UP
    return Take.RUN


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What a report makes of its attempt and its job; `job_state` None leaves the job alone."""

    attempt: AttemptState
    job_state: JobState | None
    delay: float = 0.0  # seconds before the next attempt
    avoid_phone: bool = False


SUPERSEDED = Settled(attempt=AttemptState.SUPERSEDED, job_state=None)


def decide_report(job: JobFacts, fence: int, cause: Cause, policy: RetryPolicy) -> Settled:
    """Decide what an attempt's report does.

    Only the holder of the latest fencing number changes the job, whatever it was thought to be.
    """
    if job.state in FINAL_STATES or fence != job.fence:
        return SUPERSEDED
    if cause in (Cause.NONE, Cause.APP):
        return Settled(attempt=AttemptState.ACCEPTED, job_state=JobState.DONE)
    if job.state is not JobState.RUNNING:
        # Its holder was thought dead and the job already waits for its next attempt.
        return Settled(attempt=AttemptState.RETRIED, job_state=None)
    if cause is Cause.STOPPED:
        return Settled(attempt=AttemptState.RETRIED, job_state=JobState.PLANNED)
    tried, allowed = (
        (job.unknowns, policy.unknowns) if cause is Cause.UNKNOWN else (job.faults, policy.faults)
    )
    if tried >= allowed:
        return Settled(attempt=AttemptState.ACCEPTED, job_state=JobState.FAILED)
    return Settled(
        attempt=AttemptState.RETRIED,
        job_state=JobState.PLANNED,
        delay=retry_delay(job.faults + job.unknowns, policy),
        avoid_phone=cause in (Cause.PHONE, Cause.FARM),
    )


def retry_delay(earlier: int, policy: RetryPolicy) -> float:
    """Seconds before the next attempt, after `earlier` failed ones."""
    return float(min(policy.first_delay * 2 ** min(earlier, 30), policy.longest_delay))


class Requirement(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What a job asks of a phone. Empty fields ask nothing."""

    profile: str = ""
    access: str = ""  # one of `AccessMode`
    lowest_sdk: int = 0
    abis: tuple[str, ...] = ()  # of the app's native code, any one will do
    build: str = ""  # fingerprint of the phone's system image
    network: str = ""  # the operator's word for where a host's traffic leaves

    @property
    def key(self) -> str:
        """The queue that such jobs wait in."""
        parts = [
            f"profile={self.profile}" if self.profile else "",
            f"access={self.access}" if self.access else "",
            f"sdk={self.lowest_sdk}" if self.lowest_sdk else "",
            f"abi={','.join(self.abis)}" if self.abis else "",
            f"build={self.build}" if self.build else "",
            f"network={self.network}" if self.network else "",
        ]
        return "session " + (" ".join(part for part in parts if part) or "any")


ANALYSIS_KEY = "analysis"
"""The queue of recordings to be judged."""

EXAMINATION_KEY = "examination"
"""The queue of APKs that outside engines examine."""

PHONELESS = frozenset({ANALYSIS_KEY, EXAMINATION_KEY})
"""Queues whose jobs need no phone."""


class Capability(msgspec.Struct, frozen=True, kw_only=True):
    """What one phone offers."""

    profile: str
    access: str
    sdk: int
    abi: str  # its first ABI
    build: str = ""  # fingerprint of its system image
    network: str = ""  # where its host's traffic leaves


_RUNS = {
    "arm64-v8a": frozenset({"arm64-v8a", "armeabi-v7a", "armeabi"}),
    "armeabi-v7a": frozenset({"armeabi-v7a", "armeabi"}),
    "x86_64": frozenset({"x86_64", "x86"}),
}
"""ABIs that a phone with the given first ABI runs as a rule (Android NDK, "Android ABIs")."""


def can_run(offer: Capability, wanted: Requirement) -> bool:
    """Whether a phone can run what a job asks for."""
    runs = _RUNS.get(offer.abi, frozenset({offer.abi}))
    return (
        wanted.profile in ("", offer.profile)
        and wanted.access in ("", offer.access)
        and wanted.build in ("", offer.build)
        and wanted.network in ("", offer.network)
        and offer.sdk >= wanted.lowest_sdk
        and (not wanted.abis or not runs.isdisjoint(wanted.abis))
    )


def group_slots(
    free: Iterable[tuple[str, frozenset[str]]],
) -> list[tuple[frozenset[str], list[str]]]:
    """Group slots `(name, queues it can serve)` that may stand for one another.

    Groups that can serve the fewest queues come first, so that what is picky is not left over;
    the order of `free` is without influence.
    """
    groups: dict[frozenset[str], list[str]] = {}
    for name, keys in sorted(free, key=lambda slot: slot[0]):
        if keys:
            groups.setdefault(keys, []).append(name)
    return sorted(groups.items(), key=lambda group: (len(group[0]), sorted(group[0]), group[1]))


def choose_slot(slots: Collection[str], avoid: Collection[str], avoiding: bool) -> str | None:
    """Choose a slot for a job, or None to hand it back for another host to try.

    Args:
        slots: free ones that can run the job.
        avoid: phones on which it failed.
        avoiding: whether the time for which it waits for another phone has not passed yet.
    """
    fresh = sorted(slot for slot in slots if slot not in avoid)
    if fresh:
        return fresh[0]
    return None if avoiding or not slots else min(slots)
