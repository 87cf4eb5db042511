"""Who stands behind a domain or a package, and where an address lies.

Names and countries only: who is a third party is decided in `parties`.
"""

import functools
import hashlib
from pathlib import Path
from typing import Any

import maxminddb
import msgspec

from farm.model.errors import UsageError

_LARGEST = 1 << 30


class Organisation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One company: its domains and packages, and domains under which its customers serve."""

    id: str
    zh: str
    en: str
    country: str  # of its seat, ISO 3166-1
    domains: list[str] = []
    packages: list[str] = []
    hosting: list[str] = []
    purpose: str = ""  # what it is there for in other people's apps, where that is one thing


class Organisations(msgspec.Struct, frozen=True, kw_only=True):
    """The list as it ships."""

    version: str
    organisations: list[Organisation]


class Directory:
    """Look-ups in the list."""

    def __init__(self, listed: Organisations) -> None:
        self._domains: dict[str, Organisation] = {}
        self._hosting: dict[str, Organisation] = {}
        self._packages: dict[str, Organisation] = {}
        for one in listed.organisations:
            self._domains |= dict.fromkeys(one.domains, one)
            self._hosting |= dict.fromkeys(one.hosting, one)
            self._packages |= dict.fromkeys(one.packages, one)

    def of_host(self, host: str) -> Organisation | None:
        """Whose domain the host lies under; None where it is nobody's or only rented."""
        if self.hosts(host) is not None:
            return None
        return _longest(host, self._domains)

    def hosts(self, host: str) -> Organisation | None:
        """Who rents out the machine behind the host, where that is all the name says."""
        rented, own = _suffix(host, self._hosting), _suffix(host, self._domains)
        return self._hosting[rented] if len(rented) > len(own) else None

    def of_package(self, package: str) -> Organisation | None:
        """Whose app or code has a package name."""
        rest = package
        while rest:
            if rest in self._packages:
                return self._packages[rest]
            rest = rest.rpartition(".")[0]
        return None


def _suffix(host: str, domains: dict[str, Organisation]) -> str:
    rest = host
    while rest:
        if rest in domains:
            return rest
        rest = rest.partition(".")[2]
    return ""


def _longest(host: str, domains: dict[str, Organisation]) -> Organisation | None:
    found = _suffix(host, domains)
    return domains[found] if found else None


class Countries:
    """A local MaxMind database (MMDB) of countries, as the operator gives it."""

    def __init__(self, path: Path) -> None:
        """Load it.

        Raises:
            UsageError: it cannot be read, or is none.
        """
        try:
            if path.stat().st_size > _LARGEST:
                raise UsageError(f"{path}: larger than {_LARGEST >> 30} GiB; is it the right file?")
            data = path.read_bytes()
            self._reader = maxminddb.open_database(str(path), maxminddb.MODE_MEMORY)
        except OSError as error:
            raise UsageError(f"{path}: cannot be read ({error.strerror}); name an MMDB") from error
        except (maxminddb.InvalidDatabaseError, ValueError, TypeError) as error:
            raise UsageError(f"{path}: no MaxMind database (MMDB) of countries: {error}") from error
        self.sha256 = hashlib.sha256(data).hexdigest()

    @functools.lru_cache(maxsize=4096)  # noqa: B019 - one database lives as long as its process
    def of(self, address: str) -> str:
        """ISO 3166-1 code of the country an address lies in; empty where the database is silent."""
        try:
            record: Any = self._reader.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return ""
        if not isinstance(record, dict):
            return ""
        for member in ("country", "registered_country"):
            country = record.get(member)
            if isinstance(country, dict) and isinstance(country.get("iso_code"), str):
                return str(country["iso_code"])[:2]
        return ""


@functools.lru_cache(maxsize=4)
def open_countries(path: Path) -> Countries:
    """One database for a process, opened once."""
    return Countries(path)
