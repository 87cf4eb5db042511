"""The decorator that turns an async function into a scenario, and what it declares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from farm.explore.run import Run

ScenarioFunction = Callable[["Run"], Awaitable[None]]

ATTRIBUTE = "__farm_scenario__"
MAX_DURATION = 3600.0


class ScenarioInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario says about itself."""

    title: str
    title_zh: str
    duration: float  # seconds it usually needs; the session's deadline derives from it


def scenario(
    *, title: str, title_zh: str, duration: float
) -> Callable[[ScenarioFunction], ScenarioFunction]:
    """Declare the function below as the file's scenario.

    Args:
        title: one line in English.
        title_zh: the same line in Chinese, for reports.
        duration: seconds it usually needs, more than 0 and at most 3600.
    """

    def declare(function: ScenarioFunction) -> ScenarioFunction:
        setattr(
            function, ATTRIBUTE, ScenarioInfo(title=title, title_zh=title_zh, duration=duration)
        )
        return function

    return declare
