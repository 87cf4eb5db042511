"""Adapter of APKiD (GPL-3.0, installed by the operator): packers, obfuscators, protectors.

`apkid -j APK` prints one JSON object with `apkid_version` and, per file, `matches` by category
(github.com/rednaga/APKiD).
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from farm.apps.engines.engine import EngineFailed
from farm.apps.engines.program import as_argument, output_of
from farm.apps.engines.statements import Statement, Topic

_HIDING = frozenset(
    {"packer", "obfuscator", "protector", "anti_vm", "anti_debug", "anti_disassembly"}
)


_UNREAD = "yara_issue"
"""Category by which APKiD says that its rules could not look into a file."""


class _File(msgspec.Struct, frozen=True):
    filename: str
    matches: dict[str, list[str]] = {}


class _Report(msgspec.Struct, frozen=True):
    files: list[_File]
    apkid_version: str = ""


class Apkid:
    """APKiD as an engine."""

    name = "apkid"

    def __init__(self, command: Sequence[str] = ("apkid",)) -> None:
        """`command` is how the operator runs it, without arguments."""
        self._command = tuple(command)

    async def version(self) -> str:
        """As `apkid --help` names it in its first lines."""
        printed = (await output_of([*self._command, "--help"])).decode("utf-8", "replace")
        for word in printed.split():
            if word[:1] in {"v", "V"} and word[1:2].isdigit():
                return word[1:]
        return "unknown"

    async def examine(self, apk: Path) -> list[Statement]:
        """What hides code, and where."""
        printed = await output_of([*self._command, "-j", as_argument(apk)])
        try:
            report = msgspec.json.decode(printed, type=_Report)
        except msgspec.DecodeError as error:
            raise EngineFailed(f"apkid: expected a JSON report: {error}") from error
        found = [
            Statement(
                topic=Topic.PACKER,
                subject=match,
                detail=f"{category} in {one.filename.rpartition('!')[2]}",
            )
            for one in report.files
            for category, matches in sorted(one.matches.items())
            if category in _HIDING
            for match in matches
        ]
        unread = [one.filename.rpartition("!")[2] for one in report.files if _UNREAD in one.matches]
        if unread and not found:
            # What was not looked into is not free of packers.
            raise EngineFailed(f"apkid: could not read {', '.join(unread)[:200]}")
        return found
