"""Figures of a campaign that ran, for a simulation that should come out as it did."""

import datetime
import itertools
import statistics
from collections.abc import Sequence
from typing import Any

import msgspec

from farm.campaign.database import Database
from farm.campaign.decisions import Capability, Requirement
from farm.campaign.simulate.world import Figures, SimulatedPhone
from farm.model.errors import UsageError

_LONGEST_PAUSE = 120.0  # seconds


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign took, and with what."""

    figures: Figures
    jobs: tuple[Requirement, ...]
    phones: tuple[SimulatedPhone, ...]
    seconds: float  # from the first attempt's start to the last one's end


async def measured(database: Database, campaign: str) -> Measured:
    """Read the figures of a campaign's sessions.

    Raises:
        UsageError: it has no session that ended.
    """
    async with database.transaction(seconds=60) as client:
        attempts = await client.fetch(
            "SELECT a.slot, a.host, a.started, a.ended, a.cause FROM attempt a "
            "JOIN job j ON j.id = a.job_id JOIN task t ON t.id = j.task_id "
            "JOIN campaign c ON c.id = j.campaign_id "
            "WHERE c.name = $1 AND t.kind = 'session' AND a.ended IS NOT NULL ORDER BY a.started",
            campaign,
        )
        wants = await client.fetch(
            "SELECT r.wants FROM job j JOIN requirement r ON r.id = j.requirement_id "
            "JOIN task t ON t.id = j.task_id JOIN campaign c ON c.id = j.campaign_id "
            "WHERE c.name = $1 AND t.kind = 'session' ORDER BY j.id",
            campaign,
        )
        offers = {
            row["serial"]: Capability(
                profile=row["profile"], access=row["access"], sdk=row["sdk"], abi=row["abi"]
            )
            for row in await client.fetch("SELECT serial, profile, access, sdk, abi FROM phone")
        }
    lengths, pause = _held(attempts)
    if not lengths:
        raise UsageError(f"campaign {campaign}: no session of it has ended yet")
    slots = {attempt["slot"]: attempt["host"] for attempt in attempts}
    anything = Capability(profile="any", access="su", sdk=99, abi="arm64-v8a")

    def share(*causes: str) -> float:
        return sum(a["cause"] in causes for a in attempts) / len(attempts)

    return Measured(
        figures=Figures(
            seconds=tuple(lengths),
            pause=pause,
            phone_fault=share("phone", "farm"),
            app_fault=share("app"),
            unknown=share("unknown"),
            crashes_per_host_day=0.0,
        ),
        jobs=tuple(msgspec.json.decode(row["wants"], type=Requirement) for row in wants),
        phones=tuple(
            SimulatedPhone(name=slot, host=host, offer=offers.get(slot, anything))
            for slot, host in sorted(slots.items())
        ),
        seconds=_span(attempts),
    )


def _span(attempts: Any) -> float:
    first = min(a["started"] for a in attempts)
    span: datetime.timedelta = max(a["ended"] for a in attempts) - first
    return span.total_seconds()


def _held(attempts: Sequence[Any]) -> tuple[list[float], float]:
    """How long each complete session held its phone, and a phone's pause between two sessions.

    A phone is free once its session is over; the recording is on its way, and the attempt not
    ended, while the next session runs. What stood still for minutes is no pause.
    """
    lengths, pauses = [], []
    by_slot: dict[str, list[Any]] = {}
    for attempt in attempts:
        by_slot.setdefault(attempt["slot"], []).append(attempt)
    for own in by_slot.values():
        for attempt, after in itertools.zip_longest(own, own[1:]):
            end = min(attempt["ended"], after["started"]) if after else attempt["ended"]
            if attempt["cause"] == "none":
                lengths.append((end - attempt["started"]).total_seconds())
            if after:
                pauses.append((after["started"] - end).total_seconds())
    short = [pause for pause in pauses if pause < _LONGEST_PAUSE]
    return lengths, max(statistics.mean(short), 0.01) if short else 1.0
