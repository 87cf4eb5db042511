"""The closed vocabularies of cases and reviews. Values stand in the database: never renamed."""

from enum import StrEnum


class CaseState(StrEnum):
    """Where a case stands."""

    FOUND = "found"  # opened from findings; nobody outside knows of it yet
    NOTICED = "noticed"  # a notice went out, its deadline runs
    RETEST = "retest"  # a new version was seen after the notice; its sessions decide
    FIXED = "fixed"  # a comparable session with complete coverage no longer shows it
    RECURRING = "recurring"  # it was fixed, and a later version shows it again
    OVERDUE = "overdue"  # the deadline of the notice passed without a fix
    PUBLISHED = "published"  # named in public
    REMOVED = "removed"  # taken out of the stores
    DISMISSED = "dismissed"  # two people signed that it is no violation


class Action(StrEnum):
    """What changes a case or is noted about it."""

    OPEN = "open"
    NOTICE = "notice"
    RETEST = "retest"
    FIX = "fix"
    RECUR = "recur"
    EXPIRE = "expire"
    PUBLISH = "publish"
    REMOVE = "remove"
    DISMISS = "dismiss"
    SHOW = "show"  # a version shows the problem still
    CANNOT_TELL = "cannot_tell"  # a version's sessions cannot tell whether it is gone
    DOUBT = "doubt"  # a recording, judged again, no longer shows it; or a person objects
    EXTEND = "extend"  # the deadline was moved


class RetestOutcome(StrEnum):
    """What the sessions of one version say about a case."""

    WAITING = "waiting"
    SHOWN = "shown"
    GONE = "gone"
    CANNOT_TELL = "cannot_tell"


class Dimension(StrEnum):
    """What cases are counted by."""

    PROBLEM = "problem"
    CATEGORY = "category"  # number of GB/T 41391; empty where nobody said
    STORE = "store"
    SDK = "sdk"  # whose code read or sent; empty: the app's own


class ReviewKind(StrEnum):
    """What two people are asked to sign."""

    CLAUSE = "clause"  # an assisted clause of one version
    NOTICE = "notice"  # that a case's findings are a violation, before its notice goes out


class ReviewState(StrEnum):
    """How far a review has got."""

    OPEN = "open"
    SIGNED_ONCE = "signed_once"
    AGREED = "agreed"  # two different people gave the same answer
    DISAGREED = "disagreed"  # they did not: another person has to sign
    WITHDRAWN = "withdrawn"  # what it was about has passed


class ReviewAnswer(StrEnum):
    """What a person says."""

    BROKEN = "broken"
    KEPT = "kept"
    CANNOT_TELL = "cannot_tell"
