"""The body every kind derives from, and the kinds that any stream may hold."""

import msgspec

from farm.model.vocabulary import GapCause


class Body(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """What happened; subclasses name the kind by their tag."""


class Started(Body, frozen=True, kw_only=True, tag="started"):
    """The recorder of this stream began; `versions` names the tools it stands on."""

    versions: dict[str, str] = {}


class Stopped(Body, frozen=True, kw_only=True, tag="stopped"):
    """The recorder of this stream ended in order; a stream without it was cut off."""


class Heartbeat(Body, frozen=True, kw_only=True, tag="heartbeat"):
    """The recorder was alive and able to see; `counts` are running totals it vouches for."""

    counts: dict[str, int] = {}


class Gap(Body, frozen=True, kw_only=True, tag="gap"):
    """Something may have been missed.

    `start` and `end` bound the interval on the stream's clock; `end` is None while it is open
    (until the stream's end, or until a later gap with the same `gap_id` closes it).
    `scope` says what could not be seen (a host, a hook id, a process), empty for everything.
    """

    gap_id: str
    cause: GapCause
    start: int
    end: int | None = None
    scope: str = ""
    detail: str = ""
