"""The catalogue of sensitive APIs: read, check, compile for the hook bundle.

A mistake names file, entry and field. This module hooks nothing and knows no process.
"""

import hashlib
import re
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from farm.model.errors import UsageError
from farm.model.vocabulary import DataType
from farm.paths import HOOK_CATALOGUE

CATALOGUE_VERSION = 1
MOST_ENTRIES = 2000
_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(\$\w+)*")
_METHOD = re.compile(r"[A-Za-z_]\w*|\$init")
_TYPE = re.compile(r"[A-Za-z_][\w.$]*|\[+([ZBCSIJFD]|L[\w.$]+;)")
_MEMBER = re.compile(r"\w+(\(\d*\))?(\.\w+(\(\d*\))?)*")
_LEVELS = re.compile(r"(\d+)-(\d*)")


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One condition on an argument; one of its lists must match."""

    argument: int
    is_: list[str] = msgspec.field(default_factory=list, name="is")
    starts: list[str] = []
    uri: list[str] = []


class ValueRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to turn an argument or the result into text that names the information."""

    from_: Literal["result"] | int = msgspec.field(name="from")
    each: bool = False
    get: list[str] = []
    as_: Literal["text", "mac", "hex"] = msgspec.field(default="text", name="as")
    strip: str = ""


class Api(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry: what a call of this method, under these conditions, hands over."""

    id: str
    class_: str = msgspec.field(name="class")
    method: str
    levels: str
    permission: str
    data_type: DataType
    values: list[ValueRule]
    source: list[str]
    reason: str
    overloads: list[list[str]] | None = None
    implementations: bool = False
    when: list[Condition] = []


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


def load_catalogue(path: Path = HOOK_CATALOGUE) -> Catalogue:
    """Read and check a catalogue.

    Raises:
        UsageError: one line that names file, entry and field, and what was expected.
    """
    try:
        data = path.read_bytes()
        document = yaml.safe_load(data)
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
    apis = [_entry(path, number, entry) for number, entry in enumerate(entries, 1)]
    seen: set[str] = set()
    for number, api in enumerate(apis, 1):
        if api.id in seen:
            raise UsageError(f"{path}: entry {number} ({api.id}): field id: used twice")
        seen.add(api.id)
    return Catalogue(apis=apis, sha256=hashlib.sha256(data).hexdigest())


def compile_catalogue(catalogue: Catalogue, limits: Limits | None = None) -> dict[str, Any]:
    """The configuration that the bundle's `init` takes, as plain values."""
    fields = ("id", "class", "method", "overloads", "implementations", "data_type")
    compiled = []
    for api in catalogue.apis:
        plain: dict[str, Any] = msgspec.to_builtins(api)
        kept = {name: plain[name] for name in fields}
        kept["when"] = plain["when"]
        kept["values"] = plain["values"]
        compiled.append(kept)
    return {"schema": 1, "apis": compiled, "limits": msgspec.to_builtins(limits or Limits())}


def _entry(path: Path, number: int, entry: object) -> Api:
    name = str(entry.get("id", "without id"))[:80] if isinstance(entry, dict) else "no mapping"
    place = f"{path}: entry {number} ({name})"
    try:
        api = msgspec.convert(entry, Api)
    except msgspec.ValidationError as error:
        raise UsageError(f"{place}: {error}") from error
    for field, wrong, expected in _problems(api):
        if wrong:
            raise UsageError(f"{place}: field {field}: expected {expected}")
    return api


def _problems(api: Api) -> list[tuple[str, bool, str]]:
    level = _LEVELS.fullmatch(api.levels)
    types = [one for overload in api.overloads or [] for one in overload]
    return [
        ("id", not _ID.fullmatch(api.id), "lower case words joined by dots"),
        ("class", not _CLASS.fullmatch(api.class_), "a Java class, nested ones with $"),
        ("method", not _METHOD.fullmatch(api.method), "a method's name, or $init"),
        ("levels", level is None, '"first-" or "first-last"'),
        ("reason", not api.reason.strip(), "why this entry is here"),
        ("source", not api.source or not all(api.source), "at least one source of the fact"),
        ("overloads", api.overloads == [], "at least one overload, or no such field"),
        ("overloads", not all(map(_TYPE.fullmatch, types)), "Java type names"),
        (
            "when",
            any(one.argument < 0 for one in api.when),
            "arguments counted from 0",
        ),
        (
            "when",
            any(not (one.is_ or one.starts or one.uri) for one in api.when),
            "one of is, starts, uri",
        ),
        (
            "when.uri",
            any(not uri.startswith("content://") for one in api.when for uri in one.uri),
            "content://authority or content://authority/path",
        ),
        (
            "values.from",
            any(isinstance(rule.from_, int) and rule.from_ < 0 for rule in api.values),
            '"result" or an argument counted from 0',
        ),
        (
            "values.get",
            any(not _MEMBER.fullmatch(step) for rule in api.values for step in rule.get),
            'members such as "getId()" or "info.name"',
        ),
    ]
