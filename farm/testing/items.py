"""Scenario files as pytest collects them: one test for each app."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from farm.detect.claims import Passed, ScenarioResult
from farm.explore import checking
from farm.testing.plugin import player


class ScenarioFailed(Exception):
    """A scenario's expectations do not all hold."""

    def __init__(self, result: ScenarioResult, where: str) -> None:
        super().__init__(f"scenario {result.scenario}: {result.passed}")
        self.result = result
        self.where = where

    def lines(self) -> list[str]:
        """What a tester needs to see first."""
        shown = [str(self)]
        shown += [f"  step failed  {step}" for step in self.result.failed_steps]
        for each in self.result.expectations:
            if each.held is not Passed.YES:
                place = f" ({each.place})" if each.place else ""
                shown.append(f"  {each.held:<12} {each.name}{place}  {each.detail}".rstrip())
        shown.append(self.where)
        return shown


class ScenarioFile(pytest.File):
    """One file with one scenario."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each `--farm-app`; a scenario with mistakes fails to be collected."""
        problems = checking.check(str(self.path))
        if problems:
            raise self.CollectError("\n".join(str(problem) for problem in problems))
        apps = self.config.getoption("--farm-app")
        if not apps:
            raise pytest.UsageError("--farm-app: expected the APK that scenarios are played on")
        for apk in apps:
            yield ScenarioItem.from_parent(
                self, name=f"{self.path.stem}[{Path(apk).stem}]", apk=Path(apk)
            )


class ScenarioItem(pytest.Item):
    """One scenario on one app."""

    def __init__(self, *, apk: Path, **more: Any) -> None:
        super().__init__(**more)
        self.apk = apk
        self.add_marker("farm")

    def runtest(self) -> None:
        """Play it; fails unless every expectation holds."""
        played = player(self.config).play(self.apk, str(self.path), {}, strict=False)
        self.user_properties.append(("farm_recording", str(played.folder)))
        self.user_properties.append(("farm_verdict", str(played.analysis.verdict.kind)))
        self.add_report_section("call", "farm", played.described())
        if played.result.passed is not Passed.YES:
            raise ScenarioFailed(played.result, played.described())

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """Expectations instead of a traceback; a traceback for everything else."""
        if isinstance(excinfo.value, ScenarioFailed):
            return "\n".join(excinfo.value.lines())
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the report says it is."""
        return self.path, 0, f"scenario {self.name}"
