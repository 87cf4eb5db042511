"""What each role may do. Pages ask for a permission and never for a role."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the lab; a person may be several."""

    VIEWER = "viewer"  # reads everything, with values masked
    TESTER = "tester"  # starts campaigns and gives in apps
    OPERATOR = "operator"  # steers campaigns and phones, reads the audit log
    REVIEWER = "reviewer"  # decides clauses and cases, sees values unmasked
    COMPANY = "company"  # from outside: gives in its own apps and sees what became of them


class Permission(StrEnum):
    """One thing that a page or an operation of the API lets somebody do."""

    OWN = "own"  # one's own account
    SEE = "see"  # every page, with values masked
    SELF_CHECK = "self_check"  # give in an app for a check, see what became of one's own
    START = "start"  # start a campaign, give in apps for it
    STEER = "steer"  # pause, resume, cancel
    PHONES = "phones"  # quarantine, release
    REVIEW = "review"  # sign clauses, move cases
    UNMASK = "unmask"  # see values of identifiers; each time is written down
    AUDIT = "audit"  # read the audit log


_P = Permission
_GRANTS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({_P.OWN, _P.SEE}),
    Role.TESTER: frozenset({_P.OWN, _P.SEE, _P.SELF_CHECK, _P.START}),
    Role.OPERATOR: frozenset(
        {_P.OWN, _P.SEE, _P.SELF_CHECK, _P.START, _P.STEER, _P.PHONES, _P.AUDIT}
    ),
    Role.REVIEWER: frozenset({_P.OWN, _P.SEE, _P.REVIEW, _P.UNMASK}),
    Role.COMPANY: frozenset({_P.OWN, _P.SELF_CHECK}),
}


def permissions(roles: Iterable[Role]) -> frozenset[Permission]:
    """Everything that somebody with these roles may do."""
    return frozenset().union(*(_GRANTS[role] for role in roles))
