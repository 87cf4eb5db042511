"""Which recordings may go: by verdict and age. Analyses, findings and events stay.

A recording that was never judged, or whose judgement failed, is kept; and so is one that a case
stands on, whatever its age, unless the case was dismissed.
"""

import datetime

import msgspec

from farm.campaign.database import Database
from farm.campaign.store.objects import Store
from farm.model.vocabulary import VerdictKind

_BATCH = 200


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """Days that recordings are kept after their judgement; 0: for ever."""

    clean: int = 0
    open: int = 0  # undetermined or not observable
    violation: int = 0


class Expired(msgspec.Struct, frozen=True, kw_only=True):
    """One recording that is to go."""

    job: int
    fence: int
    recording: str
    verdict: str
    judged: datetime.datetime


def expired(
    verdicts: frozenset[str], judged: datetime.datetime, now: datetime.datetime, rules: Retention
) -> bool:
    """Whether a recording may go: by the longest-kept of all verdicts it was ever given."""
    days = {
        VerdictKind.CLEAN: rules.clean,
        VerdictKind.UNDETERMINED: rules.open,
        VerdictKind.NOT_OBSERVABLE: rules.open,
        VerdictKind.VIOLATION: rules.violation,
    }
    kept = [days[VerdictKind(verdict)] for verdict in verdicts]
    if not kept or 0 in kept:
        return False
    return now - judged > datetime.timedelta(days=max(kept))


async def find_expired(database: Database, rules: Retention) -> list[Expired]:
    """Recordings that the rules let go, the oldest first."""
    async with database.transaction(seconds=300) as client:
        rows = await client.fetch(
            "SELECT s.job_id, s.fence, s.recording, array_agg(DISTINCT r.verdict) AS verdicts, "
            "max(r.recorded) AS judged, now() AS now FROM attempt s "
            "JOIN job j ON j.subject_job = s.job_id AND j.subject_fence = s.fence "
            "JOIN result r ON r.job_id = j.id AND r.verdict IS NOT NULL "
            "WHERE s.recording IS NOT NULL AND NOT EXISTS (SELECT FROM job o "
            "WHERE o.subject_job = s.job_id AND o.state IN ('planned', 'queued', 'running')) "
            "AND NOT EXISTS (SELECT FROM job k JOIN case_evidence e ON e.job_id = k.id "
            "JOIN case_file c ON c.id = e.case_id WHERE k.subject_job = s.job_id "
            "AND c.state <> 'dismissed') "
            "GROUP BY 1, 2, 3 ORDER BY judged"
        )
    return [
        Expired(
            job=row["job_id"],
            fence=row["fence"],
            recording=row["recording"],
            verdict=", ".join(sorted(row["verdicts"])),
            judged=row["judged"],
        )
        for row in rows
        if expired(frozenset(row["verdicts"]), row["judged"], row["now"], rules)
    ]


async def remove(database: Database, store: Store, items: list[Expired]) -> int:
    """Remove recordings from the store, then their mention; returns how many files went.

    Cut off in between, a mention of nothing is left, which the next call takes away.

    Raises:
        StoreUnavailable: the store failed; call again to go on.
    """
    files = 0
    for start in range(0, len(items), _BATCH):
        batch = items[start : start + _BATCH]
        for item in batch:
            names = [stored.name async for stored in store.names(item.recording + "/")]
            # The manifest is the proof of the rest: it goes first, so that no half counts as whole.
            names.sort(key=lambda name: not name.endswith("/manifest.json"))
            await store.delete(names)
            files += len(names)
        async with database.transaction() as client:
            await client.executemany(
                "UPDATE attempt SET recording = NULL WHERE job_id = $1 AND fence = $2",
                [(item.job, item.fence) for item in batch],
            )
    return files
