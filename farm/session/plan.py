"""What one session is asked to do, and what it ended with. Values only."""

from pathlib import Path

import msgspec

from farm.explore.loader import Scenario
from farm.model.session import App
from farm.model.vocabulary import Outcome
from farm.session.machine import Deadlines


class SessionPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario on one app; which phone runs it is decided by the pool."""

    app: App
    apks: tuple[Path, ...]  # base first, then splits
    scenario: Scenario
    folder: Path  # of the recording; must not exist yet
    session_id: str
    settle_seconds: float = 10.0  # observed after the scenario ended
    grant_permissions: bool = False  # as a user who allowed everything at installation
    bypass_pinning: bool = False  # checks of pinned certificates are overridden, each recorded
    category: str = ""  # of the app, as the operator gave it
    network: str = ""  # the operator's word for where the traffic leaves
    deadlines: Deadlines = Deadlines()


class SessionResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a session ended. The recording in `folder` is sealed unless `sealed` is False."""

    session_id: str
    folder: Path
    serial: str
    outcome: Outcome
    reason: str  # first cause, empty when complete
    sealed: bool
    phone_failed: bool  # the phone or the farm is to blame, not the app
    app_failed: bool = False  # the app is to blame: trying again shows nothing new
    setup_failed: bool = False  # something of the farm's set-up is missing or wrong
    seconds: float  # from lease to seal
    overhead_seconds: float  # of these, neither app nor scenario was running
