"""Every decision about a case as a pure function: which action may follow, and what it makes of it.

No I/O and no clock: what is known is passed in. Whoever is accused here is accused in public, so
whatever is in doubt changes no state.
"""

import datetime

import msgspec

from farm.cases.vocabulary import Action, CaseState, RetestOutcome
from farm.model.errors import UsageError

_S = CaseState
OPEN_STATES = frozenset(CaseState) - {_S.FIXED, _S.REMOVED, _S.DISMISSED}

TRANSITIONS: dict[Action, tuple[frozenset[CaseState], CaseState]] = {
    Action.NOTICE: (frozenset({_S.FOUND, _S.RECURRING, _S.OVERDUE}), _S.NOTICED),
    Action.RETEST: (frozenset({_S.NOTICED}), _S.RETEST),
    Action.FIX: (OPEN_STATES, _S.FIXED),
    Action.RECUR: (frozenset({_S.FIXED, _S.REMOVED}), _S.RECURRING),
    # Out of a re-test only by a person: its sessions may never be able to tell.
    Action.EXPIRE: (frozenset({_S.NOTICED, _S.RETEST}), _S.OVERDUE),
    Action.PUBLISH: (frozenset({_S.OVERDUE, _S.RECURRING}), _S.PUBLISHED),
    Action.REMOVE: (frozenset({_S.OVERDUE, _S.RECURRING, _S.PUBLISHED}), _S.REMOVED),
    Action.DISMISS: (OPEN_STATES, _S.DISMISSED),
}
"""From which states an action may be taken, and where it leads."""


def check(action: Action, state: CaseState) -> CaseState:
    """The state an action leads to.

    Raises:
        UsageError: it may not follow; says what may.
    """
    before, after = TRANSITIONS[action]
    if state not in before:
        allowed = ", ".join(sorted(before))
        raise UsageError(
            f"a case that is {state} takes no {action}; expected one that is {allowed}"
        )
    return after


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the app, as far as its order among the others goes."""

    app_id: int
    code: int


class CaseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a case when something is to be decided about it."""

    state: CaseState
    found: Build  # the newest version that showed the problem
    fixed: Build | None = None  # the version in which it was gone
    notices: int = 0
    due: datetime.datetime | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What all comparable judgements of one version say together."""

    build: Build
    outcome: RetestOutcome
    reason: str = ""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about a case. `state` None: only note it."""

    action: Action
    state: CaseState | None = None
    found: Build | None = None
    reason: str


def decide_shown(case: CaseFacts, build: Build) -> Move:
    """Decide about a version that shows the problem.

    Only a version after the one that was fixed makes a relapse: an old recording that is judged
    again, or another store's old version, does not.
    """
    what = f"version code {build.code} shows it"
    newest = build if _after(build, case.found) else None
    if case.state in (_S.FIXED, _S.REMOVED):
        last = case.fixed or case.found
        if build.code > last.code:
            return Move(action=Action.RECUR, state=_S.RECURRING, found=build, reason=what)
        if case.state is _S.FIXED and build.code == last.code:
            back = _S.NOTICED if case.notices else _S.FOUND
            why = f"{what}, which was taken for the one that fixed it"
            return Move(action=Action.SHOW, state=back, found=build, reason=why)
        return Move(action=Action.SHOW, reason=f"{what}; it is older than the end of the case")
    if case.state is _S.RETEST and newest is not None:
        return Move(action=Action.SHOW, state=_S.NOTICED, found=build, reason=f"{what} still")
    return Move(action=Action.SHOW, found=newest, reason=what)


def decide_gone(case: CaseFacts, build: Build) -> Move | None:
    """Decide about a version in which every comparable judgement says that the problem is gone."""
    if case.state not in OPEN_STATES or build.code <= case.found.code:
        return None
    why = f"version code {build.code} no longer shows it in a comparable session"
    return Move(action=Action.FIX, state=_S.FIXED, reason=why)


def together(build: Build, wanted: frozenset[str], told: dict[str, list[RetestOutcome]]) -> Seen:
    """Put together what the judgements of one version say, scenario by scenario.

    Args:
        wanted: every scenario under which the problem was ever shown.
        told: by scenario, the outcomes of this version's comparable judgements.
    """
    everything = [outcome for outcomes in told.values() for outcome in outcomes]
    if RetestOutcome.SHOWN in everything:
        return Seen(build=build, outcome=RetestOutcome.SHOWN)
    missing = sorted(name for name in wanted if not told.get(name))
    if missing:
        why = f"no judged session yet under {', '.join(missing)}"
        return Seen(build=build, outcome=RetestOutcome.WAITING, reason=why)
    blind = sorted(name for name in wanted if RetestOutcome.GONE not in told[name])
    if blind or not wanted:
        why = f"cannot be told under {', '.join(blind) or 'any scenario'}"
        return Seen(build=build, outcome=RetestOutcome.CANNOT_TELL, reason=why)
    return Seen(build=build, outcome=RetestOutcome.GONE)


def is_overdue(case: CaseFacts, now: datetime.datetime) -> bool:
    """Whether the deadline of a notice has passed. A re-test that is not done is the farm's delay,
    not the developer's."""
    return case.state is _S.NOTICED and case.due is not None and case.due <= now


def _after(build: Build, other: Build) -> bool:
    return (build.code, build.app_id) > (other.code, other.app_id)
