"""Write smali text for compiled Java classes, so that an APK's dex names what its code uses.

There is no compiler from Java to dex here. Each method's dex code holds the calls, fields,
classes and constants of the Java method in their order, without branches and data flow: enough
for every static tool that looks for APIs, strings, SDKs and callers, and not to be run. What runs
is the Java code beside it.
"""

import re

from farm.twin.building.class_file import ClassFile, Member, Reference

_CLASS_FLAGS = {0x1: "public", 0x10: "final", 0x200: "interface", 0x400: "abstract",
                0x1000: "synthetic", 0x2000: "annotation", 0x4000: "enum"}  # fmt: skip
_FIELD_FLAGS = {0x1: "public", 0x2: "private", 0x4: "protected", 0x8: "static", 0x10: "final",
                0x40: "volatile", 0x80: "transient", 0x1000: "synthetic"}  # fmt: skip
_METHOD_FLAGS = {0x1: "public", 0x2: "private", 0x4: "protected", 0x8: "static", 0x10: "final",
                 0x20: "declared-synchronized", 0x40: "bridge", 0x80: "varargs", 0x100: "native",
                 0x400: "abstract", 0x1000: "synthetic"}  # fmt: skip
_STATIC = 0x8
_TYPE = re.compile(r"\[*(?:L[^;]+;|[BCDFIJSZV])")
_MOVES = {"J": "-wide", "D": "-wide", "L": "-object", "[": "-object"}
_FIELD_SUFFIX = {"J": "-wide", "D": "-wide", "L": "-object", "[": "-object", "Z": "-boolean",
                 "B": "-byte", "C": "-char", "S": "-short"}  # fmt: skip


def smali_text(java: ClassFile) -> str:
    """The class as smali."""
    lines = [
        f".class {_flags(java.access, _CLASS_FLAGS)}{_type(java.name)}",
        f".super {_type(java.parent or 'java/lang/Object')}",
    ]
    if java.source:
        lines.append(f'.source "{_escaped(java.source)}"')
    lines += [f".implements {_type(name)}" for name in java.interfaces]
    lines += [_field(field) for field in java.fields]
    for method in java.methods:
        lines += _method(method)
    return "\n".join(lines) + "\n"


def _flags(access: int, names: dict[int, str]) -> str:
    return "".join(f"{word} " for bit, word in names.items() if access & bit)


def _type(name: str) -> str:
    """A class's internal name, or an array's descriptor, as a type."""
    return name if name.startswith("[") else f"L{name};"


def _escaped(text: str) -> str:
    return "".join(
        c if " " <= c <= "~" and c not in "\"'\\" else "".join(f"\\u{u:04x}" for u in _units(c))
        for c in text
    )


def _units(character: str) -> list[int]:
    """UTF-16 code units."""
    raw = character.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[i : i + 2]) for i in range(0, len(raw), 2)]


def _field(field: Member) -> str:
    value = ""
    if isinstance(field.constant, str) and field.descriptor == "Ljava/lang/String;":
        value = f' = "{_escaped(field.constant)}"'
    elif isinstance(field.constant, int) and field.descriptor in ("I", "J"):
        value = f" = {_hex(field.constant)}{'L' if field.descriptor == 'J' else ''}"
    return f".field {_flags(field.access, _FIELD_FLAGS)}{field.name}:{field.descriptor}{value}"


def _hex(number: int) -> str:
    return f"-0x{-number:x}" if number < 0 else f"0x{number:x}"


def _method(method: Member) -> list[str]:
    flags = _flags(method.access, _METHOD_FLAGS)
    if method.name in ("<init>", "<clinit>"):
        flags += "constructor "
    head = f".method {flags}{method.name}{method.descriptor}"
    if method.references is None:
        return [head, ".end method"]
    body = [line for reference in method.references for line in _instruction(reference)]
    needed = max([_words(r) for r in method.references], default=0)
    own = _parameter_words(method.descriptor) + (0 if method.access & _STATIC else 1)
    scratch = max(needed, 2)
    zeros = [f"const/16 v{i}, 0x0" for i in range(scratch)]
    end = method.descriptor.rpartition(")")[2]
    return [head, f".registers {scratch + own}", *zeros, *body, *_return(end), ".end method"]


def _parameter_words(descriptor: str) -> int:
    parameters = _TYPE.findall(descriptor[1 : descriptor.index(")")])
    return sum(2 if parameter in "JD" else 1 for parameter in parameters)


def _words(reference: Reference) -> int:
    """Registers that the reference's instruction takes."""
    if not reference.descriptor.startswith("("):
        return 3  # a wide value and an object
    receiver = 0 if reference.kind == "static" else 1
    return _parameter_words(reference.descriptor) + receiver


def _return(kind: str) -> list[str]:
    if kind == "V":
        return ["return-void"]
    if kind[0] in "JD":
        return ["const-wide/16 v0, 0x0", "return-wide v0"]
    return ["const/16 v0, 0x0", "return-object v0" if kind[0] in "L[" else "return v0"]


def _instruction(reference: Reference) -> list[str]:
    kind, owner = reference.kind, _type(reference.owner)
    member = f"{owner}->{reference.name}"
    if kind in ("virtual", "special", "static", "interface"):
        return _invoke(reference, member)
    if kind in ("sget", "sput"):
        suffix = _FIELD_SUFFIX.get(reference.descriptor[0], "")
        return [f"{kind}{suffix} v0, {member}:{reference.descriptor}"]
    if kind in ("iget", "iput"):
        suffix = _FIELD_SUFFIX.get(reference.descriptor[0], "")
        return [f"{kind}{suffix} v0, v2, {member}:{reference.descriptor}"]
    if kind == "new":
        return [f"new-instance v0, {owner}"]
    if kind == "cast":
        return [f"check-cast v0, {owner}"]
    if kind == "instanceof":
        return [f"instance-of v0, v1, {owner}"]
    if kind == "array":
        return ["const/16 v1, 0x0", f"new-array v0, v1, [{owner}"]
    if kind == "class":
        return [f"const-class v0, {owner}"]
    return [_constant(reference)]


def _constant(reference: Reference) -> str:
    if isinstance(reference.value, str):
        return f'const-string v0, "{_escaped(reference.value)}"'
    if reference.wide:
        return f"const-wide v0, {_hex(int(reference.value))}L"
    return f"const v0, {_hex(int(reference.value))}"


def _invoke(reference: Reference, member: str) -> list[str]:
    words = _words(reference)
    kind = reference.kind
    if kind == "special":
        kind = "direct" if reference.name == "<init>" else "super"
    target = f"{member}{reference.descriptor}"
    if words == 0:
        call = f"invoke-{kind} {{}}, {target}"
    else:
        call = f"invoke-{kind}/range {{v0 .. v{words - 1}}}, {target}"
    result = reference.descriptor.rpartition(")")[2]
    if result == "V":
        return [call]
    return [call, f"move-result{_MOVES.get(result[0], '')} v0"]
