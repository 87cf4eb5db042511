"""The data that detection judges by, as it ships with the code."""

import functools
from pathlib import Path
from typing import TypeVar

from farm.files import read_yaml

DATA = Path(__file__).parent / "data"
_Read = TypeVar("_Read")


@functools.cache
def shipped(name: str, kind: type[_Read]) -> tuple[_Read, str]:
    """A data file that ships with detection, by its path below `data/`, and its SHA-256."""
    return read_yaml(DATA / name, kind)
