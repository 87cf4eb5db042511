"""What each role may do. Pages ask for a permission and never for a role."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What somebody is in the lab; a person may be several."""

    VIEWER = "viewer"  # reads everything, with values masked
    TESTER = "tester"  # starts campaigns and gives in apps
    OPERATOR = "operator"  # steers campaigns and phones, reads the audit log
    REVIEWER = "reviewer"  # decides clauses and cases, sees values unmasked


class Permission(StrEnum):
    """One thing that a page or an operation of the API lets somebody do."""

    SEE = "see"  # every page, with values masked
    START = "start"  # start a campaign, give in an app
    STEER = "steer"  # pause, resume, cancel
    PHONES = "phones"  # quarantine, release
    REVIEW = "review"  # sign clauses, move cases
    UNMASK = "unmask"  # see values of identifiers; each time is written down
    AUDIT = "audit"  # read the audit log


_GRANTS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.SEE}),
    Role.TESTER: frozenset({Permission.SEE, Permission.START}),
    Role.OPERATOR: frozenset(
        {Permission.SEE, Permission.START, Permission.STEER, Permission.PHONES, Permission.AUDIT}
    ),
    Role.REVIEWER: frozenset({Permission.SEE, Permission.REVIEW, Permission.UNMASK}),
}


def permissions(roles: Iterable[Role]) -> frozenset[Permission]:
    """Everything that somebody with these roles may do."""
    return frozenset().union(*(_GRANTS[role] for role in roles))
