"""One entry of the catalogue of sensitive APIs: its fields, and whether each is well formed.

`hooks/catalogue/README.md` explains the fields. This module reads no file.
"""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from farm.model.vocabulary import DataType

_REFERENCES = frozenset({"AOSP", "NDK", "bionic", "java"})
_NATIVE_FORMS = frozenset({"interfaces", "span", "property"})
_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(\$\w+)*")
_METHOD = re.compile(r"[A-Za-z_]\w*|\$init")
_TYPE = re.compile(r"[A-Za-z_][\w.$]*|\[+([ZBCSIJFD]|L[\w.$]+;)")
_MEMBER = re.compile(r"\w+(\(\d*\))?(\.\w+(\(\d*\))?)*")
_SYMBOL = re.compile(r"[A-Za-z_][\w@.]*")
_LEVELS = re.compile(r"(\d+)-(\d*)")


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One condition on an argument (or on the object itself); one of its lists must match.

    Without `get` the argument itself is compared; with it, one member of the argument, such as
    "getAction()". `class` asks which class it is an instance of.
    """

    argument: int | Literal["this"]
    get: str = ""
    is_: list[str] = msgspec.field(default_factory=list, name="is")
    starts: list[str] = []
    contains: list[str] = []
    uri: list[str] = []
    path: list[str] = []  # "*" stands for anything within one folder's name
    class_: list[str] = msgspec.field(default_factory=list, name="class")

    @property
    def empty(self) -> bool:
        """Nothing to compare with."""
        return not (
            self.is_ or self.starts or self.contains or self.uri or self.path or self.class_
        )


ValueForm = Literal["text", "mac", "hex", "ipv4", "interfaces", "span", "property"]
"""How a value is turned into text; the last three are of native functions."""


class ValueRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to turn an argument or the result into text that names the information."""

    from_: Literal["result", "this"] | int = msgspec.field(name="from")
    each: bool = False
    get: list[str] = []
    as_: ValueForm = msgspec.field(default="text", name="as")
    strip: str = ""
    at: int = 0  # native: offset in the memory that the argument points at
    length: int = 0  # native: bytes there; 0: text that ends with a zero byte


NativeType = Literal["int", "text", "texts", "pointer"]
"""How an argument of a native function is read: a number, a C string, an array of them, memory."""


class Api(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry: what a call of this method, under these conditions, hands over.

    `kind: java` names `class` and `method`; `kind: native` names `symbol`, its `arguments`, and
    the `library` that exports it (empty: whichever the process would bind it to).
    """

    id: str
    kind: Literal["java", "native"] = "java"
    class_: str = msgspec.field(default="", name="class")
    method: str = ""
    library: str = ""
    symbol: str = ""
    arguments: list[NativeType] = []
    way: str = ""  # the route to the information: "settings", "content", "shell", "native", ...
    levels: str
    permission: str
    alternatives: list[str] = []  # permissions that open it too, or did on earlier levels
    data_type: DataType
    values: list[ValueRule]
    source: list[str]
    reason: str
    overloads: list[list[str]] | None = None
    implementations: bool = False
    when: list[Condition] = []

    @property
    def promised(self) -> bool:
        """Whether the platform's own reference names the method: hidden ones may come and go."""
        return not _REFERENCES.isdisjoint(self.source)

    def has_level(self, level: int) -> bool:
        """Whether Android of this API level has the method."""
        first, _, last = self.levels.partition("-")
        return int(first) <= level <= int(last or level)


def problems(api: Api) -> list[tuple[str, bool, str]]:
    """Each rule as field, whether the entry breaks it, and what is expected."""
    level = _LEVELS.fullmatch(api.levels)
    types = [one for overload in api.overloads or [] for one in overload]
    members = [step for rule in api.values for step in rule.get]
    members += [one.get for one in api.when if one.get]
    numbers = [one.argument for one in api.when] + [rule.from_ for rule in api.values]
    of_kind = _native_problems(api, numbers) if api.kind == "native" else _java_problems(api)
    return [
        ("id", not _ID.fullmatch(api.id), "lower case words joined by dots"),
        *of_kind,
        ("levels", level is None, '"first-" or "first-last"'),
        ("reason", not api.reason.strip(), "why this entry is here"),
        ("source", not api.source or not all(api.source), "at least one source of the fact"),
        ("overloads", api.overloads == [], "at least one overload, or no such field"),
        ("overloads", not all(map(_TYPE.fullmatch, types)), "Java type names"),
        (
            "when",
            any(isinstance(one.argument, int) and one.argument < 0 for one in api.when),
            "arguments counted from 0",
        ),
        (
            "when",
            any(one.empty for one in api.when),
            "one of is, starts, contains, uri, path, class",
        ),
        (
            "when.uri",
            any(not uri.startswith("content://") for one in api.when for uri in one.uri),
            "content://authority or content://authority/path",
        ),
        (
            "values.from",
            any(isinstance(rule.from_, int) and rule.from_ < 0 for rule in api.values),
            '"result" or an argument counted from 0',
        ),
        (
            "values.get",
            any(not _MEMBER.fullmatch(step) for step in members),
            'members such as "getId()" or "info.name"',
        ),
    ]


def _java_problems(api: Api) -> list[tuple[str, bool, str]]:
    native_only = any(rule.at or rule.length or rule.as_ in _NATIVE_FORMS for rule in api.values)
    return [
        ("class", not _CLASS.fullmatch(api.class_), "a Java class, nested ones with $"),
        ("method", not _METHOD.fullmatch(api.method), "a method's name, or $init"),
        ("symbol", bool(api.symbol or api.library or api.arguments), "only with kind: native"),
        ("values", native_only, "at, length, interfaces, span, property only with kind: native"),
    ]


def _native_problems(
    api: Api, numbers: Sequence[int | Literal["result", "this"]]
) -> list[tuple[str, bool, str]]:
    known = len(api.arguments)
    java_only = api.class_ or api.method or api.overloads is not None or api.implementations
    return [
        ("symbol", not _SYMBOL.fullmatch(api.symbol), "the name of an exported function"),
        (
            "class",
            bool(java_only),
            "no class, method, overloads, implementations with kind: native",
        ),
        ("when", any(one.get or one.class_ or one.uri for one in api.when), "no get, class, uri"),
        (
            "arguments",
            any(one == "this" or (isinstance(one, int) and one >= known) for one in numbers),
            "a type for every argument that when or values names",
        ),
        ("values.at", any(rule.at < 0 or rule.at > 4096 for rule in api.values), "0 to 4096"),
        ("values.length", any(not 0 <= rule.length <= 4096 for rule in api.values), "0 to 4096"),
    ]
