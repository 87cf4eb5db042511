"""Adapter for any program that speaks the farm's own words: a lab's own or a partner's engine.

`COMMAND --version` prints its version; `COMMAND APK` prints one JSON object with `statements`, each
with `topic`, `subject` and, where it wants, `holds`, `confidence` and `detail`, as
`farm.apps.engines.statements` explains them. It may answer clauses: topic `clause`, subject
`MIIT-164-1.1`, `holds` false where the app breaks it.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from farm.apps.engines.engine import EngineFailed
from farm.apps.engines.program import as_argument, output_of
from farm.apps.engines.statements import Statement


class _Report(msgspec.Struct, frozen=True):
    statements: list[Statement]


class OutsideEngine:
    """A program as an engine, under a name that the operator gives it."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        """`command` is how it is run, without arguments."""
        self.name = name
        self._command = tuple(command)

    async def version(self) -> str:
        """The first line of what `--version` prints."""
        printed = (await output_of([*self._command, "--version"])).decode("utf-8", "replace")
        return next(iter(printed.strip().splitlines()), "unknown")

    async def examine(self, apk: Path) -> list[Statement]:
        """Its statements, as it prints them."""
        printed = await output_of([*self._command, as_argument(apk)])
        try:
            return msgspec.json.decode(printed, type=_Report).statements
        except msgspec.DecodeError as error:
            raise EngineFailed(f"{self.name}: expected a JSON object: {error}") from error
