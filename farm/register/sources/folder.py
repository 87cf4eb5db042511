"""A folder that APKs are put into: `*.apk` files, and folders of a base.apk with its splits.

Only what did not change between two looks at it is complete. Hidden names and those of unfinished
copies are left alone, and so are links, which may lead anywhere.
"""

import asyncio
import logging
import os
import stat
from pathlib import Path
from typing import Annotated

import msgspec

from farm.model.errors import UsageError
from farm.register.sources.source import AppRefused, Entry, Look, SourceUnavailable
from farm.register.values import Listing

log = logging.getLogger(__name__)

REFUSED = "refused"
"""Sub-folder that unusable APKs are moved into, each with a text that says why."""

_LARGEST_LISTING = 64 * 1024
_MOST = 10_000


class ListingFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`NAME.json` beside `NAME.apk` (or the folder `NAME`): what the store says of the app."""

    store: str = ""
    label: str = ""
    developer: str = ""
    contact: str = ""
    product_line: str = ""
    category: Annotated[int, msgspec.Meta(ge=1, le=39)] | None = None


_LISTING = msgspec.json.Decoder(ListingFile)


class FolderSource:
    """Apps in a folder of this host.

    Args:
        settle: seconds that a file must not change.
    """

    kind = "folder"

    def __init__(self, name: str, folder: Path, *, store: str, settle: float = 2.0) -> None:
        self.name = name
        self._folder = folder
        self._store = store
        self._settle = settle
        self._bad_listings: dict[str, str] = {}

    async def __aenter__(self) -> "FolderSource":
        return self

    async def __aexit__(self, *error: object) -> None:
        pass

    async def look(self, memory: dict[str, str]) -> Look:
        """List the complete apps by name; looks twice, `settle` seconds apart."""
        before = await asyncio.to_thread(self._marks)
        if not before:
            return Look(entries=[])
        await asyncio.sleep(self._settle)
        after = await asyncio.to_thread(self._marks)
        entries = [
            Entry(
                reference=name,
                mark=mark,
                listing=await asyncio.to_thread(self._listing, name),
            )
            for name, mark in sorted(after.items())
            if before.get(name) == mark
        ]
        return Look(entries=entries)

    async def fetch(self, entry: Entry, folder: Path) -> tuple[Path, ...]:
        """The files where they lie."""
        if entry.reference in self._bad_listings:
            raise AppRefused(self._bad_listings[entry.reference])
        files = await asyncio.to_thread(_files, self._folder / entry.reference)
        if not files:
            raise SourceUnavailable(f"{self._folder / entry.reference}: is gone")
        return tuple(files)

    async def set_aside(self, entry: Entry, why: str) -> None:
        """Move it into `refused/`, with a text beside it that says why."""
        await asyncio.to_thread(self._move, entry.reference, why)

    def _marks(self) -> dict[str, str]:
        """What is in the folder, each with sizes, times and numbers of its files."""
        try:
            names = sorted(os.listdir(self._folder))
        except OSError as error:
            raise UsageError(
                f"source {self.name}: {self._folder}: cannot be read ({error.strerror}); expected "
                "a folder"
            ) from error
        if len(names) > _MOST:
            raise UsageError(
                f"source {self.name}: {self._folder}: more than {_MOST} entries; use several "
                "folders"
            )
        marks: dict[str, str] = {}
        for name in names:
            if not name.startswith(".") and name != REFUSED:
                try:
                    facts = [path.lstat() for path in _files(self._folder / name)]
                except OSError:
                    continue  # moved away meanwhile
                if facts:
                    marks[name] = " ".join(
                        f"{one.st_size}.{one.st_mtime_ns}.{one.st_ino}" for one in facts
                    )
        return marks

    def _listing(self, name: str) -> Listing:
        self._bad_listings.pop(name, None)
        path = self._folder / f"{name.removesuffix('.apk')}.json"
        said = ListingFile()
        if path.is_file() and not path.is_symlink():
            try:
                with path.open("rb") as file:
                    said = _LISTING.decode(file.read(_LARGEST_LISTING))
            except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
                self._bad_listings[name] = f"{path.name}: no listing of an app: {error}"
        return Listing(
            store=said.store or self._store,
            source=self.name,
            reference=str(self._folder / name),
            label=said.label,
            developer=said.developer,
            contact=said.contact,
            product_line=said.product_line,
            category=said.category,
        )

    def _move(self, name: str, why: str) -> None:
        aside = self._folder / REFUSED
        source = self._folder / name
        try:
            aside.mkdir(exist_ok=True)
            target = aside / name
            number = 1
            while target.exists():
                number += 1
                target = aside / f"{name}.{number}"
            source.replace(target)
            target.with_name(target.name + ".txt").write_text(why + "\n", "utf-8", "replace")
        except OSError as error:
            log.warning("%s: cannot be moved into %s/: %s", source, REFUSED, error.strerror)


def _files(path: Path) -> list[Path]:
    """The app's files, base APK first; empty where there is no app."""
    kind = path.lstat().st_mode
    if stat.S_ISREG(kind):
        return [path] if path.suffix == ".apk" else []
    if not stat.S_ISDIR(kind):
        return []
    base = path / "base.apk"
    if not base.is_file() or base.is_symlink():
        return []
    splits = [
        one
        for one in sorted(path.glob("*.apk"))
        if one.name != "base.apk" and one.is_file() and not one.is_symlink()
    ]
    return [base, *splits]
