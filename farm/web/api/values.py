"""Values that operations take and give, beside those that other rooms have."""

from typing import Annotated

import msgspec

from farm.campaign.fleet.inventory import PhoneLine
from farm.cases.values import CaseLine
from farm.cases.vocabulary import CaseState
from farm.model.vocabulary import VerdictKind
from farm.register.values import AppLine
from farm.web.queries.campaigns import CampaignRow, SessionRow
from farm.web.uploads.self_check import CheckedFinding, SelfCheck

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Package = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]
Before = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Cursor = Annotated[str, msgspec.Meta(max_length=2000)]
Text = Annotated[str, msgspec.Meta(max_length=200)]


class _Query(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters in a query string."""


class ById(_Query, frozen=True, kw_only=True):
    """A part of a list that goes by numbers; `before` is the last number of the part before."""

    before: Before = 0
    limit: Limit = 50


class SessionsQuery(ById, frozen=True, kw_only=True):
    """Which sessions of a campaign."""

    verdict: VerdictKind | None = None


class AppsQuery(_Query, frozen=True, kw_only=True):
    """Which apps; `after` is the cursor that the part before ended with."""

    search: Text = ""
    store: Text = ""
    verdict: VerdictKind | None = None
    offending: bool = False
    flagged: bool = False
    after: Cursor = ""
    limit: Limit = 50


class CasesQuery(_Query, frozen=True, kw_only=True):
    """Which cases."""

    state: CaseState | None = None
    open: bool = False
    package: Annotated[str, msgspec.Meta(max_length=300)] = ""
    after: Cursor = ""
    limit: Limit = 50


class CheckQuery(_Query, frozen=True, kw_only=True):
    """What an app is given in for."""

    check: bool = True  # false: only register it, for campaigns


class CampaignList(msgspec.Struct, frozen=True, kw_only=True):
    """Campaigns, the newest first."""

    items: list[CampaignRow]


class SessionList(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions of a campaign, the newest job first."""

    items: list[SessionRow]


class AppList(msgspec.Struct, frozen=True, kw_only=True):
    """Apps; an empty cursor ends the list."""

    items: list[AppLine]
    after: str


class CaseList(msgspec.Struct, frozen=True, kw_only=True):
    """Cases; an empty cursor ends the list."""

    items: list[CaseLine]
    after: str


class PhoneList(msgspec.Struct, frozen=True, kw_only=True):
    """All phones."""

    items: list[PhoneLine]


class SelfCheckList(msgspec.Struct, frozen=True, kw_only=True):
    """What the token's owner gave in."""

    items: list[SelfCheck]


class SelfCheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One app that was given in, and what its sessions showed so far."""

    check: SelfCheck
    findings: list[CheckedFinding]


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign that was planned."""

    name: str
    apps: int
    jobs: int
    new: int  # jobs that were not there before


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What was wrong."""

    status: int
    message: str


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a request that was refused."""

    error: Problem
