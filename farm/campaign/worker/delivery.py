"""Gets results home: recording to the store, report to the database, and only then forgotten.

Whatever is away is waited for; order and patience are all this knows.
"""

import asyncio
import logging
import shutil
from pathlib import Path

import msgspec

from farm.campaign.database import Database, DatabaseUnavailable
from farm.campaign.ledger import Report, report
from farm.campaign.store import Store, StoreError, StoreUnavailable
from farm.campaign.store.recordings import upload
from farm.campaign.vocabulary import AttemptState, Cause, Reason
from farm.campaign.worker.outbox import Debt, Outbox
from farm.campaign.worker.settings import WorkerSettings
from farm.model.errors import RecordingError

log = logging.getLogger(__name__)

_WAITS = (0.5, 1.0, 2.0, 5.0, 10.0)
_BATCH = 200


class Delivery:
    """Delivers ended attempts; `reporting()` runs beside it as a task of the worker."""

    def __init__(
        self,
        database: Database,
        store: Store,
        outbox: Outbox,
        settings: WorkerSettings,
        *,
        home: Path,
    ) -> None:
        self._database = database
        self._store = store
        self._outbox = outbox
        self._settings = settings
        self._home = home
        self._uploads = asyncio.Semaphore(settings.uploads)
        self._ready: list[tuple[Report, asyncio.Future[AttemptState]]] = []
        self._arrived = asyncio.Event()

    async def deliver(self, debt: Debt) -> AttemptState:
        """Bring one ended attempt home; returns what the farm made of it."""
        if debt.folder and not debt.uploaded:
            debt = await self._upload(debt)
        assert debt.report is not None  # noqa: S101 - only ended attempts are delivered
        answer: asyncio.Future[AttemptState] = asyncio.get_running_loop().create_future()
        self._ready.append((debt.report, answer))
        self._arrived.set()
        state = await answer
        if debt.folder and debt.uploaded and not self._settings.keep_local:
            await asyncio.to_thread(self._remove, Path(debt.folder))
        await self._outbox.forget([debt.name])
        return state

    async def reporting(self) -> None:
        """Report what is ready, many at a time, until cancelled."""
        tries = 0
        while True:
            await self._arrived.wait()
            await asyncio.sleep(self._settings.gather)
            batch, self._ready = self._ready[:_BATCH], self._ready[_BATCH:]
            if not self._ready:
                self._arrived.clear()
            try:
                answers = await report(
                    self._database, [item for item, _ in batch], self._settings.policy
                )
            except DatabaseUnavailable as error:
                log.warning("%d results wait: %s", len(batch) + len(self._ready), error)
                self._ready = batch + self._ready
                self._arrived.set()
                await asyncio.sleep(_WAITS[min(tries, len(_WAITS) - 1)])
                tries += 1
                continue
            tries = 0
            for item, answer in batch:
                if not answer.done():
                    answer.set_result(answers[item.job, item.fence])

    async def _upload(self, debt: Debt) -> Debt:
        """Store the recording; the debt then says where it is, on disk too."""
        report_ = debt.report
        assert report_ is not None  # noqa: S101 - only ended attempts are delivered
        folder = Path(debt.folder)
        tries = 0
        async with self._uploads:
            while True:
                try:
                    prefix, manifest = await upload(self._store, folder)
                    break
                except StoreUnavailable as error:
                    log.warning("job %d waits for the store: %s", debt.work.job, error)
                    await asyncio.sleep(_WAITS[min(tries, len(_WAITS) - 1)])
                    tries += 1
                except (StoreError, RecordingError, OSError) as error:
                    # It stays on this host; a result without its evidence must not count.
                    return await self._keep(_without_recording(debt, str(error)))
        stored = msgspec.structs.replace(report_, recording=prefix, manifest_sha256=manifest)
        return await self._keep(msgspec.structs.replace(debt, uploaded=True, report=stored))

    async def _keep(self, debt: Debt) -> Debt:
        await self._outbox.put([debt])
        return debt

    def _remove(self, folder: Path) -> None:
        if folder.resolve().is_relative_to(self._home.resolve()):
            shutil.rmtree(folder, ignore_errors=True)


def _without_recording(debt: Debt, why: str) -> Debt:
    assert debt.report is not None  # noqa: S101 - only ended attempts are delivered
    failed = msgspec.structs.replace(
        debt.report,
        cause=Cause.FARM if debt.report.cause is not Cause.STOPPED else Cause.STOPPED,
        reason=Reason.NOT_SEALED,
        detail=f"{debt.folder}: {why}"[:1000],
        recording="",
    )
    return msgspec.structs.replace(debt, folder="", report=failed)
