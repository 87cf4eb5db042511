"""Which Parquet files of a day count: a session's own file, or the part that took its place.

A part `part-X.parquet` counts once it is there together with its list, which lies below
`compacted/`; from then on the files that the list names do not, whether they are still there or
not. So readers see every row once at every moment of a compaction, and after a crash in it.
"""

import re
from pathlib import PurePosixPath

import msgspec

from farm.campaign.store.objects import Store

_PART = re.compile(r"part-[0-9a-f]{16}\.parquet")
_LARGEST_LIST = 64 << 20


class PartList(msgspec.Struct, frozen=True, kw_only=True):
    """What a part was made of. Names are without their folder."""

    sources: tuple[str, ...]  # files that it took the place of
    members: tuple[str, ...]  # sessions' own files whose rows it holds, through whatever parts


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One day's folder as it counts. Names are without the folder."""

    folder: str
    sizes: dict[str, int]  # of the files that count
    left: tuple[str, ...]  # files whose place a part has taken
    lists: dict[str, PartList]  # of the parts that count


def list_name(folder: str, part: str) -> str:
    """Where a part's list lies."""
    return f"compacted/{folder}/{part.removesuffix('.parquet')}.json"


def is_part(name: str) -> bool:
    """Whether a file is a part."""
    return _PART.fullmatch(name) is not None


async def read_days(store: Store, table: str) -> list[Day]:
    """What counts in every day of a table.

    Raises:
        StoreUnavailable: the store failed.
    """
    folders: dict[str, dict[str, int]] = {}
    async for stored in store.names(f"{table}/"):
        path = PurePosixPath(stored.name)
        folders.setdefault(path.parent.as_posix(), {})[path.name] = stored.size
    lists: dict[str, dict[str, PartList]] = {}
    async for stored in store.names(f"compacted/{table}/"):
        path = PurePosixPath(stored.name)
        folder, part = path.parent.relative_to("compacted").as_posix(), f"{path.stem}.parquet"
        if part in folders.get(folder, ()):  # else it is still being made, or gone again
            lists.setdefault(folder, {})[part] = await _read(store, stored.name)
    return [
        _counting(folder, sizes, lists.get(folder, {})) for folder, sizes in sorted(folders.items())
    ]


async def where(store: Store, name: str) -> str:
    """The file that holds the rows of a session's own file: it, or a part; empty if none does.

    Raises:
        StoreUnavailable: the store failed.
    """
    if await store.size(name) is not None:
        return name
    path = PurePosixPath(name)
    folder = path.parent.as_posix()
    async for stored in store.names(f"compacted/{folder}/"):
        part = f"{folder}/{PurePosixPath(stored.name).stem}.parquet"
        members = (await _read(store, stored.name)).members
        if path.name in members and await store.size(part) is not None:
            return part
    return ""


async def _read(store: Store, name: str) -> PartList:
    return msgspec.json.decode(await store.get_bytes(name, _LARGEST_LIST), type=PartList)


def _counting(folder: str, sizes: dict[str, int], lists: dict[str, PartList]) -> Day:
    replaced = {source for each in lists.values() for source in each.sources}
    data = {name for name in sizes if name.endswith(".parquet")}
    unlisted = {name for name in data if is_part(name) and name not in lists}
    return Day(
        folder=folder,
        sizes={name: sizes[name] for name in sorted(data - replaced - unlisted)},
        left=tuple(sorted(data & replaced)),
        lists={part: each for part, each in lists.items() if part not in replaced},
    )
