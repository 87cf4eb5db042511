"""A discrete-event simulation of one campaign: simpy's clock, the farm's own decisions.

What is real: which phone may run what, which slot gets a job, what a report does, delays,
avoidance, leases and when a job is given up (`farm.campaign.decisions`). What is made up: how long
sessions take and what fails, drawn from the given figures.
"""

import heapq
import random
from collections.abc import Generator, Sequence
from typing import Any

import msgspec
import simpy

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
)
from farm.campaign.vocabulary import FINAL_STATES, CampaignState, Cause, JobState

_DAY = 86_400.0
_STEPS = 20.0  # a phone's pause between two sessions is at least 1/20 of the given one


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What sessions and hosts are like; measured, or assumed."""

    seconds: tuple[float, ...] = (150.0,)  # lengths of sessions to draw from
    pause: float = 3.0  # of a phone between two sessions: look at it, ask for work
    phone_fault: float = 0.02  # share of attempts
    app_fault: float = 0.01
    unknown: float = 0.005
    fault_share: float = 0.5  # how much of its time a failing session takes
    crashes_per_host_day: float = 0.1  # of workers or hosts
    crash_minutes: float = 10.0  # until it is back
    reboot_minutes: float = 3.0  # of each phone, once a day
    lease: float = 30.0
    policy: RetryPolicy = RetryPolicy()


class SimulatedPhone(msgspec.Struct, frozen=True, kw_only=True):
    """One phone at one host."""

    name: str
    host: str
    offer: Capability


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a simulated campaign went."""

    jobs: int
    done: int
    failed: int
    attempts: int
    seconds: float  # from the start to the last result
    busy_share: float  # of all phone time


class _Job:
    def __init__(self, number: int, wants: Requirement) -> None:
        self.number = number
        self.wants = wants
        self.facts = JobFacts(
            state=JobState.QUEUED, campaign=CampaignState.ACTIVE, fence=0, delivery=1
        )
        self.avoid: set[str] = set()
        self.avoid_until = 0.0


class World:
    """One run; equal seeds give equal outcomes."""

    def __init__(
        self,
        jobs: Sequence[Requirement],
        phones: Sequence[SimulatedPhone],
        figures: Figures,
        seed: int,
    ) -> None:
        self._figures = figures
        self._chance = random.Random(seed)  # noqa: S311 - a simulation, no secret
        self._clock = simpy.Environment()
        self._phones = phones
        self._total = len(jobs)
        self._queues: dict[Requirement, list[tuple[int, _Job]]] = {}
        for number, wants in enumerate(jobs):
            self._queues.setdefault(wants, []).append((number, _Job(number, wants)))
        self._crashes: dict[str, list[float]] = {}
        self._deck: list[float] = []
        self._ended = {JobState.DONE: 0, JobState.FAILED: 0}
        self._attempts = 0
        self._busy = 0.0
        self._last = 0.0

    def run(self, days: float) -> Outcome:
        """Run until every job has ended, or for so many days."""
        horizon = days * _DAY
        self._plan_crashes(horizon)
        for phone in self._phones:
            self._clock.process(self._phone(phone))
        self._clock.run(until=horizon)
        elapsed = self._last if self._left == 0 else horizon
        return Outcome(
            jobs=self._total,
            done=self._ended[JobState.DONE],
            failed=self._ended[JobState.FAILED],
            attempts=self._attempts,
            seconds=elapsed,
            busy_share=self._busy / max(elapsed * len(self._phones), 1.0),
        )

    @property
    def _left(self) -> int:
        return self._total - sum(self._ended.values())

    def _plan_crashes(self, horizon: float) -> None:
        rate = self._figures.crashes_per_host_day / _DAY
        for host in sorted({phone.host for phone in self._phones}):
            times: list[float] = []
            moment = 0.0
            while rate > 0 and (moment := moment + self._chance.expovariate(rate)) < horizon:
                times.append(moment)
            self._crashes[host] = times

    def _phone(self, phone: SimulatedPhone) -> Generator[Any, Any, None]:
        figures, clock = self._figures, self._clock
        yield clock.timeout(self._chance.uniform(0, figures.pause))
        reboot = self._chance.uniform(0, _DAY)
        while self._left:
            down = self._crash_before(phone.host, clock.now)
            if down > clock.now:
                yield clock.timeout(down - clock.now)
                continue
            if clock.now >= reboot:
                reboot += _DAY
                yield clock.timeout(figures.reboot_minutes * 60)
                continue
            job = self._take(phone)
            if job is None:
                yield clock.timeout(max(figures.pause, 1.0))
                continue
            yield from self._session(phone, job)
            low = figures.pause / _STEPS
            yield clock.timeout(self._chance.uniform(low, 2 * figures.pause - low))

    def _crash_before(self, host: str, now: float) -> float:
        """Until when the host is down at `now`; 0 if it is up."""
        for moment in self._crashes[host]:
            if moment <= now < moment + self._figures.crash_minutes * 60:
                return moment + self._figures.crash_minutes * 60
        return 0.0

    def _take(self, phone: SimulatedPhone) -> _Job | None:
        now = self._clock.now
        able = [wants for wants, queue in self._queues.items()
                if queue and can_run(phone.offer, wants)]  # fmt: skip
        put_back: list[_Job] = []
        found: _Job | None = None
        while found is None and any(self._queues[wants] for wants in able):
            wants = min((w for w in able if self._queues[w]), key=lambda w: self._queues[w][0][0])
            _, job = heapq.heappop(self._queues[wants])
            taken = decide_take(job.facts, job.facts.delivery, self._figures.policy)
            if taken is Take.GIVE_UP:
                self._end(job, JobState.FAILED)
            elif choose_slot({phone.name}, job.avoid, now < job.avoid_until) is None:
                put_back.append(job)
            else:
                found = job
        for job in put_back:
            heapq.heappush(self._queues[job.wants], (job.number, job))
        if found is not None:
            lost = found.facts.state is JobState.RUNNING
            found.facts = msgspec.structs.replace(
                found.facts,
                state=JobState.RUNNING,
                fence=found.facts.fence + 1,
                losses=found.facts.losses + lost,
            )
            self._attempts += 1
        return found

    def _session(self, phone: SimulatedPhone, job: _Job) -> Generator[Any, Any, None]:
        figures, clock = self._figures, self._clock
        cause = self._cause()
        seconds = self._length()
        if cause is not Cause.NONE:
            seconds *= figures.fault_share
        crash = next((m for m in self._crashes[phone.host] if m > clock.now), None)
        if crash is not None and crash < clock.now + seconds:
            self._busy += crash - clock.now
            yield clock.timeout(crash - clock.now)
            clock.process(self._redeliver(job))
            return
        self._busy += seconds
        yield clock.timeout(seconds)
        settled = decide_report(job.facts, job.facts.fence, cause, figures.policy)
        if settled.job_state in FINAL_STATES:
            assert settled.job_state is not None  # noqa: S101 - None is no final state
            self._end(job, settled.job_state)
            return
        if settled.avoid_phone:
            job.avoid.add(phone.name)
            job.avoid_until = clock.now + figures.policy.avoid_seconds
        job.facts = msgspec.structs.replace(
            job.facts,
            state=JobState.QUEUED,
            delivery=job.facts.delivery + 1,
            faults=job.facts.faults + (cause in (Cause.PHONE, Cause.FARM)),
            unknowns=job.facts.unknowns + (cause is Cause.UNKNOWN),
        )
        clock.process(self._later(job, settled.delay))

    def _redeliver(self, job: _Job) -> Generator[Any, Any, None]:
        """The queue delivers a job again when its worker has been silent for the lease."""
        yield self._clock.timeout(self._figures.lease)
        heapq.heappush(self._queues[job.wants], (job.number, job))

    def _later(self, job: _Job, delay: float) -> Generator[Any, Any, None]:
        yield self._clock.timeout(delay)
        heapq.heappush(self._queues[job.wants], (job.number, job))

    def _length(self) -> float:
        """Draw a session's length as from a deck of cards, so that small runs keep the mean."""
        if not self._deck:
            self._deck = self._chance.sample(self._figures.seconds, len(self._figures.seconds))
        return self._deck.pop()

    def _cause(self) -> Cause:
        drawn = self._chance.random()
        for share, cause in (
            (self._figures.phone_fault, Cause.PHONE),
            (self._figures.app_fault, Cause.APP),
            (self._figures.unknown, Cause.UNKNOWN),
        ):
            if drawn < share:
                return cause
            drawn -= share
        return Cause.NONE

    def _end(self, job: _Job, state: JobState) -> None:
        job.facts = msgspec.structs.replace(job.facts, state=state)
        self._ended[state] += 1
        self._last = self._clock.now
