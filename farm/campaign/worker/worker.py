"""The worker's loop: ask for work where a slot is free, run it, keep the lease, bring it home.

Each slot is on its own: a slow, stuck or dead phone holds nobody up. What the database says is
believed: a job that is no longer this worker's is stopped.
"""

import asyncio
import logging
import os
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from farm import __version__
from farm.campaign.controller import Controller
from farm.campaign.database import Database, DatabaseUnavailable
from farm.campaign.decisions import PHONELESS, Requirement, can_run, group_slots
from farm.campaign.ledger import Assignment, Offer, beat, sign_off, take
from farm.campaign.ledger.take import known_keys
from farm.campaign.vocabulary import AttemptState, Cause, HostState, Reason
from farm.campaign.worker.delivery import Delivery
from farm.campaign.worker.executor import Ending, Executor, Slot
from farm.campaign.worker.outbox import Debt, Outbox
from farm.campaign.worker.run import Run, report_of
from farm.campaign.worker.settings import WorkerSettings

log = logging.getLogger(__name__)

_KEYS_SECONDS = 5.0  # between looks at which queues there are
_FAREWELL_SECONDS = 5.0

OnEnd = Callable[[Assignment, Ending, AttemptState], None]


class Worker:
    """`run()` returns when it was drained or stopped and everything that could be is home."""

    def __init__(
        self,
        database: Database,
        executors: Sequence[Executor],
        outbox: Outbox,
        delivery: Delivery,
        settings: WorkerSettings,
        *,
        controller: Controller | None = None,
        on_end: OnEnd | None = None,
        on_beat: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._database = database
        self._executors = list(executors)
        self._outbox = outbox
        self._delivery = delivery
        self._settings = settings
        self._controller = controller
        self._on_end = on_end
        self._on_beat = on_beat
        self._id = uuid.uuid4()
        self._runs: dict[tuple[int, int], Run] = {}
        self._given_up: list[Run] = []
        self._busy: set[str] = set()
        self._offered: dict[str, tuple[Executor, Slot]] = {}
        self._bringing: list[asyncio.Task[None]] = []
        self._held: set[tuple[int, int]] = set()
        self._keys: list[tuple[str, Requirement]] = []
        self._keys_read = -_KEYS_SECONDS
        self._wake = asyncio.Event()
        self._ended = asyncio.Event()
        self._draining = False
        self._stopping = False

    @property
    def busy(self) -> frozenset[str]:
        """Slots in which something runs."""
        return frozenset(self._busy)

    @property
    def owed(self) -> int:
        """Attempts that run or whose report the farm does not have yet."""
        return len(self._held)

    @property
    def undying(self) -> list[str]:
        """Slots whose runs go on after they were cancelled and given up."""
        return [run.slot.name for run in self._given_up if run.lasts]

    def drain(self) -> None:
        """Take nothing new; end when what runs has ended and is home."""
        self._draining = True
        self._wake.set()

    def stop(self) -> None:
        """Cancel what runs as well; its jobs go to others at nobody's cost."""
        self._stopping = True
        self.drain()
        for run in self._runs.values():
            run.ask_to_end(Reason.WORKER_STOPPED)

    async def run(self, farewell: float = _FAREWELL_SECONDS) -> None:
        """Work until drained. A database that stays away is waited for `farewell` seconds then.

        What could not be delivered stays in the outbox for the next start.
        """
        debts = await self._outbox.all()
        async with asyncio.TaskGroup() as work:
            loops = [
                work.create_task(self._beating()),
                work.create_task(self._delivery.reporting()),
            ]
            if self._controller is not None:
                loops.append(work.create_task(self._controller.run()))
            async with asyncio.TaskGroup() as runs:
                for debt in debts:
                    self._held.add(debt.name)
                    self._bringing.append(runs.create_task(self._settle_old(debt)))
                await self._taking(runs)
                await self._leave(farewell)
            for loop in loops:
                loop.cancel()
        try:
            await sign_off(self._database, self._settings.name, self._id)
        except DatabaseUnavailable as error:
            log.warning("could not sign off: %s", error)

    # Taking

    async def _taking(self, runs: asyncio.TaskGroup) -> None:
        while not self._draining:
            self._wake.clear()
            taken: list[Assignment] = []
            try:
                offers = await self._offers()
                if offers:
                    taken = await take(
                        self._database,
                        worker=self._id,
                        host=self._settings.name,
                        offers=offers,
                        lease=self._settings.lease,
                        policy=self._settings.policy,
                    )
            except DatabaseUnavailable as error:
                log.warning("no work: %s", error)
            if taken:
                await self._outbox.put([Debt(work=a.work, slot=a.slot) for a in taken])
                for assignment in taken:
                    self._begin(assignment, runs)
            try:
                async with asyncio.timeout(self._settings.poll):
                    await self._wake.wait()
                await asyncio.sleep(self._settings.gather)
            except TimeoutError:
                continue

    async def _offers(self) -> list[Offer]:
        self._offered = {
            slot.name: (executor, slot)
            for executor in self._executors
            for slot in executor.free()
            if slot.name not in self._busy
        }
        self._bringing = [task for task in self._bringing if not task.done()]
        if not self._offered:
            return []
        if time.monotonic() - self._keys_read >= _KEYS_SECONDS:
            self._keys = await known_keys(self._database)
            self._keys_read = time.monotonic()
        served = [(name, self._served(slot)) for name, (_, slot) in self._offered.items()]
        return [Offer(keys=keys, slots=tuple(slots)) for keys, slots in group_slots(served)]

    def _served(self, slot: Slot) -> frozenset[str]:
        if slot.offer is None:
            return frozenset(key for key, _ in self._keys if key == slot.serves)
        offer = slot.offer
        return frozenset(
            key for key, wants in self._keys if key not in PHONELESS and can_run(offer, wants)
        )

    def _begin(self, assignment: Assignment, runs: asyncio.TaskGroup) -> None:
        run = Run(assignment, *self._offered[assignment.slot])
        name = (assignment.work.job, assignment.work.fence)
        self._runs[name] = run
        self._held.add(name)
        self._busy.add(assignment.slot)
        self._bringing.append(runs.create_task(self._attempt(run, runs)))

    # One attempt

    async def _attempt(self, run: Run, runs: asyncio.TaskGroup) -> None:
        work, slot = run.assignment.work, run.assignment.slot
        name = (work.job, work.fence)

        def began(folder: Path) -> None:
            run.folder = str(folder)
            debt = Debt(work=work, slot=slot, folder=run.folder)
            runs.create_task(self._note_folder(name, debt))

        run.start(began)
        if self._stopping:
            run.ask_to_end(Reason.WORKER_STOPPED)
        started = time.monotonic()
        ending = await run.end(self._settings.deadline, self._settings.grace)
        if ending is None:  # the slot stays busy: what runs there still holds the phone
            ending = run.given_up()
            self._given_up.append(run)
            late = f"job {work.job} goes on {self._settings.grace:g} s after it was cancelled"
            log.error("%s: %s", slot, late)
            run.executor.give_up(run.slot, late)
        else:
            self._busy.discard(slot)
            self._wake.set()
        debt = Debt(
            work=work,
            slot=slot,
            folder=str(ending.folder) if ending.folder else run.folder,
            report=report_of(run.assignment, ending, time.monotonic() - started),
        )
        await self._outbox.put([debt])
        self._runs.pop(name, None)
        self._ended.set()
        await self._bring_home(debt, ending)

    async def _note_folder(self, name: tuple[int, int], debt: Debt) -> None:
        if name in self._runs:
            await self._outbox.put([debt])

    async def _settle_old(self, debt: Debt) -> None:
        """What an earlier life of this worker left: finish its recording, then report it."""
        if debt.report is None:
            if debt.folder:
                await self._executors[0].rescue(Path(debt.folder))
            ending = Ending(cause=Cause.FARM, reason=Reason.WORKER_ENDED)
            report = report_of(Assignment(work=debt.work, slot=debt.slot), ending, 0.0)
            there = await asyncio.to_thread(os.path.isdir, debt.folder)
            folder = debt.folder if there else ""
            debt = Debt(work=debt.work, slot=debt.slot, folder=folder, report=report)
            await self._outbox.put([debt])
        assert debt.report is not None  # noqa: S101 - set above
        await self._bring_home(debt, Ending(cause=debt.report.cause, reason=debt.report.reason))

    async def _bring_home(self, debt: Debt, ending: Ending) -> None:
        state = await self._delivery.deliver(debt)
        self._held.discard(debt.name)
        if self._on_end is not None:
            self._on_end(Assignment(work=debt.work, slot=debt.slot), ending, state)

    # Leases

    async def _beating(self) -> None:
        while True:
            try:
                lost = await beat(
                    self._database,
                    worker=self._id,
                    host=self._settings.name,
                    state=HostState.DRAINING if self._draining else HostState.UP,
                    version=__version__,
                    slots=len(self._busy | self._offered.keys()),
                    held=sorted(self._held),
                )
                self._withdraw(lost)
                if self._on_beat is not None:
                    await self._on_beat()
            except DatabaseUnavailable as error:
                log.warning("no heartbeat: %s", error)
                await asyncio.sleep(min(1.0, self._settings.beat))
                continue
            await asyncio.sleep(self._settings.beat)

    def _withdraw(self, lost: set[tuple[int, int]]) -> None:
        for name in lost:
            run = self._runs.get(name)
            if run is not None and not run.asked:
                log.warning("job %d is no longer ours: stopping it", name[0])
                run.ask_to_end(Reason.JOB_WITHDRAWN)

    # Leaving

    async def _leave(self, farewell: float) -> None:
        """Wait for what runs, then for its delivery, but for that only a while."""
        while self._runs:
            self._ended.clear()
            await self._ended.wait()
        bringing = [task for task in self._bringing if not task.done()]
        if not bringing:
            return
        _, late = await asyncio.wait(bringing, timeout=farewell)
        if late:
            log.warning("%d results stay in the outbox for the next start", len(late))
        for task in late:
            task.cancel()
