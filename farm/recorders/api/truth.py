"""Compare the catalogue with outside truths: signatures of android.jar, and androguard's mappings.

An entry that contradicts one of them is wrong until somebody shows the opposite; what they do not
know is listed, never taken for right. This module judges entries; it changes none.
"""

import functools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

import msgspec

from farm.model.signatures import JavaMethod, Signatures, source_type
from farm.paths import HOOK_SIGNATURES
from farm.recorders.api.entry import Api

EARLIEST = 17  # the tables of signatures begin with it: "17" means 17 or earlier
NEWEST = 34  # the lists of permissions end with it, and updatable modules bring their own
_RESOURCES = "androguard.core.api_specific_resources"
_KEY = re.compile(r"L([^;]+);-(.+)-\((.*)\)(.+)")
_STEP = re.compile(r"(\w+)(\(\d*\))?")
# Permissions that the mappings' static analysis finds on a path that the call does not take:
# for every method behind a subscription look-up, an account's broadcast, or a system service.
_ARTEFACTS: Mapping[tuple[str, str], frozenset[str]] = {
    ("android.telephony.TelephonyManager", ""): frozenset(
        {"android.permission.ACCESS_NETWORK_STATE"}
    ),
    ("android.app.Activity", ""): frozenset({"android.permission.BROADCAST_STICKY"}),
    ("android.app.admin.DevicePolicyManager", "getWifiMacAddress"): frozenset(
        {"android.permission.ACCESS_WIFI_STATE"}
    ),
}


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """One thing about one entry: a contradiction, or something that nobody could verify."""

    api: str
    what: str
    source: str = ""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What the outside truths say of a catalogue."""

    contradictions: list[Doubt]
    unverified: list[Doubt]
    verified: dict[str, int]  # by truth: signatures, permissions, permission names

    @property
    def reasons(self) -> dict[str, int]:
        """How many entries each reason of not being verifiable has."""
        return dict(Counter(doubt.what for doubt in self.unverified).most_common())


class Mapped(msgspec.Struct, frozen=True):
    """What androguard's mappings know of one method at one API level."""

    level: int
    takes: tuple[str, ...]
    permissions: frozenset[str]


def compare(apis: Iterable[Api]) -> Comparison:
    """Hold every entry against every truth that knows something of it."""
    found = _Findings()
    for api in apis:
        if api.kind == "native":
            found.unknown(api, "a native function: no table of signatures here")
        else:
            _signature(api, found)
            _mapping(api, found)
        _permission_names(api, found)
    return Comparison(
        contradictions=found.contradictions,
        unverified=found.unverified,
        verified=dict(found.verified),
    )


class _Findings:
    def __init__(self) -> None:
        self.contradictions: list[Doubt] = []
        self.unverified: list[Doubt] = []
        self.verified: Counter[str] = Counter()

    def wrong(self, api: Api, what: str, source: str) -> None:
        self.contradictions.append(Doubt(api=api.id, what=what, source=source))

    def unknown(self, api: Api, what: str) -> None:
        self.unverified.append(Doubt(api=api.id, what=what))


def _signature(api: Api, found: _Findings) -> None:
    known = signatures()
    name = "<init>" if api.method == "$init" else api.method
    overloads = known.overloads(api.class_, name)
    if not overloads:
        # A class whose public members are all known, and this is none of them.
        public = known.lists(api.class_) or known.lists(known.parent(api.class_))
        if public and api.promised:
            found.wrong(api, f"{api.class_} has no public method {api.method}", "signatures")
        else:
            found.unknown(api, "a hidden method" if public else "a class of no table")
        return
    chosen = overloads
    if api.overloads is not None:
        wanted = [tuple(map(source_type, one)) for one in api.overloads]
        chosen = [one for one in overloads if one.takes in wanted]
        for missing in set(wanted) - {one.takes for one in chosen}:
            found.wrong(api, f"no overload {api.method}({', '.join(missing)})", "signatures")
        if not chosen:
            return
    before = len(found.contradictions)
    _levels(api, chosen, found)
    _positions(api, chosen, known, found)
    found.verified["signatures"] += len(found.contradictions) == before


def _levels(api: Api, chosen: list[JavaMethod], found: _Findings) -> None:
    first, _, last = api.levels.partition("-")
    known_first = min(one.first for one in chosen)
    known_last = 0 if any(one.last == 0 for one in chosen) else max(one.last for one in chosen)
    claimed = int(first)
    if known_first == 0:
        found.unknown(api, "since which API level the method is there")
        return
    if claimed < EARLIEST and known_first <= EARLIEST:
        found.unknown(api, f"whether it is older than API level {EARLIEST}")
    elif max(claimed, EARLIEST) < known_first or (claimed > known_first and not api.when):
        # A condition may name a key or kind that came later than the method.
        what = f"levels begin with {claimed}, the method with {known_first}"
        found.wrong(api, what, "signatures")
    if int(last or 0) != known_last:
        what = f"levels end with {last or 'none'}, the method with {known_last or 'none'}"
        found.wrong(api, what, "signatures")


def _positions(api: Api, chosen: list[JavaMethod], known: Signatures, found: _Findings) -> None:
    """Arguments that conditions and values name are there, and members of what they read too."""
    for condition in api.when:
        for method in chosen:
            if isinstance(condition.argument, int) and condition.argument >= len(method.takes):
                what = f"when: no argument {condition.argument} in {_shown(method)}"
                found.wrong(api, what, "signatures")
    for rule in api.values:
        starts: set[str] = set()
        for method in chosen:
            if rule.from_ == "this":
                starts.add(api.class_)
            elif rule.from_ == "result":
                starts.add(method.element or method.gives.removesuffix("[]"))
            elif rule.from_ < len(method.takes):
                starts.add(method.takes[rule.from_])
        if not starts or starts == {"void"}:
            what = f"values: {rule.from_} is not there in {_shown(chosen[0])}"
            found.wrong(api, what, "signatures")
        for path in rule.get:
            if all(_leads_nowhere(start, path, known) for start in starts):
                what = f"values: {min(starts)} has no {path}"
                found.wrong(api, what, "signatures")


def _leads_nowhere(start: str, path: str, known: Signatures) -> bool:
    """Whether a class whose members are all known lacks a step; an unknown class lacks none."""
    current = start
    for step in path.split("."):
        if not known.lists(current):
            return False
        match = _STEP.fullmatch(step)
        name, call = match.groups() if match else (step, None)
        if call is None:
            current = known.field(current, name)
        else:
            count = 0 if call == "()" else 1
            fitting = [m for m in known.overloads(current, name) if len(m.takes) == count]
            current = fitting[0].gives if fitting else ""
        if not current:
            return True
    return False


def _mapping(api: Api, found: _Findings) -> None:
    name = "<init>" if api.method == "$init" else api.method
    mapped = mappings().get((api.class_, name), [])
    if not mapped:
        found.unknown(api, "no mapping of its permission")
        return
    before = len(found.contradictions)
    ignored = _ARTEFACTS.get((api.class_, ""), frozenset()) | _ARTEFACTS.get(
        (api.class_, name), frozenset()
    )
    claimed = {api.permission, *api.alternatives} - {""}
    for level in sorted({one.level for one in mapped}):
        source = f"androguard, API level {level}"
        if not api.has_level(max(level, EARLIEST)):
            found.wrong(api, f"levels {api.levels} leave out {level}", source)
            continue
        here = [one for one in mapped if one.level == level]
        needed = frozenset().union(*(one.permissions for one in here)) - ignored
        if needed and not claimed & needed:
            said = ", ".join(sorted(claimed)) or "no permission"
            found.wrong(api, f"{said}, not {', '.join(sorted(needed))}", source)
    found.verified["permissions"] += len(found.contradictions) == before


def _permission_names(api: Api, found: _Findings) -> None:
    claimed = {api.permission, *api.alternatives} - {""}
    ours = {name for name in claimed if name.startswith("android.permission.")}
    for name in sorted(ours - permission_names()):
        if int(api.levels.partition("-")[0]) >= NEWEST:
            found.unknown(api, "a permission newer than the lists of permissions")
        else:
            found.wrong(api, f"Android has no permission {name}", "androguard, all API levels")
    if claimed - ours:
        found.unknown(api, "a permission that no platform defines")
    found.verified["permission names"] += len(ours & permission_names())


def _shown(method: JavaMethod) -> str:
    return f"{method.name}({', '.join(method.takes)})"


@functools.cache
def signatures() -> Signatures:
    """The tables of signatures; `others.txt` counts for where hidden classes take theirs from."""
    platform = HOOK_SIGNATURES / "platform.txt"
    others = HOOK_SIGNATURES / "others.txt"
    parents = "\n".join(
        line for line in others.read_text("utf-8").splitlines() if " extends " in line
    )
    return Signatures((platform.name, platform.read_text("utf-8")), (others.name, parents))


@functools.cache
def mappings() -> dict[tuple[str, str], list[Mapped]]:
    """androguard's API-permission mappings: class and method -> what each API level says."""
    found: dict[tuple[str, str], list[Mapped]] = {}
    for level, document in _documents("api_permission_mappings").items():
        for key, permissions in document.items():
            match = _KEY.fullmatch(key)
            if match is None:
                continue
            owner, name, takes, _ = match.groups()
            types = tuple(_plain(one) for one in takes.split())
            one = Mapped(level, types, frozenset(permissions))
            found.setdefault((owner.replace("/", "."), name), []).append(one)
    return found


@functools.cache
def permission_names() -> frozenset[str]:
    """Every permission that some API level of Android defines, as androguard lists them."""
    return frozenset(
        name
        for document in _documents("aosp_permissions").values()
        for name in document["permissions"]
    )


def _documents(folder: str) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for file in (files(_RESOURCES) / folder).iterdir():
        match = re.fullmatch(r"permissions_(\d+)\.json", file.name)
        if match is not None:
            found[int(match[1])] = msgspec.json.decode(file.read_bytes())
    return found


def _plain(descriptor: str) -> str:
    """`[Ljava/lang/String;` as `java.lang.String[]`; some brackets stand behind the L."""
    depth = descriptor.count("[")
    rest = descriptor.replace("[", "")
    primitives = {"Z": "boolean", "B": "byte", "C": "char", "S": "short", "I": "int",
                  "J": "long", "F": "float", "D": "double"}  # fmt: skip
    plain = primitives.get(rest) or rest.removeprefix("L").removesuffix(";").replace("/", ".")
    return plain + "[]" * depth
