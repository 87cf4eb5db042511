"""Adapter of exodus-standalone (AGPL-3.0, installed by the operator): code of known trackers.

Runs it as a program: `exodus_analyze.py -j APK` prints one JSON object with `application`, `apk`
and `trackers` (github.com/Exodus-Privacy/exodus-standalone).
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from farm.apps.engines.engine import EngineFailed
from farm.apps.engines.program import as_argument, output_of
from farm.apps.engines.statements import Statement, Topic


class _Tracker(msgspec.Struct, frozen=True):
    name: str
    id: int | str = ""


class _Application(msgspec.Struct, frozen=True):
    permissions: list[str] = []


class _Report(msgspec.Struct, frozen=True):
    trackers: list[_Tracker]
    application: _Application = _Application()


class Exodus:
    """exodus-standalone as an engine."""

    name = "exodus"

    def __init__(self, command: Sequence[str] = ("exodus_analyze.py",)) -> None:
        """`command` is how the operator runs it, without arguments."""
        self._command = tuple(command)

    async def version(self) -> str:
        """Exodus names no version; the operator's command stands for it."""
        await output_of([*self._command, "--help"])
        return self._command[0]

    async def examine(self, apk: Path) -> list[Statement]:
        """Trackers found in the code, and the permissions it read."""
        # It prints progress before the object, and ends with 1 where it found trackers.
        printed = await output_of([*self._command, "-j", as_argument(apk)], exit_codes=(0, 1))
        start = printed.find(b"{")
        try:
            report = msgspec.json.decode(printed[max(start, 0) :], type=_Report)
        except msgspec.DecodeError as error:
            raise EngineFailed(f"exodus: expected a JSON report: {error}") from error
        found = [
            Statement(topic=Topic.TRACKER, subject=one.name, detail=f"exodus tracker {one.id}")
            for one in report.trackers
        ]
        return found + [
            Statement(topic=Topic.PERMISSION, subject=name)
            for name in report.application.permissions
        ]
