"""Make the table of signatures: `python -m tests.hooks.tables STUBS TYPINGS OLD_TYPINGS`.

The folders hold the unpacked packages that the table's own header names. The table is printed;
its header is written by hand. Which classes are in it follows from the shipped catalogue.
"""

import sys
from pathlib import Path

from farm.model.signatures import source_type
from farm.recorders.api.catalogue import load_catalogue
from farm.recorders.api.entry import Api
from tests.hooks.tables.stubs import Method, Stub, Stubs
from tests.hooks.tables.typings import Typing, fits, read_typings, untyped

_CAMERA = "android.hardware.camera2"
_LEVELS = range(17, 30)
_INHERITED = frozenset(
    {"clone", "describeContents", "equals", "finalize", "hashCode", "writeToParcel"}
)
# Hidden classes of the platform and the public ones that they implement.
_PUBLIC = {
    "android.app.ApplicationPackageManager": "android.content.pm.PackageManager",
    "android.app.ContextImpl": "android.content.Context",
    "android.app.JobSchedulerImpl": "android.app.job.JobScheduler",
    f"{_CAMERA}.impl.CameraCaptureSessionImpl": f"{_CAMERA}.CameraCaptureSession",
    f"{_CAMERA}.impl.CameraDeviceImpl": f"{_CAMERA}.CameraDevice",
    "android.view.WindowManagerImpl": "android.view.ViewManager",
}


_NO_PARENTS = frozenset({"java.lang.Object", "java.lang.Enum", "typing.Generic"})


class Tables:
    """Three descriptions of one library, asked together."""

    def __init__(self, stubs: Path, typings: Path, old: Path) -> None:
        self._stubs = Stubs(stubs).classes
        [merged] = typings.rglob("android-platform-*-merged.d.ts")
        self._merged = read_typings(merged)
        self._old = {
            n: read_typings(next(old.rglob(f"android-platform-{n}.d.ts"))) for n in _LEVELS
        }
        self._whole: set[str] = set()

    def text(self, apis: list[Api]) -> str:
        """The table for some entries."""
        for api in apis:
            self._reach(api)
        lines: list[str] = []
        referred: set[str] = set()
        for name in sorted(self._whole):
            stub = self._stubs[name]
            base = self._base(name)
            lines.append(f"{self._kind(name)} {name}{f' extends {base}' if base else ''}")
            rows, types = self._rows(name, stub)
            lines += sorted(rows)
            lines += [f"  field {kind} {field}" for field, kind in sorted(stub.fields.items())]
            referred |= {*types, *stub.fields.values(), base}
        return "\n".join([*lines, *self._partial(referred)]) + "\n"

    def _reach(self, api: Api) -> None:
        """The entry's class, and those on the way to its values."""
        start = _PUBLIC.get(api.class_, api.class_)
        if start not in self._stubs:
            return
        self._whole.add(start)
        overloads = [tuple(map(source_type, one)) for one in api.overloads or ()]
        for method in self._named(start, "<init>" if api.method == "$init" else api.method):
            if overloads and method.takes not in overloads:
                continue
            for rule in api.values:
                if rule.from_ == "result":
                    at = method.element or method.gives.removesuffix("[]")
                elif rule.from_ == "this":
                    at = start
                else:
                    at = method.takes[rule.from_] if rule.from_ < len(method.takes) else ""
                for path in rule.get:
                    self._follow(at, path)

    def _follow(self, at: str, path: str) -> None:
        for step in path.split("."):
            if at not in self._stubs:
                return
            self._whole.add(at)
            name, call, _ = step.partition("(")
            owner = next((one for one in self._parents(at) if self._has(one, name, bool(call))), "")
            if not owner:
                return
            self._whole.add(owner)
            stub = self._stubs[owner]
            at = (
                next(one.gives for one in stub.methods if one.name == name)
                if call
                else stub.fields[name]
            )

    def _has(self, name: str, member: str, call: bool) -> bool:
        stub = self._stubs[name]
        return any(one.name == member for one in stub.methods) if call else member in stub.fields

    def _parents(self, name: str) -> list[str]:
        found, todo = [], [name]
        while todo:
            one = todo.pop(0)
            if one in self._stubs and one not in found and one != "java.lang.Object":
                found.append(one)
                todo += self._stubs[one].bases
        return found

    def _named(self, name: str, method: str) -> list[Method]:
        return [
            m for one in self._parents(name) for m in self._stubs[one].methods if m.name == method
        ]

    def _typings(self, name: str) -> list[tuple[int, Typing]]:
        dotted = name.replace("$", ".")
        return [(n, self._old[n][dotted]) for n in _LEVELS if dotted in self._old[n]]

    def _kind(self, name: str) -> str:
        merged = self._merged.get(name.replace("$", "."))
        typing = merged or next((one for _, one in reversed(self._typings(name))), None)
        return "interface" if typing is not None and typing.interface else "class"

    def _base(self, name: str) -> str:
        if self._kind(name) == "interface" or name not in self._stubs:
            return ""
        bases = [one for one in self._stubs[name].bases if one not in _NO_PARENTS]
        return next((one for one in bases if self._kind(one) == "class"), "")

    def _rows(self, name: str, stub: Stub) -> tuple[set[str], set[str]]:
        rows: set[str] = set()
        types: set[str] = set()
        for method in stub.methods:
            if method.name in _INHERITED:
                continue
            gives = f"{method.gives}<{method.element}>" if method.element else method.gives
            first = self._first(name, method)
            known = bool(self._typings(name)) or name.replace("$", ".") in self._merged
            level = f" {first}-" if first else " 36-" if known else ""
            rows.add(_row(gives, method.name, method.takes, method.static, level))
            types |= {*method.takes, method.gives, method.element}
        for row, used in self._gone(name, stub):
            rows.add(row)
            types |= used
        return rows, types

    def _first(self, name: str, method: Method) -> int:
        def here(typing: Typing) -> list[int | None]:
            return [
                one.since
                for one in typing.members
                if one.name == method.name
                and len(one.takes) == len(method.takes)
                and all(map(fits, method.takes, one.takes))
            ]

        present = [level for level, typing in self._typings(name) if here(typing)]
        if present:
            return present[0]
        merged = self._merged.get(name.replace("$", "."))
        since = here(merged) if merged is not None else []
        if merged is None or not since:
            return 0
        return since[0] or max(21, merged.since or 0)

    def _gone(self, name: str, stub: Stub) -> list[tuple[str, set[str]]]:
        """Members of older levels that the newest does not have."""
        found: list[tuple[str, set[str]]] = []
        seen: set[tuple[str, tuple[str, ...]]] = set()
        for level, typing in reversed(self._typings(name)):
            for one in typing.members:
                current = any(
                    m.name == one.name
                    and len(m.takes) == len(one.takes)
                    and all(map(fits, m.takes, one.takes))
                    for m in self._named(name, one.name)
                )
                if current or one.name in _INHERITED or (one.name, one.takes) in seen:
                    continue
                seen.add((one.name, one.takes))
                count = len(one.takes)
                first = min(
                    n
                    for n, older in self._typings(name)
                    if any(m.name == one.name and len(m.takes) == count for m in older.members)
                )
                takes, gives = tuple(map(untyped, one.takes)), untyped(one.gives)
                row = _row(gives, one.name, takes, one.static, f" {first}-{level}")
                found.append((row, {*takes, gives}))
        return found

    def _partial(self, referred: set[str]) -> list[str]:
        found: dict[str, str] = {}
        todo = [one.replace("[]", "") for one in referred]
        while todo:
            name = todo.pop()
            own = name.startswith(("java.", "javax.")) or "." not in name or "<" in name
            if own or name in found or name in self._whole:
                continue
            found[name] = self._base(name)
            todo.append(found[name])
        return [
            f"type {self._kind(name)} {name}{f' extends {base}' if base else ''}"
            for name, base in sorted(found.items())
        ]


def _row(gives: str, name: str, takes: tuple[str, ...], static: bool, level: str) -> str:
    return f"  {'static ' if static else ''}{gives} {name}({', '.join(takes)}){level}"


if __name__ == "__main__":
    entries = [api for api in load_catalogue().apis if api.kind == "java"]
    sys.stdout.write(Tables(*map(Path, sys.argv[1:4])).text(entries))
