"""What a worker needs of whatever runs its jobs: slots, and a way to run a job in one.

Phones are one implementation and analysis another; tests and benchmarks bring idle ones.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from farm.apps.engines.statements import EngineResult
from farm.campaign.decisions import ANALYSIS_KEY, Capability
from farm.campaign.ledger.values import FoundRow, Work
from farm.campaign.vocabulary import Cause, Reason


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A place where one job can run now: a phone by its serial, or a share of the processor."""

    name: str
    offer: Capability | None = None  # None: needs no phone
    serves: str = ANALYSIS_KEY  # the queue, where no phone is needed


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended. Whatever it recorded lies in `folder`, sealed where that was possible."""

    cause: Cause
    reason: Reason
    detail: str = ""
    seconds: float = 0.0
    session_id: str = ""
    folder: Path | None = None
    verdict: str = ""
    findings: tuple[FoundRow, ...] = ()
    examined: tuple[EngineResult, ...] = ()


Began = Callable[[Path], None]
"""Told the folder that a run records into, before the first byte is in it."""


class Executor(Protocol):
    """Runs jobs in slots. Never raises for what went wrong with a job: that is an `Ending`."""

    def free(self) -> Sequence[Slot]:
        """Slots in which a job could begin now."""
        ...

    async def run(self, work: Work, slot: Slot, began: Began) -> Ending:
        """Run one job.

        Raises:
            asyncio.CancelledError: after everything was left in order; the recording, if any,
                stays in the folder that `began` was told.
        """
        ...

    async def rescue(self, folder: Path) -> None:
        """Make a whole recording of one that a killed worker left. Never raises for its state."""
        ...

    def give_up(self, slot: Slot, reason: str) -> None:
        """A run in the slot did not end when it was cancelled: let nobody use what it holds."""
        ...
