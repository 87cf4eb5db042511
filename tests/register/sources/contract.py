"""The contract of the docking interface: what every kind of source has to keep.

Call `keeps_the_contract` with a source that offers exactly the given apps.
"""

import hashlib
from pathlib import Path

from farm.apps import inspect
from farm.register.sources.source import Entry, Source


async def keeps_the_contract(source: Source, folder: Path, apps: dict[str, int]) -> None:
    """Look twice and fetch everything.

    Args:
        apps: packages with the number of files of each.
    """
    assert source.name and source.kind
    async with source:
        first = await source.look({})
        again = await source.look({})
        assert [_identity(entry) for entry in first.entries] == [
            _identity(entry) for entry in again.entries
        ], "two looks at what did not change list the same, in the same order"
        assert len({entry.reference for entry in first.entries}) == len(first.entries)
        assert all(isinstance(v, str) for v in first.memory.values())
        found: dict[str, int] = {}
        for number, entry in enumerate(first.entries):
            assert entry.reference and entry.mark and entry.listing.source == source.name
            own = folder / str(number)
            own.mkdir()
            paths = await source.fetch(entry, own)
            assert all(path.is_file() and not path.is_symlink() for path in paths)
            told = inspect(paths[0])
            found[told.package] = len(paths)
            assert entry.package in ("", told.package)
            digests = tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)
            assert entry.sha256 in ((), digests)
            twice = folder / f"{number}-again"
            twice.mkdir()
            assert [path.read_bytes() for path in await source.fetch(entry, twice)] == [
                path.read_bytes() for path in paths
            ], "what is fetched again is the same"
        assert found == apps
        later = await source.look(first.memory)
        known = {_identity(entry) for entry in first.entries}
        assert {_identity(entry) for entry in later.entries} <= known


def _identity(entry: Entry) -> tuple[str, str]:
    return entry.reference, entry.mark
