"""The decorator that turns an async function into a scenario, and what it declares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

ScenarioFunction = Callable[..., Awaitable[None]]

ATTRIBUTE = "__farm_scenario__"
MAX_DURATION = 6 * 3600.0
DEFAULT_DURATION = 60.0


class ScenarioInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario says about itself."""

    title: str
    title_zh: str
    duration: float  # seconds it usually needs; the session's deadline derives from it
    clauses: tuple[str, ...] = ()  # of the standards whose behaviour it brings about


def scenario(
    *,
    title: str,
    title_zh: str = "",
    duration: float = DEFAULT_DURATION,
    clauses: tuple[str, ...] = (),
) -> Callable[[ScenarioFunction], ScenarioFunction]:
    """Declare the async function below as the file's scenario.

    The function names what it needs among `app`, `screen`, `consent`, `permissions`, `phone`,
    `step`, `expect`, `explore`, `hints`; every other parameter has a default and is the
    scenario's own, to be set with `--set NAME=VALUE`.

    Args:
        title: one line in English.
        title_zh: the same line in Chinese, for reports; the English one if not given.
        duration: seconds it usually needs, more than 0 and at most 21600.
        clauses: clauses of standards, such as "GB/T 41391-2022 5.2.1", for reports.
    """

    def declare(function: ScenarioFunction) -> ScenarioFunction:
        info = ScenarioInfo(
            title=title, title_zh=title_zh or title, duration=duration, clauses=clauses
        )
        setattr(function, ATTRIBUTE, info)
        return function

    return declare
