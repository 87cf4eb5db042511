"""Which packages an app's code comes from: name prefixes of the classes its dex files define.

Reads the dex tables only (source.android.com/docs/core/runtime/dex-format), no code.
"""

import re
import struct
from collections import Counter
from pathlib import Path

from farm.apps.archive import Archive
from farm.model.errors import UsageError

_DEX = re.compile(r"classes\d{0,4}\.dex")
_MAX_DEX = 64 * 1024 * 1024
_MAX_DEX_FILES = 100
_MAX_NAME = 1000
_HEADER = 0x70


def sdk_prefixes(path: Path, parts: int = 3) -> dict[str, int]:
    """Return package prefixes of up to `parts` parts with the number of classes in each.

    Most classes first. Names shortened by an obfuscator stay as they are.

    Raises:
        UsageError: the file is missing, no APK or corrupt; names the dex file.
    """
    counts: Counter[str] = Counter()
    with Archive(path) as archive:
        names = sorted(name for name in archive.names if _DEX.fullmatch(name))
        for name in names[:_MAX_DEX_FILES]:
            data = archive.read(name, _MAX_DEX)
            try:
                classes = _classes(data)
            except (struct.error, IndexError, ValueError) as error:
                raise UsageError(f"{path}: {name} is corrupt: {error}") from error
            for each in classes:
                package = each.rpartition("/")[0].split("/")
                if package != [""]:
                    counts[".".join(package[:parts])] += 1
    return dict(counts.most_common())


def _classes(data: bytes) -> list[str]:
    """Names of the classes a dex file defines, as `com/example/Foo`."""
    if len(data) < _HEADER or not data.startswith(b"dex\n"):
        raise ValueError("not a dex file")
    string_count, strings, type_count, types = struct.unpack_from("<4I", data, 0x38)
    class_count, classes = struct.unpack_from("<2I", data, 0x60)
    if class_count * 32 + classes > len(data) or type_count * 4 + types > len(data):
        raise ValueError("its tables reach beyond its end")
    found = []
    for index in range(class_count):
        (type_index,) = struct.unpack_from("<I", data, classes + 32 * index)
        if type_index >= type_count:
            raise ValueError("a class points to no type")
        (string_index,) = struct.unpack_from("<I", data, types + 4 * type_index)
        if string_index >= string_count:
            raise ValueError("a type points to no string")
        (offset,) = struct.unpack_from("<I", data, strings + 4 * string_index)
        found.append(_string(data, offset))
    return [name[1:-1] for name in found if name.startswith("L") and name.endswith(";")]


def _string(data: bytes, offset: int) -> str:
    """A string behind its length (ULEB128), in modified UTF-8 up to a zero byte."""
    while offset < len(data) and data[offset] & 0x80:
        offset += 1
    offset += 1
    end = data.find(b"\0", offset, offset + _MAX_NAME)
    if end < 0:
        raise ValueError("a name without an end")
    return data[offset:end].decode("utf-8", "replace")
