"""What is known of cases and reviews, as values for pages, commands and programs."""

import datetime

import msgspec

from farm.cases.vocabulary import (
    CaseState,
    Dimension,
    RetestOutcome,
    ReviewAnswer,
    ReviewKind,
    ReviewState,
)


class CaseFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a list shows; an empty field asks nothing."""

    state: CaseState | None = None
    open: bool = False  # only what is not fixed, removed or dismissed
    package: str = ""
    developer: int | None = None
    problem: str = ""
    category: int | None = None
    store: str = ""
    sdk: str = ""


class CaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """One case in a list."""

    id: int
    package: str  # hostile text, as label
    label: str
    developer_id: int | None
    developer: str
    product_line: str
    category: int | None
    problem: str  # id of a rule, or "signal:" and a signal
    clause: str
    severity: str
    state: CaseState
    opened: datetime.datetime
    changed: datetime.datetime
    due: datetime.datetime | None
    closed: datetime.datetime | None
    found_version: str
    fixed_version: str | None
    notice: str | None  # its number
    noticed: datetime.datetime | None
    recurrences: int


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a case's history, which is only ever added to."""

    at: datetime.datetime
    actor: str
    action: str
    before: str
    after: str
    reason: str
    version: str | None
    job: int | None


class EvidenceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One finding a case stands on, in one judged session."""

    job: int  # the judgement's
    finding_id: str
    app_id: int
    version: str
    session_id: str
    analysis: str  # address in the store
    manifest_sha256: str
    scenario: str
    profile: str
    phase: str
    level: str
    data_type: str
    caller: str
    caller_sdk: str
    receiver: str
    receiver_domain: str
    seen: datetime.datetime


class RetestLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one version's sessions say about a case."""

    app_id: int
    version: str
    asked: datetime.datetime
    campaign: str | None
    outcome: RetestOutcome
    reason: str
    decided: datetime.datetime | None


class SignatureLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one person signed."""

    reviewer: str
    answer: ReviewAnswer
    reason: str
    evidence_sha256: str  # of the evidence as the person saw it
    at: datetime.datetime


class ReviewLine(msgspec.Struct, frozen=True, kw_only=True):
    """One review in a list."""

    id: int
    kind: ReviewKind
    package: str
    label: str
    version: str
    app_id: int
    case_id: int | None
    clause: str
    state: ReviewState
    answer: ReviewAnswer | None
    opened: datetime.datetime
    changed: datetime.datetime
    signatures: list[SignatureLine]


class ReviewEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What one judged session brings to a review."""

    job: int
    session_id: str
    analysis: str  # address in the store
    scenario: str
    signs: list[str]  # references of events and what they show, in English
    signs_zh: list[str] = []
    events: list[list[str]] = []  # of each sign: "ui:12"
    lacks: list[str] = []


class ReviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """One review with what was prepared for it."""

    review: ReviewLine
    evidence: list[ReviewEvidence]
    evidence_sha256: str  # to be handed back with a signature


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one case."""

    case: CaseLine
    events: list[EventLine]  # oldest first
    evidence: list[EvidenceLine]  # newest first, bounded
    retests: list[RetestLine]
    reviews: list[ReviewLine]
    notices: list[str]  # numbers of every notice that went out


class TallyLine(msgspec.Struct, frozen=True, kw_only=True):
    """How many cases have one value of a dimension."""

    value: str
    states: dict[CaseState, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())


class MonthLine(msgspec.Struct, frozen=True, kw_only=True):
    """How many cases were opened in one month, by the state they are in now."""

    month: datetime.date
    states: dict[CaseState, int]


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of all cases. A case that was found in two stores counts in both."""

    dimensions: dict[Dimension, list[TallyLine]]  # most cases first, bounded
    months: list[MonthLine]  # oldest first


class OffenderLine(msgspec.Struct, frozen=True, kw_only=True):
    """How often a developer, or one product line of it, broke and broke again."""

    developer_id: int
    developer: str
    product_line: str  # empty: the developer as a whole
    cases: int
    open_cases: int
    recurrences: int
