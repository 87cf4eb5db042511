"""What holds for the catalogue as a whole, beyond each entry's own form; every rule says why."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from farm.model.vocabulary import DataType
from farm.recorders.api.catalogue import read_entries
from farm.recorders.api.entry import Api

SOURCES = frozenset(
    {"AOSP", "NDK", "bionic", "camille", "dexray-intercept", "java", "linux", "mobsf",
     "privacysentry", "unverified", "usage"}
)  # fmt: skip
WAYS = frozenset({"", "content", "file", "native", "properties", "service", "settings", "shell"})
# Known by what they look like in text, not by the call that gave them.
OF_NO_CALL = frozenset({DataType.BANK_CARD, DataType.NATIONAL_ID, DataType.ETHERNET_MAC})


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that one entry breaks, and where."""

    file: str
    api: str
    rule: str


def check_conventions(files: Sequence[Path], *, whole: bool = True) -> list[Breach]:
    """Hold catalogue files against the rules.

    Args:
        files: the files, as they would be loaded together.
        whole: they are all there is, so every data type should have an entry.
    """
    by_file = {file: [api for _, api in read_entries(file)] for file in files}
    found = [*_order(by_file), *_words(by_file), *_duplicates(by_file)]
    if whole:
        used = {api.data_type for apis in by_file.values() for api in apis}
        found += [
            # A type that nothing can report reads as if its collection were watched.
            Breach(file="", api="", rule=f"no entry has the data type {kind}")
            for kind in DataType
            if kind not in used | OF_NO_CALL
        ]
    return found


def _order(by_file: dict[Path, list[Api]]) -> Iterator[Breach]:
    for file, apis in by_file.items():
        for before, after in itertools.pairwise(apis):
            if _key(before.id) > _key(after.id):
                # Sorted files show what is there already, and merge without conflicts.
                yield Breach(file=file.name, api=after.id, rule=f"sorted by id: before {before.id}")


def _words(by_file: dict[Path, list[Api]]) -> Iterator[Breach]:
    for file, apis in by_file.items():
        for api in apis:
            for word in set(api.source) - SOURCES:
                # A source that nobody can look up proves nothing.
                yield Breach(file=file.name, api=api.id, rule=f"source {word!r} is not one of ours")
            if api.way not in WAYS:
                yield Breach(file=file.name, api=api.id, rule=f"way {api.way!r} is not one of ours")


def _duplicates(by_file: dict[Path, list[Api]]) -> Iterator[Breach]:
    seen: dict[tuple[object, ...], str] = {}
    for file, apis in by_file.items():
        for api in apis:
            for key in _meanings(api):
                if key in seen and seen[key] != api.id:
                    # Two records of one call would count it twice.
                    rule = f"hooks under the same conditions as {seen[key]}"
                    yield Breach(file=file.name, api=api.id, rule=rule)
                    break
                seen[key] = api.id


def _meanings(api: Api) -> Iterator[tuple[object, ...]]:
    when = msgspec.json.encode(api.when)
    if api.kind == "native":
        yield (api.library, api.symbol, when)
        return
    for overload in [None] if api.overloads is None else api.overloads:
        types = None if overload is None else tuple(overload)
        yield (api.class_, api.method, types, when)


def _key(name: str) -> list[str]:
    return name.split(".")
