"""The states of a phone in the pool, which may follow which, and who gets which phone: pure."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from farm.model.session import DeviceInfo
from farm.model.vocabulary import AccessMode


class DeviceState(StrEnum):
    """Where a phone stands."""

    CHECKING = "checking"  # it appeared: being identified, cleaned and checked
    FREE = "free"
    LEASED = "leased"
    UNUSABLE = "unusable"  # unauthorised, offline, no profile or no root: see the reason
    QUARANTINED = "quarantined"  # failed repeatedly: a person must release it
    AWAY = "away"  # known, but not at the adb server now


TRANSITIONS: dict[DeviceState, frozenset[DeviceState]] = {
    DeviceState.CHECKING: frozenset(
        {DeviceState.FREE, DeviceState.UNUSABLE, DeviceState.QUARANTINED, DeviceState.AWAY}
    ),
    DeviceState.FREE: frozenset({DeviceState.LEASED, DeviceState.CHECKING, DeviceState.AWAY}),
    DeviceState.LEASED: frozenset(
        {DeviceState.CHECKING, DeviceState.FREE, DeviceState.QUARANTINED, DeviceState.AWAY}
    ),
    DeviceState.UNUSABLE: frozenset(
        {DeviceState.CHECKING, DeviceState.QUARANTINED, DeviceState.AWAY}
    ),
    DeviceState.QUARANTINED: frozenset({DeviceState.CHECKING}),
    DeviceState.AWAY: frozenset(
        {DeviceState.CHECKING, DeviceState.UNUSABLE, DeviceState.QUARANTINED}
    ),
}


class IllegalTransition(Exception):
    """The pool asked for a transition that does not exist: a defect of ours."""


def check_transition(before: DeviceState, after: DeviceState) -> None:
    """Refuse a transition that the table does not have."""
    if after not in TRANSITIONS[before]:
        raise IllegalTransition(f"{before} -> {after}")


class Wants(msgspec.Struct, frozen=True, kw_only=True):
    """What a lease asks of a phone; empty fields ask nothing."""

    serial: str = ""
    profile: str = ""
    access: AccessMode | None = None
    lowest_sdk: int = 0
    highest_sdk: int = 10_000
    abi: str = ""


def fits(wants: Wants, info: DeviceInfo) -> bool:
    """Whether a phone is what a lease asks for."""
    return (
        wants.serial in ("", info.serial)
        and wants.profile in ("", info.profile)
        and wants.access in (None, info.access)
        and wants.lowest_sdk <= info.sdk <= wants.highest_sdk
        and wants.abi in ("", info.abi)
    )


def allocate(waiting: Sequence[tuple[int, Wants]], free: Iterable[DeviceInfo]) -> Mapping[int, str]:
    """Decide who gets which free phone: `{ticket: serial}`.

    Earlier tickets go first. A ticket takes the phone that the fewest other tickets could use, so
    that a picky one behind it is not starved; ties go by serial. The order of `free` is without
    influence.
    """
    left = {info.serial: info for info in free}
    given: dict[int, str] = {}
    for ticket, wants in sorted(waiting, key=lambda item: item[0]):
        suitable = [info for info in left.values() if fits(wants, info)]
        if not suitable:
            continue
        others = [w for t, w in waiting if t not in given and t != ticket]
        chosen = min(suitable, key=lambda info: (sum(fits(w, info) for w in others), info.serial))
        given[ticket] = chosen.serial
        del left[chosen.serial]
    return given
