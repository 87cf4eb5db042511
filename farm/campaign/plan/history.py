"""What earlier campaigns and the inventory say: how long sessions take, which phones there are."""

from collections.abc import Sequence

from farm.campaign.database import Database
from farm.campaign.decisions import Capability
from farm.campaign.plan.forecast import DEFAULT_SECONDS

_DAYS = 30


async def known_phones(database: Database) -> list[Capability]:
    """What each phone offers that is at a host now and not in quarantine."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT p.profile, p.access, p.sdk, p.abi, p.fingerprint AS build, p.network "
            "FROM phone p JOIN host h ON h.name = p.host "
            "WHERE h.state <> 'gone' AND p.state IN ('free', 'leased', 'checking') "
            "AND p.quarantined_by = '' ORDER BY p.serial"
        )
    return [Capability(**row) for row in rows]


async def session_seconds(database: Database, scenarios: Sequence[str]) -> dict[str, float]:
    """Mean seconds of a session by scenario, over the last weeks; a default where none ran."""
    async with database.transaction(seconds=60) as client:
        rows = await client.fetch(
            "SELECT t.scenario, avg(a.seconds)::float8 AS seconds FROM attempt a "
            "JOIN job j ON j.id = a.job_id JOIN task t ON t.id = j.task_id "
            "WHERE t.kind = 'session' AND t.scenario = ANY($1) AND a.state = 'accepted' "
            "AND a.ended > now() - make_interval(days => $2) GROUP BY 1",
            scenarios,
            _DAYS,
        )
    known = {row["scenario"]: row["seconds"] for row in rows}
    return {name: known.get(name, DEFAULT_SECONDS) for name in scenarios}
