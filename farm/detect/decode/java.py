"""Java serialisation (Java Object Serialization Specification, chapter 6), read but never executed.

An own reader, since the streams come from the app under test: bounded in depth and work, and what
could be read before damage counts. No class is looked up and nothing is built.
"""

import struct
from typing import NamedTuple

from farm.detect.decode.node import Budget, Piece, shorten

_MAGIC = b"\xac\xed\x00\x05"
_FIRST_HANDLE = 0x7E0000
_DEEPEST = 100
_WRITE_METHOD, _SERIALIZABLE, _EXTERNALIZABLE, _BLOCK_DATA = 1, 2, 4, 8
_PRIMITIVES = {
    b"B": ">b",
    b"C": ">H",
    b"D": ">d",
    b"F": ">f",
    b"I": ">i",
    b"J": ">q",
    b"S": ">h",
    b"Z": ">?",
}
_SMALLEST_NUMBER = 1 << 20
_MAPS = frozenset({"java.util.HashMap", "java.util.LinkedHashMap", "java.util.Hashtable"})


class _Damaged(Exception):
    """The stream is not what the specification says, or goes beyond the bounds."""


class _Class(NamedTuple):
    name: str
    flags: int
    fields: list[tuple[bytes, str]]  # type code, name
    above: "_Class | None"


def java_stream(data: bytes, budget: Budget) -> list[Piece] | None:
    """Strings and numbers of the objects in a stream, with their fields' names."""
    if not data.startswith(_MAGIC):
        return None
    reader = _Reader(data, budget)
    try:
        reader.contents("$", 0)
    except (_Damaged, struct.error, IndexError):
        pass  # what came before counts
    return reader.pieces or None


class _Reader:
    """One pass through a stream."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.pieces: list[Piece] = []
        self._data = data
        self._position = len(_MAGIC)
        self._budget = budget
        self._handles: list[_Class | str | None] = []

    def contents(self, path: str, depth: int, *, until_end_mark: bool = False) -> None:
        """Read objects and blocks of data up to the end, or to its mark."""
        index = 0
        pending: str | None = None
        is_map = until_end_mark and path.endswith("{}")
        path = path.removesuffix("{}")
        while self._position < len(self._data):
            code = self._data[self._position]
            if code in {0x77, 0x7A}:
                self._block(path)
                continue
            if code == 0x78:
                if not until_end_mark:
                    raise _Damaged
                self._position += 1
                return
            if is_map and pending is None:
                key = self._object(f"{path} key", depth + 1)
                pending = key if isinstance(key, str) else str(index)
                continue
            name = f".{pending[:80]}" if pending is not None else f"[{index}]"
            single = not until_end_mark and index == 0
            self._object(path if single else path + name, depth + 1)
            pending = None
            index += 1

    def _object(self, path: str, depth: int) -> object:
        """Read one object; text of a string, None otherwise."""
        if depth > _DEEPEST:
            self._budget.note("nested deeper than the decoding bound")
            raise _Damaged
        code = self._data[self._position]
        self._position += 1
        match code:
            case 0x70:
                return None
            case 0x71:
                known = self._referenced()
                if isinstance(known, str):
                    self._add(path, known.encode("utf-8", "surrogatepass"))
                return known
            case 0x73:
                self._instance(path, depth)
            case 0x74 | 0x7C:
                raw = self._take(*self._unpack(">H" if code == 0x74 else ">Q"))
                text = _text(raw)
                self._handles.append(text)
                self._add(path, text.encode("utf-8", "surrogatepass"))
                return text
            case 0x75:
                self._array(path, depth)
            case 0x76:
                self._description(depth)
                self._handles.append(None)
            case 0x72 | 0x7D:
                self._position -= 1
                self._description(depth)
            case 0x79:
                self._handles.clear()
            case 0x7E:
                self._description(depth)
                self._handles.append(None)
                return self._object(path, depth + 1)
            case _:  # 0x7B: the writer failed here
                raise _Damaged
        return None

    def _instance(self, path: str, depth: int) -> None:
        described = self._description(depth)
        self._handles.append(None)
        chain: list[_Class] = []
        while described is not None and len(chain) <= _DEEPEST:
            chain.append(described)
            described = described.above
        for one in reversed(chain):
            if one.flags & _SERIALIZABLE:
                for kind, name in one.fields:
                    self._value(kind, f"{path}.{name}", depth)
                if one.flags & _WRITE_METHOD:
                    inside = path + "{}" if one.name in _MAPS else path
                    self.contents(inside, depth, until_end_mark=True)
            elif one.flags & _EXTERNALIZABLE:
                if not one.flags & _BLOCK_DATA:
                    raise _Damaged  # only the class itself knows how long it is
                self.contents(path, depth, until_end_mark=True)

    def _array(self, path: str, depth: int) -> None:
        described = self._description(depth)
        self._handles.append(None)
        (size,) = self._unpack(">i")
        kind = described.name[1:2].encode() if described else b""
        if size < 0 or not kind:
            raise _Damaged
        if kind == b"B":
            self._add(path, self._take(size))
        elif kind == b"C":
            text = self._take(2 * size).decode("utf-16-be", "replace")
            self._add(path, text.encode())
        else:
            for index in range(size):
                self._value(kind, f"{path}[{index}]", depth)

    def _value(self, kind: bytes, path: str, depth: int) -> None:
        form = _PRIMITIVES.get(kind)
        if form is None:
            self._object(path, depth + 1)
            return
        (value,) = self._unpack(form)
        if kind in {b"D", b"F"}:
            self._add(path, repr(value).encode() if kind == b"D" else b"%.9g" % value)
        elif abs(value) >= _SMALLEST_NUMBER:
            self._add(path, b"%d" % value)

    def _description(self, depth: int) -> _Class | None:
        if depth > _DEEPEST:
            raise _Damaged
        code = self._data[self._position]
        self._position += 1
        if code == 0x70:
            return None
        if code == 0x71:
            known = self._referenced()
            if not isinstance(known, _Class):
                raise _Damaged
            return known
        if code == 0x7D:
            place = self._reserve()
            (count,) = self._unpack(">i")
            for _ in range(min(count, 65_535)):
                self._take(*self._unpack(">H"))
            self.contents("$", depth, until_end_mark=True)
            self._handles[place] = _Class("", _SERIALIZABLE, [], self._description(depth + 1))
            proxy = self._handles[place]
            return proxy if isinstance(proxy, _Class) else None
        if code != 0x72:
            raise _Damaged
        name = _text(self._take(*self._unpack(">H")))
        self._take(8)  # serialVersionUID
        place = self._reserve()
        (flags, count) = self._unpack(">BH")
        fields: list[tuple[bytes, str]] = []
        for _ in range(count):
            kind = self._take(1)
            field = _text(self._take(*self._unpack(">H")))[:80]
            if kind in {b"[", b"L"}:
                kept = len(self.pieces)
                self._object("$", depth + 1)  # the name of its class
                del self.pieces[kept:]
            elif kind not in _PRIMITIVES:
                raise _Damaged
            fields.append((kind, field))
        self.contents("$", depth, until_end_mark=True)
        described = _Class(name, flags, fields, self._description(depth + 1))
        self._handles[place] = described
        return described

    def _reserve(self) -> int:
        self._handles.append(None)
        return len(self._handles) - 1

    def _referenced(self) -> "_Class | str | None":
        (handle,) = self._unpack(">i")
        index = handle - _FIRST_HANDLE
        if not 0 <= index < len(self._handles):
            raise _Damaged
        return self._handles[index]

    def _block(self, path: str) -> None:
        long = self._data[self._position] == 0x7A
        self._position += 1
        self._add(path, self._take(*self._unpack(">i" if long else ">B")))

    def _add(self, path: str, data: bytes) -> None:
        if not data:
            return
        if not self._budget.take(len(data)):
            raise _Damaged
        self.pieces.append(Piece(shorten(f"java {path}"), data))

    def _unpack(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(form, self._data, self._position)
        self._position += struct.calcsize(form)
        return values

    def _take(self, size: int) -> bytes:
        if size < 0 or self._position + size > len(self._data):
            raise _Damaged
        taken = self._data[self._position : self._position + size]
        self._position += size
        return taken


def _text(raw: bytes) -> str:
    """Modified UTF-8 (java.io.DataInput): a zero takes two bytes, surrogates three each."""
    try:
        halves = raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace")
    # Two surrogates that belong together become one character.
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
