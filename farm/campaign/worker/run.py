"""One attempt on one slot: whatever happens in it ends as a value, within its deadline."""

import asyncio
import logging
from typing import Any

import msgspec

from farm.campaign.ledger import Assignment, Report
from farm.campaign.vocabulary import Cause, Reason
from farm.campaign.worker.executor import Began, Ending, Executor, Slot

log = logging.getLogger(__name__)


class Run:
    """One attempt from its start until the farm has its report.

    It owns its task by itself, outside of any task group: a group would wait for a task that
    swallows its cancellation, and this one waits no longer than it was told.
    """

    def __init__(self, assignment: Assignment, executor: Executor, slot: Slot) -> None:
        self.assignment = assignment
        self.executor = executor
        self.slot = slot
        self.folder = ""
        self._task: asyncio.Task[Ending] | None = None
        self._asked: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._why: Reason | None = None  # it was asked to end, at nobody's cost

    def start(self, began: Began) -> None:
        """Begin to run; `end` has to be awaited then."""
        self._task = asyncio.get_running_loop().create_task(self._guarded(began))

    def ask_to_end(self, why: Reason) -> None:
        """Cancel it; the first reason counts."""
        self._why = self._why or why
        if not self._asked.done():
            self._asked.set_result(None)

    @property
    def asked(self) -> bool:
        """Whether it was asked to end."""
        return self._why is not None

    async def end(self, deadline: float, grace: float) -> Ending | None:
        """Wait for its end, and cancel it at its deadline or when it is asked to end.

        Returns:
            None where it did not end within `grace` seconds after its cancellation. It still runs
            then, and what it holds is for nobody else to use; see `given_up`.
        """
        task = self._task
        assert task is not None  # noqa: S101 - started by the caller
        either: set[asyncio.Future[Any]] = {task, self._asked}
        try:
            await asyncio.wait(either, timeout=deadline, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=grace)
        if not task.done():
            return None
        return self._cancelled() if task.cancelled() else task.result()

    def given_up(self) -> Ending:
        """The ending of a run that does not end."""
        ending = self._cancelled()
        return msgspec.structs.replace(ending, detail="did not end when it was cancelled")

    @property
    def lasts(self) -> bool:
        """Whether it still runs."""
        return self._task is not None and not self._task.done()

    async def _guarded(self, began: Began) -> Ending:
        """The run as a value, whatever happens in it."""
        work = self.assignment.work
        try:
            return await self.executor.run(work, self.slot, began)
        except asyncio.CancelledError:
            return self._cancelled()
        except Exception as error:  # the edge of a run: thousands of others go on
            log.exception("job %d ended by a defect", work.job)
            why = f"{type(error).__name__}: {error}"[:1000]
            return Ending(cause=Cause.UNKNOWN, reason=Reason.DEFECT, detail=why)

    def _cancelled(self) -> Ending:
        if self._why is not None:
            return Ending(cause=Cause.STOPPED, reason=self._why)
        return Ending(cause=Cause.PHONE, reason=Reason.PHONE_STUCK)


def report_of(assignment: Assignment, ending: Ending, seconds: float) -> Report:
    """An ending as the ledger is told it; `seconds` where the ending names none."""
    return Report(
        job=assignment.work.job,
        fence=assignment.work.fence,
        slot=assignment.slot,
        cause=ending.cause,
        reason=ending.reason,
        detail=ending.detail,
        seconds=ending.seconds or seconds,
        session_id=ending.session_id,
        verdict=ending.verdict,
        findings=ending.findings,
        examined=ending.examined,
    )
