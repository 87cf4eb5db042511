"""The docking interface: what an engine must offer, and how one is run within its limits.

An engine's failure is a result, never an exception: a batch of thousands goes on without it.
"""

import asyncio
import time
from pathlib import Path
from typing import Protocol

import msgspec

from farm.apps.engines.statements import EngineResult, Statement, Status

MOST_STATEMENTS = 5000
_LONGEST_TEXT = 1000


class EngineAbsent(Exception):
    """The engine's program or service is not there."""


class EngineFailed(Exception):
    """The engine ran and gave nothing that can be used; the message says what it gave."""


class Engine(Protocol):
    """One detection engine.

    `examine` may raise `EngineAbsent` and `EngineFailed`; `run` turns both into results.
    """

    @property
    def name(self) -> str:
        """Its name in results: lower case, stable."""

    async def version(self) -> str:
        """The version that is docked.

        Raises:
            EngineAbsent: it is not there.
        """

    async def examine(self, apk: Path) -> list[Statement]:
        """Examine one APK.

        Raises:
            EngineAbsent: it is not there.
            EngineFailed: it gave nothing that can be used.
        """


async def run(engine: Engine, apk: Path, apk_sha256: str, *, seconds: float) -> EngineResult:
    """Run an engine on an APK with a deadline; how it ended stands in the result."""
    began = time.monotonic()
    version = ""
    status, reason, statements = Status.DONE, "", list[Statement]()
    try:
        async with asyncio.timeout(seconds):
            version = await engine.version()
            statements = await engine.examine(apk)
    except EngineAbsent as error:
        status, reason = Status.ABSENT, str(error)
    except EngineFailed as error:
        status, reason = Status.FAILED, str(error)
    except TimeoutError:
        status, reason = Status.TIMED_OUT, f"not done after {seconds:g} s"
    if len(statements) > MOST_STATEMENTS:
        status = Status.FAILED
        reason = f"{len(statements)} statements; expected at most {MOST_STATEMENTS}"
        statements = []
    return EngineResult(
        engine=engine.name,
        version=version[:100],
        apk_sha256=apk_sha256,
        status=status,
        statements=[_bounded(one) for one in statements],
        reason=reason[:_LONGEST_TEXT],
        seconds=time.monotonic() - began,
    )


def _bounded(one: Statement) -> Statement:
    return msgspec.structs.replace(
        one,
        subject=one.subject[:_LONGEST_TEXT],
        detail=one.detail[:_LONGEST_TEXT],
        confidence=min(max(one.confidence, 0.0), 1.0),
    )
