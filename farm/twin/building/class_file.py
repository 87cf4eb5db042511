"""Read compiled Java classes: their members, and what each method's code refers to.

Source: The Java Virtual Machine Specification (Java SE 11), chapter 4. Not read: debug
information, generics, annotations.
"""

import struct

import msgspec

# Lengths of instructions other than one byte; JVM specification, chapter 6.
_LENGTHS: dict[int, int] = (
    dict.fromkeys((0x10, 0x12, *range(0x15, 0x1A), *range(0x36, 0x3B), 0xA9, 0xBC), 2)
    | dict.fromkeys(
        (0x11, 0x13, 0x14, 0x84, *range(0x99, 0xA9), *range(0xB2, 0xB9), 0xBB, 0xBD, 0xC0, 0xC1),
        3,
    )
    | {0xC6: 3, 0xC7: 3, 0xC5: 4, 0xB9: 5, 0xBA: 5, 0xC8: 5, 0xC9: 5}
)
_TABLESWITCH, _LOOKUPSWITCH, _WIDE, _IINC = 0xAA, 0xAB, 0xC4, 0x84
_INVOKES = {0xB6: "virtual", 0xB7: "special", 0xB8: "static", 0xB9: "interface"}
_FIELDS = {0xB2: "sget", 0xB3: "sput", 0xB4: "iget", 0xB5: "iput"}
_CLASSES = {0xBB: "new", 0xC0: "cast", 0xC1: "instanceof", 0xBD: "array"}

Constant = str | int | float


class Reference(msgspec.Struct, frozen=True):
    """What one instruction refers to: a member, a class, or a constant."""

    kind: str  # virtual special static interface, sget sput iget iput, new cast ..., const class
    owner: str = ""  # internal name, such as java/lang/String
    name: str = ""
    descriptor: str = ""
    value: Constant = ""
    wide: bool = False  # a long or double constant


class Member(msgspec.Struct, frozen=True):
    """A field or method; `references` in the order of the code, `constant` of a static field."""

    access: int
    name: str
    descriptor: str
    references: list[Reference] | None = None  # None: no code
    constant: Constant | None = None


class ClassFile(msgspec.Struct, frozen=True):
    """One class; names are internal ones."""

    access: int
    name: str
    parent: str
    interfaces: list[str]
    fields: list[Member]
    methods: list[Member]
    source: str = ""


class ClassFormatError(ValueError):
    """The bytes are not a class file that javac of a supported JDK writes."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[int, ...]:
        values: tuple[int, ...] = struct.unpack_from(">" + layout, self.data, self.at)
        self.at += struct.calcsize(">" + layout)
        return values

    def u1(self) -> int:
        return self.take("B")[0]

    def u2(self) -> int:
        return self.take("H")[0]

    def u4(self) -> int:
        return self.take("I")[0]

    def bytes(self, count: int) -> bytes:
        self.at += count
        if self.at > len(self.data):
            raise IndexError(f"cut off at byte {len(self.data)}")
        return self.data[self.at - count : self.at]


def read_class(data: bytes) -> ClassFile:
    """Read one class file.

    Raises:
        ClassFormatError: it is cut off or not a class file.
    """
    try:
        return _read(_Reader(data))
    except (struct.error, IndexError, KeyError, UnicodeDecodeError) as error:
        raise ClassFormatError(f"class file: {error!r}") from None


def _read(reader: _Reader) -> ClassFile:
    if reader.u4() != 0xCAFEBABE:
        raise ClassFormatError("class file: wrong magic number")
    reader.take("HH")
    pool = _Pool(reader)
    access, this, parent = reader.u2(), pool.class_name(reader.u2()), reader.u2()
    interfaces = [pool.class_name(reader.u2()) for _ in range(reader.u2())]
    fields = [_member(reader, pool) for _ in range(reader.u2())]
    methods = [_member(reader, pool) for _ in range(reader.u2())]
    source = ""
    for _ in range(reader.u2()):
        name, content = pool.text(reader.u2()), _Reader(reader.bytes(reader.u4()))
        if name == "SourceFile":
            source = pool.text(content.u2())
    super_name = pool.class_name(parent) if parent else ""
    return ClassFile(access, this, super_name, interfaces, fields, methods, source)


class _Pool:
    """The constant pool, section 4.4."""

    def __init__(self, reader: _Reader) -> None:
        self._entries: dict[int, tuple[int, Constant | tuple[int, ...]]] = {}
        count, index = reader.u2(), 1
        while index < count:
            tag = reader.u1()
            self._entries[index] = (tag, self._entry(reader, tag))
            index += 2 if tag in (5, 6) else 1  # long and double take two places

    @staticmethod
    def _entry(reader: _Reader, tag: int) -> Constant | tuple[int, ...]:
        if tag == 1:
            raw = reader.bytes(reader.u2())
            # Modified UTF-8: U+0000 in two bytes, surrogates one by one.
            return raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
        layouts = {3: "i", 4: "f", 5: "q", 6: "d", 7: "H", 8: "H", 9: "HH", 10: "HH", 11: "HH",
                   12: "HH", 15: "BH", 16: "H", 17: "HH", 18: "HH", 19: "H", 20: "H"}  # fmt: skip
        values = reader.take(layouts[tag])
        return values[0] if tag in (3, 4, 5, 6) else values

    def text(self, index: int) -> str:
        return str(self._entries[index][1])

    def _parts(self, index: int) -> tuple[int, ...]:
        value = self._entries[index][1]
        if not isinstance(value, tuple):
            raise KeyError(index)
        return value

    def class_name(self, index: int) -> str:
        return self.text(self._parts(index)[0])

    def member(self, index: int) -> tuple[str, str, str]:
        owner, name_and_type = self._parts(index)
        name, descriptor = self._parts(name_and_type)
        return self.class_name(owner), self.text(name), self.text(descriptor)

    def constant(self, index: int) -> Reference | None:
        tag, value = self._entries[index]
        if tag == 8:
            return Reference("const", value=self.text(self._parts(index)[0]))
        if tag == 7:
            return Reference("class", owner=self.class_name(index))
        if tag in (3, 5) and isinstance(value, int):
            return Reference("const", value=value, wide=tag == 5)
        return None  # floating point and method handles: nothing a reader looks for


def _member(reader: _Reader, pool: _Pool) -> Member:
    access, name, descriptor = reader.u2(), pool.text(reader.u2()), pool.text(reader.u2())
    references: list[Reference] | None = None
    constant: Constant | None = None
    for _ in range(reader.u2()):
        attribute, content = pool.text(reader.u2()), _Reader(reader.bytes(reader.u4()))
        if attribute == "Code":
            content.take("HH")
            references = list(_references(content.bytes(content.u4()), pool))
        elif attribute == "ConstantValue":
            found = pool.constant(content.u2())
            constant = found.value if found else None
    return Member(access, name, descriptor, references, constant)


def _references(code: bytes, pool: _Pool) -> "list[Reference]":
    found: list[Reference] = []
    at = 0
    while at < len(code):
        opcode = code[at]
        reference = _reference(code, at, opcode, pool)
        if reference is not None:
            found.append(reference)
        at += _length(code, at, opcode)
    return found


def _reference(code: bytes, at: int, opcode: int, pool: _Pool) -> Reference | None:
    if opcode == 0x12:
        return pool.constant(code[at + 1])
    if opcode not in (0x13, 0x14, *_INVOKES, *_FIELDS, *_CLASSES):
        return None
    index = struct.unpack_from(">H", code, at + 1)[0]
    kind = _INVOKES.get(opcode) or _FIELDS.get(opcode)
    if kind:
        return Reference(kind, *pool.member(index))
    if opcode in _CLASSES:
        return Reference(_CLASSES[opcode], owner=pool.class_name(index))
    return pool.constant(index)


def _length(code: bytes, at: int, opcode: int) -> int:
    if opcode == _WIDE:
        return 6 if code[at + 1] == _IINC else 4
    if opcode not in (_TABLESWITCH, _LOOKUPSWITCH):
        return _LENGTHS.get(opcode, 1)
    start = at + 4 - at % 4  # after padding
    if opcode == _TABLESWITCH:
        low, high = struct.unpack_from(">ii", code, start + 4)
        return int(start + 12 + 4 * (high - low + 1) - at)
    pairs = struct.unpack_from(">i", code, start + 4)[0]
    return int(start + 8 + 8 * pairs - at)
