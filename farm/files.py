"""Reads whole files for every room: YAML within bounds, checked against its type, and digests.

Knows no format of the project's own; what a value means is decided where it is asked for.
"""

import hashlib
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from farm.model.errors import UsageError

_LARGEST = 8 << 20
_Read = TypeVar("_Read")
# A safe loader; the compiled one is ten times faster where PyYAML has it.
_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SAFE):  # type: ignore[misc]
    """Refuses a key that stands twice: PyYAML would keep the last without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    problem = f"key {key.value[:80]!r} stands twice"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                seen.add(key.value)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, 64 hexadecimal digits; blocks until all are read.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_yaml(
    path: Path, kind: type[_Read], *, largest: int = _LARGEST, expected: str = ""
) -> tuple[_Read, str]:
    """A YAML file as a value of `kind`, and its SHA-256.

    Args:
        path: the file.
        kind: a msgspec type.
        largest: bytes beyond which it is taken for the wrong file.
        expected: what the file should hold, for the error where it does not.

    Raises:
        UsageError: one line that names file, line or field, and what was expected.
    """
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name a YAML file") from error
    if len(data) > largest:
        raise UsageError(f"{path}: larger than {largest >> 20} MiB; is it the right file?")
    try:
        parsed = yaml.load(data, Loader=_Loader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark is not None else str(path)
        problem = getattr(error, "problem", None) or "not UTF-8 text, or nested too deeply"
        raise UsageError(f"{where}: not YAML: {problem}") from error
    try:
        value = msgspec.convert(parsed if parsed is not None else {}, kind)
    except msgspec.ValidationError as error:
        told = f"; expected {expected}" if expected else ""
        raise UsageError(f"{path}: {error}{told}") from error
    return value, hashlib.sha256(data).hexdigest()
