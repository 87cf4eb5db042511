"""Finds a session's recording and its analysis by the session's id: in the campaign's store, or in
the lab's own folder.

No path comes from a visitor: an id is checked, and then looked up.
"""

import asyncio
import re
import shutil
import sys
from pathlib import Path

import msgspec

from farm.campaign.database import Database
from farm.campaign.store import Store, StoreError
from farm.campaign.store.recordings import fetch, recording_prefix
from farm.detect.analyse import read_analysis
from farm.detect.batch import stored_analysis
from farm.model.errors import FarmError
from farm.model.finding import Analysis
from farm.recording import Recording
from farm.recording.files import SESSION
from farm.web.settings import WebSettings

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{3,120}")
_ANALYSIS = re.compile(r"analyses/[A-Za-z0-9_-]{1,20}/[A-Za-z0-9_-]{1,130}/[0-9a-f]{16}\.json")
_LARGEST_ANALYSIS = 256 << 20
_JUDGING_SECONDS = 1800.0
_MOST_FETCHED = 40  # recordings of a store elsewhere that are kept on this machine

_FIND = """
SELECT s.recording, s.manifest_sha256, (
    SELECT a.detail FROM job j JOIN result r ON r.job_id = j.id AND r.verdict IS NOT NULL
    JOIN attempt a ON a.job_id = r.job_id AND a.fence = r.fence
    WHERE j.subject_job = s.job_id AND j.subject_fence = s.fence
    ORDER BY r.recorded DESC LIMIT 1) AS analysis
FROM attempt s WHERE s.session_id = $1 AND s.recording IS NOT NULL
ORDER BY s.started DESC LIMIT 1
"""


class NoSession(Exception):
    """There is no recording of such a session, or it was removed."""


class NotSealed(Exception):
    """The session still runs, or was cut off and not recovered: nothing can be said of it yet."""


class NotJudged(FarmError):
    """The recording cannot be judged; the message says why."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One sealed recording on this machine, and where its analysis is."""

    session_id: str
    folder: Path
    manifest_sha256: str
    reported_sha256: str = ""  # of its manifest, as the worker that recorded it told the database
    analysis_name: str = ""  # in the store; "": beside the recording, or not made yet


class Sources:
    """The recordings that one server may show."""

    def __init__(self, settings: WebSettings, database: Database, store: Store) -> None:
        self._database = database
        self._store = store
        self._local = settings.home / "recordings"
        self._cache = settings.cache
        self._judged = settings.home / "web" / "analyses"
        self._fetching = asyncio.Lock()
        self._judging = asyncio.Lock()

    async def find(self, session_id: str) -> Source:
        """The session's recording, fetched where the store is elsewhere.

        Raises:
            NoSession: there is none.
            NotSealed: it is not sealed.
            StoreUnavailable: the store failed.
        """
        if not _ID.fullmatch(session_id):
            raise NoSession(session_id)
        async with self._database.transaction() as client:
            row = await client.fetchrow(_FIND, session_id)
        if row is None:
            return await asyncio.to_thread(_local, self._local, session_id)
        try:
            async with self._fetching:
                folder = await fetch(self._store, row["recording"], self._cache)
                await asyncio.to_thread(_thin_out, self._cache, folder)
        except FileNotFoundError as error:
            raise NoSession(session_id) from error
        name = row["analysis"] or ""
        return Source(
            session_id=session_id,
            folder=folder,
            manifest_sha256=await asyncio.to_thread(lambda: Recording.open(folder).manifest_sha256),
            reported_sha256=row["manifest_sha256"] or "",
            analysis_name=name if _ANALYSIS.fullmatch(name) else "",
        )

    def size_at_hand(self, session_id: str) -> int | None:
        """Bytes of a session's recording, None where it lies elsewhere. Blocks a little."""
        places = [self._local / session_id, self._cache / session_id]
        if self._store.folder is not None:
            places.append(self._store.folder / recording_prefix(session_id))
        for folder in places if _ID.fullmatch(session_id) else []:
            if (folder / SESSION).is_file():
                return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
        return None

    async def lies_elsewhere(self, session_id: str) -> bool:
        """Whether the database knows a recording of the session in the store."""
        if not _ID.fullmatch(session_id):
            return False
        async with self._database.transaction() as client:
            return await client.fetchrow(_FIND, session_id) is not None

    async def analysis(self, source: Source) -> Analysis:
        """What was said about the recording: the lab's own judgement, or one made now.

        Raises:
            NotJudged: it cannot be judged.
            StoreUnavailable: the store failed.
        """
        if source.analysis_name:
            try:
                data = await self._store.get_bytes(source.analysis_name, _LARGEST_ANALYSIS)
                found = await asyncio.to_thread(read_analysis, data)
                if found.manifest_sha256 == source.manifest_sha256:
                    return found
            except (FileNotFoundError, StoreError, msgspec.DecodeError):
                pass  # removed, or of another version of the farm: judged anew
        stored = await asyncio.to_thread(_stored, source, self._judged)
        return stored if stored is not None else await self._judge(source)

    async def _judge(self, source: Source) -> Analysis:
        """Judge in a process of its own: it takes as long as it takes, and memory it gives back."""
        async with self._judging:
            stored = await asyncio.to_thread(_stored, source, self._judged)
            if stored is not None:
                return stored
            self._judged.mkdir(parents=True, exist_ok=True)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "farm", "analyse", str(source.folder),
                "--output", str(self._judged), "--jobs", "1",  # the lab's machine is shared
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            try:
                async with asyncio.timeout(_JUDGING_SECONDS):
                    _, said = await process.communicate()
            except TimeoutError as error:
                raise NotJudged(f"{source.session_id}: not judged in time") from error
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            stored = await asyncio.to_thread(_stored, source, self._judged)
        if stored is None:
            lines = said.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise NotJudged(
                f"{source.session_id}: {' '.join(lines)[:300] or 'could not be judged'}"
            )
        return stored


def _local(home: Path, session_id: str) -> Source:
    folder = home / session_id
    if folder.is_symlink() or not (folder / SESSION).is_file():
        raise NoSession(session_id)
    recording = Recording.open(folder)
    if recording.session.session_id != session_id:
        raise NoSession(session_id)
    if not recording.sealed:
        raise NotSealed(session_id)
    return Source(session_id=session_id, folder=folder, manifest_sha256=recording.manifest_sha256)


def _stored(source: Source, judged: Path) -> Analysis | None:
    """The analysis beside the recording, or the one that was made here before."""
    for beside in (source.folder, judged / source.folder.name):
        found = stored_analysis(beside, source.manifest_sha256)
        if found is not None:
            return found
    return None


def _thin_out(cache: Path, newest: Path) -> None:
    """Remove the recordings that were not looked at for longest; the store has them."""
    if newest.parent != cache:
        return
    newest.touch()
    folders = sorted(
        (path for path in cache.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime
    )
    for path in folders[: max(0, len(folders) - _MOST_FETCHED)]:
        shutil.rmtree(path, ignore_errors=True)
