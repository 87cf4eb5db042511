"""The catalogue of sensitive APIs: read, check, compile for the hook bundle.

A mistake names file, entry and field. This module hooks nothing and knows no process.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from farm.model.errors import UsageError
from farm.paths import HOOK_CATALOGUE
from farm.recorders.api.entry import Api, problems

CATALOGUE_VERSION = 1
MOST_ENTRIES = 2000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's reads ten times as fast


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """All entries, with the digest of the file they came from."""

    apis: list[Api]
    sha256: str

    def by_id(self) -> dict[str, Api]:
        """Entries by their id."""
        return {api.id: api for api in self.apis}


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of what one call may carry: characters, and values in number."""

    text: int = 4096
    values: int = 200
    stack: int = 16_384


def load_catalogue(path: Path = HOOK_CATALOGUE, more: Sequence[Path] = ()) -> Catalogue:
    """Read and check a catalogue: one YAML file, or every `*.yaml` of a folder; then `more`.

    Raises:
        UsageError: one line that names file, entry and field, and what was expected.
    """
    whole = hashlib.sha256()
    apis: list[Api] = []
    seen: dict[str, Path] = {}
    for file in catalogue_files(path, *more):
        entries, data = _read(file)
        whole.update(f"{file.name}\0{len(data)}\0".encode())
        whole.update(data)
        for number, entry in enumerate(entries, 1):
            api = _entry(file, number, entry)
            if api.id in seen:
                other = seen[api.id]
                raise UsageError(
                    f"{file}: entry {number} ({api.id}): field id: used twice, first in {other}"
                )
            seen[api.id] = file
            apis.append(api)
    if len(apis) > MOST_ENTRIES:
        raise UsageError(f"{path}: {len(apis)} entries: expected at most {MOST_ENTRIES}")
    return Catalogue(apis=apis, sha256=whole.hexdigest())


def catalogue_files(*given: Path) -> list[Path]:
    """The files that are loaded for files and folders, in order.

    Raises:
        UsageError: a folder has none.
    """
    return [file for one in given for file in _files(one)]


def read_entries(file: Path) -> list[tuple[int, Api]]:
    """The entries of one file with their number, each checked by itself.

    Raises:
        UsageError: one line that names file, entry and field, and what was expected.
    """
    entries, _ = _read(file)
    return [(number, _entry(file, number, entry)) for number, entry in enumerate(entries, 1)]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.yaml"))
    if not files:
        raise UsageError(f"{path}: no *.yaml file in this folder")
    return files


def _read(path: Path) -> tuple[list[object], bytes]:
    try:
        data = path.read_bytes()
        document = yaml.load(data, Loader=_LOADER)  # noqa: S506 - both loaders are safe ones
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "not text"
        raise UsageError(f"{path}{line}: not valid YAML: {problem}") from error
    if not isinstance(document, dict) or document.get("version") != CATALOGUE_VERSION:
        raise UsageError(f"{path}: field version: expected {CATALOGUE_VERSION}")
    entries = document.get("apis")
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_ENTRIES:
        raise UsageError(f"{path}: field apis: expected a list of 1 to {MOST_ENTRIES} entries")
    return entries, data


def compile_catalogue(catalogue: Catalogue, limits: Limits | None = None) -> dict[str, Any]:
    """The configuration that the bundle's `init` takes, as plain values."""
    java = ("id", "class", "method", "overloads", "implementations", "data_type", "when", "values")
    native = ("id", "library", "symbol", "arguments", "data_type", "when", "values")
    compiled: dict[str, list[dict[str, Any]]] = {"java": [], "native": []}
    for api in catalogue.apis:
        plain: dict[str, Any] = msgspec.to_builtins(api)
        fields = native if api.kind == "native" else java
        compiled[api.kind].append({name: plain[name] for name in fields})
    return {
        "schema": 1,
        "apis": compiled["java"],
        "natives": compiled["native"],
        "limits": msgspec.to_builtins(limits or Limits()),
    }


def _entry(path: Path, number: int, entry: object) -> Api:
    name = str(entry.get("id", "without id"))[:80] if isinstance(entry, dict) else "no mapping"
    place = f"{path}: entry {number} ({name})"
    try:
        api = msgspec.convert(entry, Api)
    except msgspec.ValidationError as error:
        raise UsageError(f"{place}: {error}") from error
    for field, wrong, expected in problems(api):
        if wrong:
            raise UsageError(f"{place}: field {field}: expected {expected}")
    return api
