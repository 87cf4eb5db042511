"""Where a campaign's apps come from: a folder of APKs, or a list. Read one by one, never held.

A list has one app a line: a path of an APK, or a JSON object that describes an app whose files
are in the store already (`{"sha256": ..., "package": ..., "lowest_sdk": ..., "abis": [...]}`).
Empty lines and lines that begin with `#` are skipped.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from farm.apps.inspection import inspect
from farm.campaign.ledger.values import AppFile
from farm.campaign.plan.values import AppEntry
from farm.model.errors import UsageError

_LONGEST_LINE = 64 * 1024
_LINE = msgspec.json.Decoder(AppEntry)


class FoundApp(msgspec.Struct, frozen=True, kw_only=True):
    """An app of the list; `paths` are its files on this machine, base APK first."""

    entry: AppEntry
    paths: tuple[Path, ...] = ()


def read_apps(source: Path) -> Iterator[FoundApp]:
    """Yield the apps of a folder or a list, in a stable order. Blocks.

    Raises:
        UsageError: a line, file or folder cannot be used; names it.
    """
    if source.is_dir():
        yield from _of_folder(source)
    elif source.suffix == ".apk":
        yield _of_files((source,))
    else:
        yield from _of_list(source)


def check_apps(source: Path) -> None:
    """Look whether a folder or a list has an app that can be read. Blocks.

    Raises:
        UsageError: it has none, or the first one cannot be used.
    """
    next(iter(read_apps(source)))


def _of_folder(folder: Path) -> Iterator[FoundApp]:
    found = False
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix == ".apk":
            found = True
            yield _of_files((path,))
        elif path.is_dir() and (path / "base.apk").is_file():
            found = True
            splits = sorted(p for p in path.glob("*.apk") if p.name != "base.apk")
            yield _of_files((path / "base.apk", *splits))
    if not found:
        raise UsageError(
            f"{folder}: no app in it; expected *.apk files, or folders with a base.apk and splits"
        )


def _of_list(path: Path) -> Iterator[FoundApp]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read ({error.strerror}); expected a folder or a list of apps"
        ) from error
    found = False
    with file:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            text = line.strip()
            if not text or text.startswith(b"#"):
                continue
            found = True
            yield _of_line(path, number, text)
    if not found:
        raise UsageError(f"{path}: names no app; expected one path or JSON object a line")


def _of_line(source: Path, number: int, line: bytes) -> FoundApp:
    where = f"{source}:{number}"
    if line.startswith(b"{"):
        try:
            entry = _LINE.decode(line)
        except msgspec.DecodeError as error:
            raise UsageError(f"{where}: no app: {error}") from error
        if len(entry.sha256) != 64 or entry.sha256.strip("0123456789abcdef"):
            raise UsageError(f"{where}: sha256: expected 64 lower-case hexadecimal digits")
        if not entry.files:
            entry = msgspec.structs.replace(entry, files=(AppFile(sha256=entry.sha256),))
        return FoundApp(entry=entry)
    try:
        path = source.parent / line.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: neither UTF-8 nor a JSON object") from error
    if path.is_dir():
        splits = sorted(p for p in path.glob("*.apk") if p.name != "base.apk")
        return _of_files((path / "base.apk", *splits), where)
    return _of_files((path,), where)


def _of_files(paths: tuple[Path, ...], where: str = "") -> FoundApp:
    try:
        apps = [inspect(path) for path in paths]
    except UsageError as error:
        raise UsageError(f"{where}: {error}" if where else str(error)) from error
    base = apps[0]
    abis = sorted({abi for app in apps for abi in app.abis})
    entry = AppEntry(
        sha256=base.apk_sha256,
        package=base.package,
        version_code=base.version_code,
        version_name=base.version_name,
        lowest_sdk=base.lowest_sdk,
        abis=tuple(abis),
        files=tuple(AppFile(sha256=app.apk_sha256, size=app.size) for app in apps),
    )
    return FoundApp(entry=entry, paths=paths)
