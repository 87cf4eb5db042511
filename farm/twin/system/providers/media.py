"""The media index: files of the shared storage that were scanned (AOSP MediaProvider)."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

from farm.twin.contracts import ContentError, ContentValue
from farm.twin.system.actor import ROOT_ACTOR
from farm.twin.system.filesystem import Filesystem
from farm.twin.system.providers.database import Database
from farm.twin.system.providers.uris import ContentUri, Target, unknown

STORAGE = "/storage/emulated/0/"
_IMAGE, _OTHER = 1, 0
_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
_HIDES_PLACES = 29
"""From this API level on the index tells no places; an app has to open the file for them."""


class Media:
    """Pictures and other files."""

    authority = "media"

    def __init__(
        self, database: Database, files: Filesystem, sdk: int, now_ns: Callable[[], int]
    ) -> None:
        self._database = database
        self._files = files
        self._sdk = sdk
        self._now_ns = now_ns

    def target(self, uri: ContentUri) -> Target:
        """The table behind a URI."""
        match uri.path:
            case ["external" | "external_primary", "images", "media"]:
                return Target("images")
            case ["external" | "external_primary", "images", "media", number] if number.isdecimal():
                return Target("images", f"_id = {int(number)}")
            case ["external" | "external_primary", "file"]:
                return Target("files")
            case ["external" | "external_primary", "video" | "audio" as kind, "media"]:
                return Target("files", f"mime_type LIKE '{kind}/%'")
            case ["internal", *_]:
                return Target("files", "0")
        raise unknown(uri)

    def insert(self, uri: ContentUri, values: Mapping[str, ContentValue]) -> int:
        """Files come in by being scanned; a bare row would name a file that is not there."""
        raise ContentError("java.lang.UnsupportedOperationException", f"insert into {uri.text}")

    def delete(self, uri: ContentUri, selection: str, arguments: list[str]) -> int:
        """Remove rows together with their files."""
        target = self.target(uri)
        where = target.where(selection)
        _, rows = self._database.query(target.table, ["_id", "_data"], where, arguments)
        for _, path in rows:
            with contextlib.suppress(OSError):
                self._files.remove(str(path), ROOT_ACTOR)
        return self._database.delete("files", [int(row[0]) for row in rows if row[0] is not None])

    def file(self, uri: ContentUri) -> Path:
        """The host file of a row.

        Raises:
            ContentError: there is no such row or file.
        """
        target = self.target(uri)
        _, rows = self._database.query(target.table, ["_data"], target.where(""))
        if len(rows) == 1:
            with contextlib.suppress(OSError):
                place = self._files.resolve(str(rows[0][0]), ROOT_ACTOR)
                if place.host.is_file():
                    return place.host
        raise ContentError("java.io.FileNotFoundException", f"No item at {uri.text}")

    def scan(self, path: str) -> None:
        """Bring the index up to date with one file: there, changed, or gone."""
        try:
            place = self._files.resolve(path, ROOT_ACTOR)
        except OSError:
            return
        if not place.path.startswith(STORAGE):
            return
        _, rows = self._database.query("files", ["_id"], "_data = ?", [place.path])
        self._database.delete("files", [int(row[0]) for row in rows if row[0] is not None])
        if not place.host.is_file():
            return
        name = place.path.rpartition("/")[2]
        kind = _TYPES.get(Path(name).suffix.lower(), "")
        seconds = self._now_ns() // 1_000_000_000
        row: dict[str, ContentValue] = {
            "_data": place.path,
            "_display_name": name,
            "title": name.rpartition(".")[0] or name,
            "mime_type": kind or "application/octet-stream",
            "_size": place.host.stat().st_size,
            "date_added": seconds,
            "date_modified": int(place.host.stat().st_mtime),
            "datetaken": seconds * 1000,
            "bucket_display_name": place.path.split("/")[-2],
            "media_type": _IMAGE if kind else _OTHER,
        }
        if kind:
            row |= self._of_picture(place.host)
        self._database.insert("files", row)

    def _of_picture(self, host: Path) -> dict[str, ContentValue]:
        try:
            with Image.open(host) as image:
                facts: dict[str, ContentValue] = {"width": image.width, "height": image.height}
                place = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return {}
        if self._sdk < _HIDES_PLACES:
            for column, reference, value in (("latitude", 1, 2), ("longitude", 3, 4)):
                degrees = _degrees(place.get(value))
                if degrees is not None:
                    sign = -1 if str(place.get(reference)) in ("S", "W") else 1
                    facts[column] = sign * degrees
        return facts


def _degrees(parts: Any) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return degrees + minutes / 60 + seconds / 3600
