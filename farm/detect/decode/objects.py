"""Binary forms of objects by well-kept libraries: MessagePack, CBOR, property lists, Java.

Their hooks are off: nothing is built but plain containers, and what comes out is walked within
bounds, each shared object once.
"""

import io
import plistlib
import struct
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date
from typing import Any
from xml.parsers.expat import ExpatError

import cbor2
import msgpack

from farm.detect.decode.node import Budget, Piece, pieces_of, readable

_LARGEST = 32 << 20
_LARGEST_JAVA = 1 << 20  # its reader is pure Python
_DEEPEST = 200
_SMALLEST_NUMBER = 1 << 20
_LONGEST_NUMBER = 128  # bits


class _Pairs(list[tuple[Any, Any]]):
    """A mapping with its entries in order, also where a key comes twice."""


def message_pack(data: bytes, budget: Budget) -> list[Piece] | None:
    """MessagePack (its specification of 2013): maps and arrays that fill the input."""
    if len(data) > _LARGEST or not (0x80 <= data[0] <= 0x9F or 0xDC <= data[0] <= 0xDF):
        return None
    unpacker = msgpack.Unpacker(
        raw=True,
        strict_map_key=False,
        object_pairs_hook=_Pairs,
        ext_hook=lambda _code, content: bytes(content),
        max_buffer_size=max(len(data), 1),
    )
    unpacker.feed(data)
    documents: list[Any] = []
    try:
        while unpacker.tell() < len(data):
            document = unpacker.unpack()
            if not isinstance(document, list):
                return None
            documents.append(document)
    except (ValueError, TypeError, RecursionError, OverflowError, msgpack.UnpackException):
        return None
    if not _sound(documents):
        return None
    return pieces_of(_leaves("msgpack", _only(documents)), budget)


def cbor(data: bytes, budget: Budget) -> list[Piece] | None:
    """CBOR (RFC 8949): a map, an array or a tag that fills the input."""
    if len(data) > _LARGEST or not 0x80 <= data[0] <= 0xDB:
        return None
    stream = io.BytesIO(data)
    try:
        document = cbor2.CBORDecoder(stream).decode()
        if stream.tell() != len(data):
            return None  # random bytes often begin with a whole item
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError, ArithmeticError):
        return None
    if isinstance(document, str | bytes | int | float | None) or not _sound([document]):
        return None
    return pieces_of(_leaves("cbor", document), budget)


def property_list(data: bytes, budget: Budget) -> list[Piece] | None:
    """Apple property lists: binary (`bplist00`) and XML."""
    head = data[:512]
    if not head.startswith(b"bplist0") and b"<plist" not in head:
        return None
    if len(data) > _LARGEST:
        return None
    try:
        document = plistlib.loads(data)
    except (plistlib.InvalidFileException, ExpatError, ValueError, TypeError):
        return None
    except (LookupError, AttributeError, OverflowError, RecursionError, struct.error):
        return None  # what plistlib lets through of damaged files
    return pieces_of(_leaves("plist", document), budget)


def _only(documents: list[Any]) -> Any:
    return documents[0] if len(documents) == 1 else documents


def _sound(documents: Sequence[Any]) -> bool:
    """Whether maps have keys of text or numbers: others are a misreading of some other format."""
    for document in documents:
        pairs = document.items() if isinstance(document, Mapping) else document
        if isinstance(document, _Pairs | Mapping):
            if not all(isinstance(key, str | bytes | int) for key, _ in pairs):
                return False
            if not pairs:
                return False
    return bool(documents)


def _leaves(step: str, document: Any) -> Iterator[tuple[str, bytes]]:
    stack: list[tuple[str, Any, int]] = [("$", document, 0)]
    containers: set[int] = set()
    while stack:
        path, value, depth = stack.pop()
        if isinstance(value, str):
            yield f"{step} {path}", value.encode("utf-8", "surrogatepass")
        elif isinstance(value, bytes | bytearray | memoryview):
            yield f"{step} {path}", bytes(value)
        elif isinstance(value, bool) or value is None:
            continue
        elif isinstance(value, int):
            if _SMALLEST_NUMBER <= abs(value) < 1 << _LONGEST_NUMBER:
                yield f"{step} {path}", b"%d" % value
        elif isinstance(value, float):
            yield f"{step} {path}", repr(value).encode()
        elif isinstance(value, plistlib.UID):
            continue
        elif isinstance(value, cbor2.CBORTag):
            stack.append((path, value.value, depth + 1))
        elif isinstance(value, _Pairs | Mapping | Sequence | Set):
            # A reference to the same container again would only say the same.
            if id(value) in containers or depth >= _DEEPEST:
                continue
            containers.add(id(value))
            inner: list[tuple[str, Any, int]] = []
            if isinstance(value, _Pairs | Mapping):
                for key, member in value.items() if isinstance(value, Mapping) else value:
                    name = _name(key)
                    shown = f".{name}" if name.isidentifier() else f"[{name!r}]"
                    inner.append((path[:400] + shown, member, depth + 1))
                    if isinstance(key, str | bytes) and len(key) >= 6:
                        yield f"{step} key of {path}", _bytes(key)
            else:
                inner = [
                    (f"{path[:400]}[{index}]", member, depth + 1)
                    for index, member in enumerate(value)
                ]
            stack += reversed(inner)
        elif isinstance(value, date):
            continue
        else:
            text = str(value)[:1000]  # decimals, fractions, addresses, UUIDs
            yield f"{step} {path}", text.encode("utf-8", "surrogatepass")


def _bytes(key: str | bytes) -> bytes:
    return key.encode("utf-8", "surrogatepass") if isinstance(key, str) else key


def _name(key: Any) -> str:
    return readable(key) if isinstance(key, bytes) else str(key)[:80]
