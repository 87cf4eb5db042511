"""The docking interface of distribution platforms. `tests/register/sources/contract.py` is its
contract: a new kind of source has to pass it.

A source is looked at again and again. Each look lists what is there; what was not seen before is
fetched, one app at a time.
"""

from pathlib import Path
from typing import Protocol

import msgspec

from farm.model.errors import FarmError
from farm.register.values import Listing


class SourceUnavailable(FarmError):
    """The source cannot be reached now, or an app is not complete yet: it is looked at again."""


class AppRefused(FarmError):
    """An app that a source offers cannot be used. It is set aside and not fetched again."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One app that a source offers. Texts are the source's: hostile."""

    reference: str  # says where in the source: a file's name, an address, a package on a phone
    mark: str  # another mark of the same reference is another offer
    listing: Listing
    package: str = ""  # what the source takes it for; empty: it does not say
    version_code: int | None = None
    sha256: tuple[str, ...] = ()  # of its files, base APK first, where the source says so


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a source offers now. `memory` is handed to the next look, once all was fetched."""

    entries: list[Entry]
    memory: dict[str, str] = {}


class Source(Protocol):
    """A place where apps are offered. Used as an async context manager."""

    name: str
    kind: str

    async def __aenter__(self) -> "Source":
        """Open what it needs."""
        ...

    async def __aexit__(self, *error: object) -> None:
        """Close it."""
        ...

    async def look(self, memory: dict[str, str]) -> Look:
        """List what is offered, only what is complete, in a stable order.

        Args:
            memory: of the last look whose apps were all fetched; empty at first.

        Raises:
            SourceUnavailable: it cannot be reached.
            UsageError: it is not what its configuration says; names file, address or field.
        """
        ...

    async def fetch(self, entry: Entry, folder: Path) -> tuple[Path, ...]:
        """Bring an app's files, base APK first; those in `folder` are removed afterwards.

        Raises:
            SourceUnavailable: not now.
            AppRefused: never: too large, another digest, not where the source says.
        """
        ...

    async def set_aside(self, entry: Entry, why: str) -> None:
        """Told that an app was refused, so that a person finds it."""
        ...
