"""Closed vocabularies of campaigns, with meanings; the values stand in the database."""

from enum import StrEnum


class CampaignState(StrEnum):
    """Where a campaign stands."""

    PLANNING = "planning"  # its jobs are being written; none runs yet
    ACTIVE = "active"
    PAUSED = "paused"  # running sessions end, nothing new starts
    CANCELLED = "cancelled"
    FINISHED = "finished"  # every job has its result


class JobKind(StrEnum):
    """What a job does."""

    SESSION = "session"  # a scenario on an app on a phone
    ANALYSIS = "analysis"  # judge a recording; needs no phone
    EXAMINATION = "examination"  # let outside engines examine an APK; needs no phone


class JobState(StrEnum):
    """Where a job stands. The last three are final."""

    PLANNED = "planned"  # waits in our own table
    QUEUED = "queued"  # handed to the queue engine
    RUNNING = "running"  # an attempt holds it
    DONE = "done"  # has its result, also where the app was to blame for a failure
    FAILED = "failed"  # given up: phones or farm failed too often; the last attempt is its result
    CANCELLED = "cancelled"


FINAL_STATES = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})

JOB_TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    JobState.PLANNED: frozenset({JobState.QUEUED, JobState.CANCELLED, JobState.DONE}),
    JobState.QUEUED: frozenset(
        {JobState.RUNNING, JobState.PLANNED, JobState.CANCELLED, JobState.DONE}
    ),
    JobState.RUNNING: frozenset(
        {JobState.PLANNED, JobState.RUNNING, JobState.DONE, JobState.FAILED, JobState.CANCELLED}
    ),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset({JobState.PLANNED}),  # an operator's `retry --failed`
    JobState.CANCELLED: frozenset(),
}
"""A queued or planned job becomes done when its holder, thought dead, reports before any other
attempt began."""


class AttemptState(StrEnum):
    """What became of one attempt. Its evidence stays in every case."""

    RUNNING = "running"
    ACCEPTED = "accepted"  # its result is the job's
    RETRIED = "retried"  # ended without a result that counts; another attempt follows
    SUPERSEDED = "superseded"  # ended after another attempt had been given the job
    LOST = "lost"  # its worker fell silent for longer than the lease


class Cause(StrEnum):
    """Who was to blame for how an attempt ended; decides whether it is tried again."""

    NONE = "none"  # it is complete
    APP = "app"  # recorded, not retried
    PHONE = "phone"  # tried on another phone
    FARM = "farm"  # host, store or network of ours; tried on another phone
    UNKNOWN = "unknown"  # tried twice more
    STOPPED = "stopped"  # an operator stopped the worker: tried again, at nobody's cost


class Reason(StrEnum):
    """Why an attempt ended as it did; details stand beside it in words."""

    COMPLETE = "complete"
    APP_FAILED = "app_failed"  # cannot be installed, started or kept running
    PHONE_FAILED = "phone_failed"
    PHONE_STUCK = "phone_stuck"  # the session's overall deadline passed
    NO_PHONE = "no_phone"  # it was taken meanwhile, or vanished
    NOT_SEALED = "not_sealed"  # the recording could not be completed
    APP_MISSING = "app_missing"  # the APK is not to be had, or is another
    SCENARIO_MISSING = "scenario_missing"  # this host has no such scenario, or another version
    ENGINE_ABSENT = "engine_absent"  # an outside engine is docked and does not answer
    HOOKS_MISSING = "hooks_missing"  # the store does not have the hooks that were asked for
    RECORDING_MISSING = "recording_missing"  # nothing to judge under that address
    NOT_JUDGED = "not_judged"  # analysis failed on this recording
    WORKER_ENDED = "worker_ended"  # killed during the attempt; found at its next start
    LEASE_EXPIRED = "lease_expired"  # no heartbeat for longer than the lease
    WORKER_STOPPED = "worker_stopped"
    JOB_WITHDRAWN = "job_withdrawn"  # cancelled, or given to another worker
    DEFECT = "defect"  # an error of the farm's own code


class HostState(StrEnum):
    """Where a worker's host stands."""

    UP = "up"
    DRAINING = "draining"
    GONE = "gone"  # signed off, or silent for longer than the lease
