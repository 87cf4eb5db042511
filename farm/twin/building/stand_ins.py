"""Write Java classes that stand in for those of Android and of SDKs which the hook catalogue names.

Names, parameters and results come from the tables of signatures, never from the catalogue; what a
member answers comes from `com.android.internal.os.StandIn`. Classes written by hand stay as they
are and get the members that they lack.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from farm.model.signatures import JavaMethod, Signatures
from farm.twin.building.class_file import ClassFile, read_class
from farm.twin.building.hooked import HookedApi
from farm.twin.building.java_text import insert_members

_PRIMITIVES = {
    "boolean": "Z", "byte": "B", "char": "C", "short": "S", "int": "I",
    "long": "J", "float": "F", "double": "D", "void": "V",
}  # fmt: skip
# Results that the tables know as a whole or floating number only; the rest are int and double.
_LONG = frozenset(
    {"getNci", "getBlockCountLong", "getAvailableBytes", "getTotalRxBytes", "getUidRxBytes",
     "getMobileRxBytes", "getLongProperty", "enqueue"}
)  # fmt: skip
_FLOAT = frozenset({"getSpeed", "getBearing", "getAccuracy"})
_ABSTRACT, _INTERFACE, _FINAL = 0x0400, 0x0200, 0x0010


class Existing(msgspec.Struct, frozen=True):
    """Classes that were written by hand: as compiled, and the source of each outermost one."""

    classes: dict[str, ClassFile]  # Java name -> class
    sources: dict[str, Path]  # Java name of an outermost class -> file


def read_existing(classes: Path, sources: Path) -> Existing:
    """Read compiled classes of hand-written sources."""
    found: dict[str, ClassFile] = {}
    for file in sorted(classes.rglob("*.class")):
        read = read_class(file.read_bytes())
        found[read.name.replace("/", ".")] = read
    files = {
        ".".join(file.relative_to(sources).with_suffix("").parts): file
        for file in sorted(sources.rglob("*.java"))
    }
    return Existing(classes=found, sources=files)


def type_text(method: JavaMethod) -> str:
    """The Java type of a method's result, where the tables leave its width open."""
    if method.gives == "number":
        return "long" if method.name in _LONG else "int"
    if method.gives == "real":
        return "float" if method.name in _FLOAT else "double"
    return method.gives


class StandIns:
    """The classes that some entries need, beside those that exist."""

    def __init__(
        self, apis: Iterable[HookedApi], signatures: Signatures, existing: Existing
    ) -> None:
        self._known = signatures
        self._existing = existing
        self._methods: dict[str, dict[tuple[str, tuple[str, ...]], JavaMethod]] = {}
        self._whole: set[str] = set()  # classes with their public fields
        read: set[str] = set()  # names of members that values are read by
        for api in apis:
            members = self._methods.setdefault(api.class_, {})
            for method in api.signatures(signatures):
                if method.name != "<init>":
                    members[method.name, method.takes] = method
            for path in (*(p for rule in api.values for p in rule.get), *(w.get for w in api.when)):
                read.update(step.partition("(")[0] for step in path.split("."))
        self._read = read - {"toString", ""}
        self._close()

    def write(self, out: Path) -> list[Path]:
        """Write every source that is missing, and a copy of those that lack members."""
        texts: dict[str, str] = {}
        outermost = sorted({name.partition("$")[0] for name in self._methods})
        for name in outermost:
            inner = sorted(n for n in self._methods if n == name or n.startswith(name + "$"))
            if name in self._existing.sources:
                text = self._completed(name, inner)
                if text is not None:
                    texts[name] = text
            elif name not in self._existing.classes:
                texts[name] = self._made(name, inner)
        written: list[Path] = []
        for name, text in texts.items():
            file = out / (name.replace(".", "/") + ".java")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            written.append(file)
        return written

    def _close(self) -> None:
        """Add every class that signatures refer to, and the members that values are read by."""
        todo = list(self._methods)
        while todo:
            name = todo.pop()
            known = self._known.classes.get(name)
            members = self._methods.setdefault(name, {})
            if known is not None and not known.partial:
                for method in known.methods:
                    if method.name in self._read and len(method.takes) <= 1:
                        members.setdefault((method.name, method.takes), method)
            referred = [t for m in members.values() for t in (*m.takes, m.gives, m.element)]
            referred += self._missing_fields(name).values()
            if known is not None and name not in self._existing.classes:
                referred.append(known.extends)
            if "$" in name:
                referred.append(name.rpartition("$")[0])
            for one in referred:
                plain = one.replace("[]", "")
                if "." in plain and not plain.startswith(("java.", "javax.")):
                    if plain not in self._methods:
                        self._methods[plain] = {}
                        todo.append(plain)

    def _missing(self, name: str) -> list[JavaMethod]:
        """Members that an existing class does not declare."""
        existing = self._existing.classes.get(name)
        if existing is None:
            return list(self._methods[name].values())
        if existing.access & _INTERFACE:
            return []
        declared = {(one.name, one.descriptor.partition(")")[0] + ")") for one in existing.methods}
        return [
            method
            for method in self._methods[name].values()
            if (method.name, _descriptor(method.takes)) not in declared
        ]

    def _missing_fields(self, name: str) -> dict[str, str]:
        known, existing = self._known.classes.get(name), self._existing.classes.get(name)
        if known is None or (existing is not None and existing.access & _INTERFACE):
            return {}
        if existing is None:
            return known.fields
        declared = {one.name for one in existing.fields}
        return {k: v for k, v in known.fields.items() if k in self._read and k not in declared}

    def _completed(self, name: str, inner: list[str]) -> str | None:
        text = self._existing.sources[name].read_text("utf-8")
        changed = False
        for one in sorted(inner, key=lambda full: full.count("$")):
            if one not in self._existing.classes:
                outer = one.rpartition("$")[0]
                nested = [n for n in inner if n == one or n.startswith(one + "$")]
                added = insert_members(text, _path(outer), self._body_of(one, nested, 1))
                inner = [n for n in inner if n not in nested]
            else:
                members = self._members(one, "    ")
                added = insert_members(text, _path(one), members) if members else None
            if added is not None:
                text, changed = added, True
        return text if changed else None

    def _made(self, name: str, inner: list[str]) -> str:
        package, _, _ = name.rpartition(".")
        note = "/** Stands in for the class of this name; generated. */\n"
        return f"package {package};\n\n{note}{self._body_of(name, inner, 0)}"

    def _body_of(self, name: str, inner: list[str], depth: int) -> str:
        known = self._known.classes.get(name)
        indent = "    " * depth
        short = name.rpartition("$")[2] if "$" in name else name.rpartition(".")[2]
        interface = known is not None and known.interface
        parent = "" if known is None or interface else self._parent(known.extends)
        head = (
            f"{indent}public {'static ' if depth else ''}{'interface' if interface else 'class'} "
        )
        text = f"{head}{short}{f' extends {parent}' if parent else ''} {{\n"
        text += self._members(name, indent + "    ", interface=interface)
        for one in inner:
            if one != name and one.rpartition("$")[0] == name:
                nested = [n for n in inner if n == one or n.startswith(one + "$")]
                text += self._body_of(one, nested, depth + 1)
        return text + f"{indent}}}\n"

    def _parent(self, name: str) -> str:
        """A class to extend: one that exists, and that leaves nothing to implement."""
        known, existing = self._known.classes.get(name), self._existing.classes.get(name)
        if known is not None and known.interface:
            return ""
        if existing is not None:
            open_members = any(one.access & _ABSTRACT for one in existing.methods)
            constructors = [one for one in existing.methods if one.name == "<init>"]
            plain = any(one.descriptor == "()V" and not one.access & 2 for one in constructors)
            usable = not existing.access & _FINAL and not open_members and plain
            return name.replace("$", ".") if usable else ""
        return name.replace("$", ".") if name in self._methods else ""

    def _members(self, name: str, indent: str, *, interface: bool = False) -> str:
        lines = [
            f"{indent}public {_source(_width(kind))} {field};"
            for field, kind in sorted(self._missing_fields(name).items())
            if not interface
        ]
        for method in sorted(self._missing(name), key=lambda one: (one.name, one.takes)):
            if not interface and self._final_above(name, method):
                continue
            takes = ", ".join(f"{_source(t)} a{n}" for n, t in enumerate(method.takes))
            gives = type_text(method)
            head = f"{indent}public {'static ' if method.static else ''}{_generic(method, gives)} "
            if interface:
                lines.append(f"{head}{method.name}({takes});")
                continue
            body = _answer(f"{name}.{method.name}", method, gives)
            lines.append(f"{head}{method.name}({takes}) {{{f' {body} ' if body else ''}}}")
        return "".join(line + "\n" for line in lines)

    def _final_above(self, name: str, method: JavaMethod) -> bool:
        """Whether a parent written by hand declares the method final or with another result."""
        known = self._known.classes.get(name)
        above = known.extends if known is not None else ""
        while above in self._existing.classes:
            for one in self._existing.classes[above].methods:
                if one.name == method.name and one.descriptor.startswith(_descriptor(method.takes)):
                    return bool(one.access & _FINAL)
            above = self._existing.classes[above].parent.replace("/", ".")
        return False


def _path(name: str) -> list[str]:
    return name.rpartition(".")[2].split("$")


def _width(kind: str) -> str:
    return {"number": "int", "real": "double"}.get(kind, kind)


def _source(name: str) -> str:
    return _width(name).replace("$", ".")


def _generic(method: JavaMethod, gives: str) -> str:
    element = f"<{_source(method.element)}>" if method.element else ""
    return _source(gives) + element


def _descriptor(takes: tuple[str, ...]) -> str:
    return "(" + "".join(map(_one_descriptor, takes)) + ")"


def _one_descriptor(name: str) -> str:
    depth = name.count("[]")
    plain = _width(name.replace("[]", ""))
    return "[" * depth + (_PRIMITIVES.get(plain) or f"L{plain.replace('.', '/')};")


def _answer(member: str, method: JavaMethod, gives: str) -> str:
    helper = "com.android.internal.os.StandIn"
    if gives == "void":
        return ""
    if gives == "boolean":
        return "return true;"
    if gives in ("float", "double"):
        return f'return ({gives}) ({helper}.number("{member}") + 0.5);'
    if gives in _PRIMITIVES:
        return f'return ({gives}) {helper}.number("{member}");'
    if gives in ("java.lang.String", "java.lang.CharSequence"):
        return f'return {helper}.text("{member}");'
    element = f"{_source(method.element)}.class" if method.element else "null"
    result = _source(gives)
    cast = _generic(method, gives)
    return f'return ({cast}) {helper}.object({result}.class, {element}, "{member}");'
