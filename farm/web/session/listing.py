"""The list of sessions: those of campaigns in the database, those of a single lab in its folder."""

import asyncio
import datetime
from pathlib import Path

import msgspec

from farm.campaign.database import Database
from farm.model.errors import RecordingError
from farm.recording import Recording
from farm.recording.files import SESSION

_LINES = 50
_MOST_FOLDERS = 5000

_SESSIONS = """
SELECT s.session_id, p.package, p.version_name, t.scenario, s.slot AS phone, s.started,
       coalesce(r.verdict, '') AS verdict
FROM attempt s JOIN job j ON j.id = s.job_id JOIN app p ON p.id = j.app_id
JOIN task t ON t.id = j.task_id
LEFT JOIN LATERAL (
    SELECT r.verdict FROM job a JOIN result r ON r.job_id = a.id AND r.verdict IS NOT NULL
    WHERE a.subject_job = s.job_id AND a.subject_fence = s.fence
    ORDER BY r.recorded DESC LIMIT 1) r ON true
WHERE s.recording IS NOT NULL AND s.session_id IS NOT NULL AND ($1 = '' OR p.package = $1)
AND ($2 = '' OR s.session_id < $2)
ORDER BY s.session_id DESC LIMIT $3
"""


class SessionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One session in the list."""

    session_id: str
    package: str
    version_name: str
    scenario: str
    phone: str
    started: datetime.datetime
    verdict: str = ""  # "": not judged yet


async def listed(
    database: Database, local: Path, package: str, before: str
) -> tuple[list[SessionLine], str]:
    """The newest sessions first, and the id after which the next part begins ("": no more).

    Args:
        local: the folder of a single lab's recordings.
        package: only this app's; "": all.
        before: the last id of the part before.
    """
    async with database.transaction() as client:
        found = await client.fetch(_SESSIONS, package, before, _LINES + 1)
    lines = {row["session_id"]: SessionLine(**row) for row in found}
    for line in await asyncio.to_thread(_local, local, package, before):
        lines.setdefault(line.session_id, line)
    ordered = sorted(lines.values(), key=lambda line: line.session_id, reverse=True)
    older = ordered[_LINES - 1].session_id if len(ordered) > _LINES else ""
    return ordered[:_LINES], older


def _local(folder: Path, package: str, before: str) -> list[SessionLine]:
    """Sessions of the lab's own folder; their names begin with the time, so newest come first."""
    if not folder.is_dir():
        return []
    names = sorted((path.name for path in folder.iterdir() if path.is_dir()), reverse=True)
    lines: list[SessionLine] = []
    for name in names[:_MOST_FOLDERS]:
        if before and name >= before:
            continue
        if len(lines) > _LINES:
            break
        line = _line(folder / name)
        if line is not None and package in ("", line.package):
            lines.append(line)
    return lines


def _line(folder: Path) -> SessionLine | None:
    if folder.is_symlink() or not (folder / SESSION).is_file():
        return None
    try:
        recording = Recording.open(folder)
    except (RecordingError, OSError):
        return None
    session = recording.session
    if session.session_id != folder.name or not recording.sealed:
        return None
    return SessionLine(
        session_id=session.session_id,
        package=session.app.package,
        version_name=session.app.version_name,
        scenario=session.scenario,
        phone=session.device.model,
        started=datetime.datetime.fromtimestamp(session.created / 1e9, datetime.UTC),
    )
