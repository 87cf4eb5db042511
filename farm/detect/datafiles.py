"""Reads the data that detection judges by: YAML within bounds, checked against its type."""

import functools
import hashlib
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from farm.model.errors import UsageError

DATA = Path(__file__).parent / "data"
_LARGEST = 8 << 20
_Read = TypeVar("_Read")


@functools.cache
def shipped(name: str, kind: type[_Read]) -> tuple[_Read, str]:
    """A data file that ships with detection, by its path below `data/`, and its SHA-256."""
    return read_yaml(DATA / name, kind)


def read_yaml(path: Path, kind: type[_Read]) -> tuple[_Read, str]:
    """A YAML file as a value of `kind`, and its SHA-256.

    Raises:
        UsageError: one line that names file, line or field, and what was expected.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name a YAML file") from error
    if len(data) > _LARGEST:
        raise UsageError(f"{path}: larger than {_LARGEST >> 20} MiB; is it the right file?")
    try:
        # A safe loader; the compiled one is ten times faster where PyYAML has it.
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        parsed = yaml.load(data, Loader=loader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark is not None else str(path)
        problem = getattr(error, "problem", None) or "not UTF-8 text, or nested too deeply"
        raise UsageError(f"{where}: not YAML: {problem}") from error
    try:
        value = msgspec.convert(parsed if parsed is not None else {}, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}") from error
    return value, hashlib.sha256(data).hexdigest()
