"""Read TypeScript typings of android.jar: which API level has which member, and interfaces."""

import re
from pathlib import Path

import msgspec

_MODULE = re.compile(r"(?:declare|export) module ([\w.]+) \{")
_CLASS = re.compile(r"export (?:abstract )?(?:class|interface) (\w+).*\{")
_MEMBER = re.compile(r"(?:public|protected) (static )?(?:abstract )?(\w+)\((.*)\)(?:: (.*))?;")
_NUMBERS = frozenset({"int", "long", "short", "byte", "float", "double", "number", "real"})


class Member(msgspec.Struct, frozen=True):
    """One overload with the level it came with and the first that lacks it, where said."""

    name: str
    takes: tuple[str, ...]
    gives: str
    static: bool
    since: int | None
    removed: int | None


class Typing(msgspec.Struct):
    """One class or interface; names are dotted, nested ones too."""

    interface: bool = False
    since: int | None = None
    members: list[Member] = []


def read_typings(file: Path) -> dict[str, Typing]:
    """Every class of a declaration file."""
    found: dict[str, Typing] = {}
    scopes: list[tuple[str, str]] = []
    since: int | None = None
    removed: int | None = None
    with file.open(encoding="utf-8") as lines:
        for raw in lines:
            line = raw.strip()
            if line.startswith(("/**", "*")):
                since = _level(r"@since (\d+)", line, since)
                removed = _level(r"[Rr]emoved in API (\d+)", line, removed)
                continue
            name = ".".join(part for _, part in scopes if part)
            if module := _MODULE.match(line):
                scopes.append(("module", module[1]))
            elif (klass := _CLASS.match(line)) is not None:
                scopes.append(("class", klass[1]))
                full = ".".join(part for _, part in scopes if part)
                found.setdefault(full, Typing(since=since))
            elif line.startswith("public constructor(implementation"):
                found[name].interface = True
                scopes.append(("implementation", ""))
            elif line in ("}", "});") and scopes:
                scopes.pop()
            elif scopes and scopes[-1][0] == "class" and (member := _MEMBER.fullmatch(line)):
                static, called, takes, gives = member.groups()
                found[name].members.append(
                    Member(
                        "<init>" if called == "constructor" else called,
                        tuple(map(_type_of, _split(takes))),
                        _same_array(gives or "void"),
                        static is not None,
                        since,
                        removed,
                    )
                )
            since = removed = None
    return found


def fits(java: str, typed: str) -> bool:
    """Whether a Java type can be what the typings say; they know numbers and texts only."""
    expected = _typed(java)
    if expected == typed or "any" in (expected, typed) or typed == "any[]":
        return True
    array = "androidNative.Array<"
    if expected.startswith(array) and typed.startswith(array):
        return fits(java.removesuffix("[]"), typed[len(array) : -1])
    generic = re.fullmatch(r"[A-Z]\w?", typed) is not None or typed.startswith("(")
    return generic or re.sub(r"<.*>", "", typed) == expected


def untyped(typed: str) -> str:
    """The Java type nearest to what the typings say, with $ for nested classes."""
    words = {"string": "java.lang.String", "any": "java.lang.Object"}
    array = re.fullmatch(r"androidNative\.Array<(.*)>", typed)
    if array is not None:
        return untyped(array[1]) + "[]"
    plain = re.sub(r"<.*>| \| null", "", typed)
    if "." not in plain:
        return words.get(plain, plain)
    return re.sub(r"(?<=\.)([A-Z]\w*)\.(?=[A-Z])", r"\1$", plain)


def _typed(java: str) -> str:
    if java.endswith("[]"):
        return f"androidNative.Array<{_typed(java.removesuffix('[]'))}>"
    if java in _NUMBERS:
        return "number"
    words = {"java.lang.String": "string", "java.lang.CharSequence": "string", "char": "string",
             "java.lang.Object": "any"}  # fmt: skip
    return words.get(java, java.replace("$", "."))


def _level(pattern: str, line: str, otherwise: int | None) -> int | None:
    found = re.search(pattern, line)
    return int(found[1]) if found else otherwise


def _type_of(parameter: str) -> str:
    typed = parameter.split(":", 1)[-1]
    return _same_array(re.sub(r"/\*.*?\*/", "", typed)).replace("| null", "").strip()


def _same_array(typed: str) -> str:
    return re.sub(r"\bnative\.Array", "androidNative.Array", typed)


def _split(parameters: str) -> list[str]:
    found, depth = [""], 0
    for character in parameters:
        depth += character in "<({["
        depth -= character in ">)}]"
        if character == "," and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return [one for one in found if one.strip()]
