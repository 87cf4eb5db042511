"""Small pictures of phones' screens in the database, while somebody looks at them.

A session's own newest screenshot is taken, so that looking changes nothing about what is recorded.
Nothing here is evidence, and nothing is written while nobody looks.
"""

import asyncio
import datetime
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from farm.campaign.database import Database, DatabaseUnavailable
from farm.recording.files import SCREENS
from farm.report.pictures import LARGEST, shrink

log = logging.getLogger(__name__)

_SECONDS = 3.0
_WATCHED = datetime.timedelta(seconds=30)  # after the last look
_KEPT = datetime.timedelta(minutes=2)  # an older picture says nothing of now
_SIZE = (240, 520)


class ScreenPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A screen as it was at a time; a JPEG of at most 240 by 520 pixels."""

    taken: datetime.datetime
    jpeg: bytes


class Screens:
    """A host's side: sends what changed since the last time, where somebody looks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sent: dict[str, str] = {}

    async def run(self, folders: Callable[[], Mapping[str, Path]]) -> None:
        """Look for new screenshots every few seconds, until cancelled."""
        while True:
            try:
                await self.sync(folders())
            except (DatabaseUnavailable, OSError) as error:
                log.debug("no thumbnails: %s", error)
            await asyncio.sleep(_SECONDS)

    async def sync(self, folders: Mapping[str, Path]) -> None:
        """Send the newest screenshot of each running session.

        Args:
            folders: phone's serial -> folder of the recording that is being written.
        """
        if not folders or not await watched(self._database):
            return
        for serial, folder in folders.items():
            newest = await asyncio.to_thread(_newest, folder)
            if newest is None or self._sent.get(serial) == str(newest):
                continue
            picture = await asyncio.to_thread(_small, newest)
            if picture is not None:
                await _keep(self._database, serial, picture)
                self._sent[serial] = str(newest)


async def look(database: Database) -> None:
    """Ask hosts for pictures, for the next half minute."""
    async with database.transaction() as client:
        await client.execute(
            "INSERT INTO phone_watch (id, until) VALUES (1, now() + $1::interval) "
            "ON CONFLICT (id) DO UPDATE SET until = excluded.until "
            "WHERE phone_watch.until < now() + $2::interval",
            _WATCHED,
            _WATCHED / 2,
        )


async def watched(database: Database) -> bool:
    """Whether somebody looks."""
    async with database.transaction() as client:
        found: bool = await client.fetchval(
            "SELECT EXISTS (SELECT FROM phone_watch WHERE until > now())"
        )
    return found


async def screens(database: Database) -> dict[str, datetime.datetime]:
    """Phones with a picture of the last minutes, and when it came."""
    async with database.transaction() as client:
        rows = await client.fetch(
            "SELECT serial, taken FROM phone_screen WHERE taken > now() - $1::interval", _KEPT
        )
    return {row["serial"]: row["taken"] for row in rows}


async def screen(database: Database, serial: str) -> ScreenPicture | None:
    """One phone's newest picture, None where there is none of the last minutes."""
    async with database.transaction() as client:
        row = await client.fetchrow(
            "SELECT taken, jpeg FROM phone_screen WHERE serial = $1 "
            "AND taken > now() - $2::interval",
            serial,
            _KEPT,
        )
    return None if row is None else ScreenPicture(taken=row["taken"], jpeg=bytes(row["jpeg"]))


async def _keep(database: Database, serial: str, jpeg: bytes) -> None:
    async with database.transaction() as client:
        await client.execute(
            "INSERT INTO phone_screen (serial, taken, jpeg) VALUES ($1, now(), $2) "
            "ON CONFLICT (serial) DO UPDATE SET taken = now(), jpeg = $2",
            serial,
            jpeg,
        )


def _newest(folder: Path) -> Path | None:
    pictures = [
        (path.stat().st_mtime_ns, path)
        for path in (folder / SCREENS).glob("*")
        if path.suffix in (".png", ".jpg", ".jpeg", ".webp")
    ]
    return max(pictures)[1] if pictures else None


def _small(path: Path) -> bytes | None:
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    except OSError as error:
        log.debug("%s: no thumbnail: %s", path.name, error)
        return None
    return shrink(data, _SIZE, "JPEG", quality=75)  # none where it is half written: the next time
