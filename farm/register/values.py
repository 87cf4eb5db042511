"""What the register is told and what it says, as values for pages, commands and programs."""

import datetime
from enum import StrEnum

import msgspec


class SignerState(StrEnum):
    """What is known of a certificate that versions of a package were signed with."""

    FIRST = "first"  # the first one seen; whether it is genuine, nobody has said
    GENUINE = "genuine"  # in the list of genuine signers
    FLAGGED = "flagged"  # another than before, or not in the list: a person has to look
    ACCEPTED = "accepted"  # a person says it is the developer's (a new key, another store's)
    REFUSED = "refused"  # a person says it is not: repackaged


class IntakeState(StrEnum):
    """What the policy made of a version."""

    WAITING = "waiting"
    QUEUED = "queued"
    LEFT_OUT = "left_out"


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What a store says of an app it offers. Texts are the store's or the app's own."""

    store: str  # empty: none, as for an app that a campaign brought along
    source: str  # name of the configured source that saw it
    reference: str = ""  # path, address, or path on a phone
    label: str = ""
    developer: str = ""
    contact: str = ""
    product_line: str = ""
    category: int | None = None  # number of GB/T 41391


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """What entering a version has come to."""

    app_id: int
    package: str
    sha256: str
    new_product: bool
    new_version: bool
    new_sighting: bool  # in this store, by this source
    signer: SignerState


class AppFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which apps a list shows; an empty field asks nothing."""

    search: str = ""  # beginning of a word of package or label
    category: int | None = None  # number of GB/T 41391
    developer: int | None = None
    store: str = ""
    verdict: str = ""
    flagged: bool = False  # only with a flagged signer
    offending: bool = False  # only with an open case


class AppLine(msgspec.Struct, frozen=True, kw_only=True):
    """One app in a list. Package and label are the app's own words: hostile text."""

    id: int
    package: str
    label: str
    developer_id: int | None
    developer: str
    product_line: str
    category: int | None
    first_seen: datetime.datetime
    last_seen: datetime.datetime
    versions: int
    latest_version: str
    verdict: str | None  # of its last judged session
    judged: datetime.datetime | None
    open_cases: int
    flagged_signers: int


class VersionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an app: one base APK by digest."""

    app_id: int
    sha256: str
    version_code: int
    version_name: str
    label: str
    signer_sha256: str
    signer_state: str | None
    size: int
    target_sdk: int
    sdks: list[str]
    first_seen: datetime.datetime
    stores: list[str]
    intake: str | None
    sessions: int  # that ended
    verdict: str | None  # the gravest of its judged sessions


class SignerLine(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate of an app."""

    signer_sha256: str
    state: SignerState
    first_seen: datetime.datetime
    decided: datetime.datetime | None
    decided_by: str
    reason: str


class FactLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one source says of an app."""

    field: str
    value: str
    source: str
    said: datetime.datetime


class SightingLine(msgspec.Struct, frozen=True, kw_only=True):
    """Where a version was seen."""

    app_id: int
    store: str
    source: str
    reference: str
    first_seen: datetime.datetime
    last_seen: datetime.datetime


class AppPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the register says of one app."""

    app: AppLine
    versions: list[VersionLine]  # newest first, bounded
    signers: list[SignerLine]
    facts: list[FactLine]
    sightings: list[SightingLine]  # newest first, bounded


class SessionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One session job of a version, with its latest judgement."""

    job: int
    campaign: str
    scenario: str
    profile: str
    state: str
    cause: str | None
    reason: str | None
    session_id: str | None
    recording: str | None  # address in the store
    started: datetime.datetime | None
    ended: datetime.datetime | None
    analysis_job: int | None
    analysis: str | None  # address in the store
    verdict: str | None
    findings: int  # determined ones


class SourceLine(msgspec.Struct, frozen=True, kw_only=True):
    """How a source of apps is doing."""

    name: str
    kind: str
    checked: datetime.datetime | None
    succeeded: datetime.datetime | None
    error: str
    taken: int
    refused: int
