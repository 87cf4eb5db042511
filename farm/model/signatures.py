"""Signatures of Java classes as text: what Android offers, by descriptions that are not ours.

`hooks/signatures` holds two tables in one format, which the header of `platform.txt` explains.
This module only parses; it opens nothing.
"""

import re
from collections.abc import Iterable, Iterator

import msgspec

from farm.model.errors import UsageError

_HEAD = re.compile(r"(type )?(class|interface) ([\w.$]+)(?: extends ([\w.$]+))?")
_METHOD = re.compile(
    r"  (static )?([\w.$\[\]]+)(?:<([\w.$\[\]]+)>)? ([\w$<>]+)\(([^()]*)\)(?: (\d+)-(\d*))?"
)
_FIELD = re.compile(r"  field ([\w.$\[\]]+) (\w+)")
_ARRAY = re.compile(r"(\[+)(?:([ZBCSIJFD])|L([\w.$]+);)")
_PRIMITIVES = {
    "Z": "boolean", "B": "byte", "C": "char", "S": "short",
    "I": "int", "J": "long", "F": "float", "D": "double",
}  # fmt: skip


class JavaMethod(msgspec.Struct, frozen=True, kw_only=True):
    """One overload. `first` and `last` are API levels; 0: not known, or still there."""

    name: str
    takes: tuple[str, ...]
    gives: str
    element: str = ""  # of the list that it gives
    static: bool = False
    first: int = 0
    last: int = 0


class JavaClass(msgspec.Struct, kw_only=True):
    """A class or interface; `partial`: its members are not listed."""

    name: str
    interface: bool = False
    extends: str = ""
    partial: bool = False
    methods: list[JavaMethod] = []
    fields: dict[str, str] = {}  # name -> type


class Signatures:
    """Some tables, the later ones adding to the earlier."""

    def __init__(self, *texts: tuple[str, str]) -> None:
        """`texts` are pairs of a file's name, for errors, and its content."""
        self.classes: dict[str, JavaClass] = {}
        for name, text in texts:
            for found in _parse(name, text):
                known = self.classes.get(found.name)
                if known is None or (known.partial and not found.partial):
                    self.classes[found.name] = found
                else:
                    known.methods += found.methods
                    known.fields |= found.fields
                    known.extends = known.extends or found.extends

    def overloads(self, class_name: str, method: str) -> list[JavaMethod]:
        """Overloads of a method, those that a class takes from its parents too."""
        found: list[JavaMethod] = []
        seen: set[str] = set()
        while (known := self.classes.get(class_name)) is not None and class_name not in seen:
            seen.add(class_name)
            taken = {one.takes for one in found}
            found += [m for m in known.methods if m.name == method and m.takes not in taken]
            class_name = known.extends
        return found

    def field(self, class_name: str, name: str) -> str:
        """The type of a public field, also of a parent's; empty: there is none."""
        seen: set[str] = set()
        while (known := self.classes.get(class_name)) is not None and class_name not in seen:
            seen.add(class_name)
            if name in known.fields:
                return known.fields[name]
            class_name = known.extends
        return ""

    def parent(self, class_name: str) -> str:
        """The class that a class takes members from; empty: none is known."""
        known = self.classes.get(class_name)
        return known.extends if known is not None else ""

    def lists(self, class_name: str) -> bool:
        """Whether all public members of the class are known."""
        known = self.classes.get(class_name)
        return known is not None and not known.partial


def source_type(name: str) -> str:
    """`[Ljava.lang.String;`, as the runtime names an array, as the tables do: `...String[]`."""
    found = _ARRAY.fullmatch(name)
    if found is None:
        return name
    depth, primitive, element = found.groups()
    return (_PRIMITIVES[primitive] if primitive else element) + "[]" * len(depth)


def _parse(file: str, text: str) -> Iterator[JavaClass]:
    current: JavaClass | None = None
    for number, line in _lines(text):
        head = _HEAD.fullmatch(line)
        if head is not None:
            if current is not None:
                yield current
            partial, kind, name, extends = head.groups()
            current = JavaClass(
                name=name,
                interface=kind == "interface",
                extends=extends or "",
                partial=partial is not None,
            )
            continue
        field, method = _FIELD.fullmatch(line), _METHOD.fullmatch(line)
        if current is None or (field is None and method is None):
            raise UsageError(f"{file}:{number}: not a class, method or field: {line[:80]!r}")
        if field is not None:
            current.fields[field[2]] = field[1]
        elif method is not None:
            _add(current, method)
    if current is not None:
        yield current


def _add(current: JavaClass, found: re.Match[str]) -> None:
    static, gives, element, name, takes, first, last = found.groups()
    method = JavaMethod(
        name=name,
        takes=tuple(takes.split(", ")) if takes else (),
        gives=gives,
        element=element or "",
        static=static is not None,
        first=int(first or 0),
        last=int(last or 0),
    )
    current.methods.append(method)


def _lines(text: str) -> Iterable[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line
