"""Which names stand beside a value: keys of the decode path, and text just before it."""

import functools
import re
from pathlib import Path

import msgspec
import yaml

from farm.detect.decode.node import Leaf
from farm.model.vocabulary import DataType

_FILE = Path(__file__).parent.parent / "data" / "keys.yaml"
_LOOK_BACK = 64
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_KEY_BEFORE = re.compile(
    rb"([A-Za-z][A-Za-z0-9_.\-]{0,40})(?:\\?[\"'])?\s{0,3}[:=]\s{0,3}(?:\\?[\"'\[])?$"
)
# Steps of a path that carry a key, as the decoders name them: `json $.d.imei`, `query imei`.
_KEYED = re.compile(
    r"^(?:json|query|form|header|cookie|multipart|xml|plist|msgpack|cbor|java|yaml|cookie) (.+)$"
)
_LONGEST_RUN = 3
_STEPS_BACK = 4


@functools.cache
def lexicon() -> dict[DataType, frozenset[str]]:
    """Names of fields by data type, as `data/keys.yaml` lists them."""
    return msgspec.convert(yaml.safe_load(_FILE.read_bytes()), dict[DataType, frozenset[str]])


@functools.lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """The words of a key in lower case: `userPhone_no` -> user, phone, no."""
    return tuple(word.lower() for word in _WORDS.findall(name))


@functools.lru_cache(maxsize=8192)
def names(data_type: DataType, key: str) -> bool:
    """Whether the key is a name for the data type."""
    known = lexicon().get(data_type, frozenset())
    parts = words(key)
    for start in range(len(parts)):
        for end in range(start + 1, min(len(parts), start + _LONGEST_RUN) + 1):
            if "".join(parts[start:end]) in known:
                return True
    return False


def key_beside(data_type: DataType, leaf: Leaf, start: int) -> str:
    """The name of the data type that stands beside a place in a piece; empty where none does."""
    before = _KEY_BEFORE.search(leaf.data[max(0, start - _LOOK_BACK) : start])
    if before is not None:
        key = before[1].decode("ascii")
        return key if names(data_type, key) else ""
    for step in reversed(leaf.path[-_STEPS_BACK:]):
        keyed = _KEYED.match(step)
        if keyed is None:
            continue
        # The last two members: `$.location.x` says as much as `$.x.location`.
        members = [part for part in re.split(r"[.\[\]'\"$]+", keyed[1]) if part]
        for member in reversed(members[-2:]):
            if names(data_type, member):
                return member[:60]
    return ""
