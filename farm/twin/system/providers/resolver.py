"""Finds the provider of a URI and keeps what they share: one database, one place for refusals.

Who may ask is checked by callers: apps by their permissions, the shell by its rights.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from farm.twin.contracts import ContentError, ContentValue, Identity
from farm.twin.system.filesystem import Filesystem
from farm.twin.system.providers.calendar import Calendar
from farm.twin.system.providers.database import Database, Rows
from farm.twin.system.providers.media import Media
from farm.twin.system.providers.people import Calls, Contacts, Messages
from farm.twin.system.providers.uris import ContentUri, Target, parse

_MINUTE_MS = 60_000


class Provider(Protocol):
    """One provider."""

    authority: str

    def target(self, uri: ContentUri) -> Target:
        """The table behind a URI."""

    def insert(self, uri: ContentUri, values: Mapping[str, ContentValue]) -> int:
        """Add a row; its id."""

    def delete(self, uri: ContentUri, selection: str, arguments: list[str]) -> int:
        """Remove rows; how many."""


class ContentProviders:
    """All providers of one phone, filled with what belongs to its owner."""

    def __init__(
        self, identity: Identity, files: Filesystem, sdk: int, now_ns: Callable[[], int]
    ) -> None:
        self._database = Database()
        self.media = Media(self._database, files, sdk, now_ns)
        contacts = Contacts(self._database)
        providers: list[Provider] = [
            contacts,
            Calls(self._database),
            Messages(self._database),
            Calendar(self._database),
            self.media,
        ]
        self._providers = {one.authority: one for one in providers}
        now = now_ns() // 1_000_000
        for number, (name, phone) in enumerate(identity.contacts, 1):
            contacts.add_person(name, phone)
            call: dict[str, ContentValue] = {"number": phone, "name": name, "duration": 60}
            self._database.insert("calls", call | {"date": now - number * _MINUTE_MS, "type": 1})
        for sender, text in identity.messages:
            self.insert("content://sms/inbox", {"address": sender, "body": text, "date": now})

    def close(self) -> None:
        """Forget everything."""
        self._database.close()

    def known(self, uri: str) -> bool:
        """Whether some provider has the URI's authority."""
        parsed = parse(uri)
        return parsed is not None and parsed.authority in self._providers

    def query(
        self,
        uri: str,
        projection: list[str] | None = None,
        selection: str = "",
        arguments: list[str] | None = None,
        order: str = "",
    ) -> Rows:
        """Columns and rows.

        Raises:
            ContentError: an unknown URI or column, or a condition that SQLite does not take.
        """
        provider, parsed = self._of(uri)
        target = provider.target(parsed)
        where = target.where(selection)
        return self._database.query(target.table, projection, where, arguments or [], order)

    def insert(self, uri: str, values: Mapping[str, ContentValue]) -> int:
        """Add a row; its id. Raises ContentError."""
        provider, parsed = self._of(uri)
        return provider.insert(parsed, values)

    def delete(self, uri: str, selection: str = "", arguments: list[str] | None = None) -> int:
        """Remove rows; how many. Raises ContentError."""
        provider, parsed = self._of(uri)
        return provider.delete(parsed, selection, arguments or [])

    def file(self, uri: str) -> Path:
        """The host file behind a URI of the media provider. Raises ContentError."""
        provider, parsed = self._of(uri)
        if provider is not self.media:
            raise ContentError("java.io.FileNotFoundException", f"No files supported at {uri}")
        return self.media.file(parsed)

    def _of(self, uri: str) -> tuple[Provider, ContentUri]:
        parsed = parse(uri)
        provider = self._providers.get(parsed.authority) if parsed is not None else None
        if parsed is None or provider is None:
            raise ContentError("java.lang.IllegalArgumentException", f"Unknown URI {uri[:300]}")
        return provider, parsed
