"""What passes between workers and the ledger."""

import msgspec

from farm.apps.engines.statements import EngineResult
from farm.campaign.decisions import Requirement
from farm.campaign.vocabulary import Cause, JobKind, Reason


class AppFile(msgspec.Struct, frozen=True, kw_only=True):
    """One APK of an app, in the store under its digest."""

    sha256: str
    size: int = 0


class SessionOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a session job is told besides app, scenario and phone; no rule is among it."""

    settle_seconds: float = 10.0
    grant_permissions: bool = False
    bypass_pinning: bool = False  # checks of pinned certificates are overridden, each recorded
    hooks: str = ""  # key of a set of hooks in the store; empty: the worker's own


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a worker needs to know to run a job."""

    job: int
    fence: int  # of this attempt; a report without the latest number changes nothing
    kind: JobKind
    campaign: str
    package: str
    app_sha256: str
    files: tuple[AppFile, ...] = ()  # base APK first
    scenario: str = ""
    scenario_sha256: str = ""
    options: SessionOptions = SessionOptions()
    requirement: Requirement = Requirement()
    recording: str = ""  # analysis: where in the store the recording lies


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Free slots that may stand for one another, and the queues they can serve."""

    keys: frozenset[str]
    slots: tuple[str, ...]


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """A job for a slot."""

    work: Work
    slot: str


class FoundRow(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of an analysis, as the database lists it."""

    finding_id: str
    determined: bool
    rule: str
    clause: str
    phase: str
    level: str
    data_type: str
    severity: str
    confidence: str
    caller: str
    caller_sdk: str = ""
    receiver: str = ""
    receiver_domain: str = ""
    third_party: bool = False


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """How an attempt ended."""

    job: int
    fence: int
    slot: str
    cause: Cause
    reason: Reason
    detail: str = ""
    seconds: float = 0.0
    session_id: str = ""
    recording: str = ""  # where in the store; empty: there is none
    manifest_sha256: str = ""
    verdict: str = ""  # analysis
    findings: tuple[FoundRow, ...] = ()
    examined: tuple[EngineResult, ...] = ()  # examination
