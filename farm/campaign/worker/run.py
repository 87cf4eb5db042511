"""One attempt on one slot: whatever happens in it ends as a value, within its deadline."""

import asyncio
import logging

from farm.campaign.ledger import Assignment, Report
from farm.campaign.vocabulary import Cause, Reason
from farm.campaign.worker.executor import Began, Ending, Executor, Slot

log = logging.getLogger(__name__)


class Run:
    """One attempt from its start until the farm has its report."""

    def __init__(self, assignment: Assignment, executor: Executor, slot: Slot) -> None:
        self.assignment = assignment
        self.executor = executor
        self.slot = slot
        self.task: asyncio.Task[Ending] | None = None
        self.folder = ""
        self.withdrawn = False
        self.stopped = False

    async def guarded(self, began: Began) -> Ending:
        """The run as a value, whatever happens in it."""
        work = self.assignment.work
        try:
            return await self.executor.run(work, self.slot, began)
        except asyncio.CancelledError:
            if self.withdrawn:
                return Ending(cause=Cause.STOPPED, reason=Reason.JOB_WITHDRAWN)
            if self.stopped:
                return Ending(cause=Cause.STOPPED, reason=Reason.WORKER_STOPPED)
            return Ending(cause=Cause.PHONE, reason=Reason.PHONE_STUCK)
        except Exception as error:  # the edge of a run: thousands of others go on
            log.exception("job %d ended by a defect", work.job)
            why = f"{type(error).__name__}: {error}"[:1000]
            return Ending(cause=Cause.UNKNOWN, reason=Reason.DEFECT, detail=why)

    async def end(self, deadline: float, grace: float) -> tuple[Ending, bool]:
        """Wait for a run's end, and no longer than its deadline; `(ending, slot is free again)`."""
        task = self.task
        assert task is not None  # noqa: S101 - set by the caller
        done, _ = await asyncio.wait({task}, timeout=deadline)
        if not done:
            task.cancel()
            done, _ = await asyncio.wait({task}, timeout=grace)
        if done:
            if task.cancelled():  # before its first step
                return Ending(cause=Cause.STOPPED, reason=Reason.WORKER_STOPPED), True
            return task.result(), True
        log.error("%s hangs and is left alone until the worker ends", self.assignment.slot)
        return Ending(cause=Cause.PHONE, reason=Reason.PHONE_STUCK, detail="does not end"), False


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
    )
