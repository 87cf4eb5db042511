"""Figures of a campaign that ran, for a simulation that should come out as it did."""

import datetime
import statistics
from typing import Any

import msgspec

from farm.campaign.database import Database
from farm.campaign.decisions import Capability, Requirement
from farm.campaign.simulate.world import Figures, SimulatedPhone
from farm.model.errors import UsageError


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
    complete = [a for a in attempts if a["cause"] == "none"]
    if not complete:
        raise UsageError(f"campaign {campaign}: no session of it has ended yet")
    slots = {attempt["slot"]: attempt["host"] for attempt in attempts}
    anything = Capability(profile="any", access="su", sdk=99, abi="arm64-v8a")

    def share(*causes: str) -> float:
        return sum(a["cause"] in causes for a in attempts) / len(attempts)

    return Measured(
        figures=Figures(
            seconds=tuple(_length(a) for a in complete),
            pause=_pause(attempts),
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


def _length(attempt: Any) -> float:
    length: datetime.timedelta = attempt["ended"] - attempt["started"]
    return length.total_seconds()


def _span(attempts: Any) -> float:
    first = min(a["started"] for a in attempts)
    span: datetime.timedelta = max(a["ended"] for a in attempts) - first
    return span.total_seconds()


def _pause(attempts: Any) -> float:
    """Median time of a phone between two sessions; what stood still for minutes is no pause."""
    gaps = []
    last: dict[str, datetime.datetime] = {}
    for attempt in attempts:
        before = last.get(attempt["slot"])
        if before is not None:
            gaps.append((attempt["started"] - before).total_seconds())
        last[attempt["slot"]] = attempt["ended"]
    short = [gap for gap in gaps if 0 <= gap < 120]
    return max(statistics.median(short), 0.01) if short else 1.0
