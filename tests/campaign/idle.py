"""Phones that only wait: an executor behind the worker's own seam, and a process that runs it.

Each run writes a small recording (one file, and a manifest of it) as real ones are written, so
that the way of the evidence is the real one.
"""

import argparse
import asyncio
import hashlib
import logging
import os
import secrets
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from farm.campaign.controller import Controller
from farm.campaign.database import Database
from farm.campaign.decisions import Capability, RetryPolicy
from farm.campaign.ledger.values import Work
from farm.campaign.store import Store
from farm.campaign.vocabulary import Cause, Reason
from farm.campaign.worker.delivery import Delivery
from farm.campaign.worker.executor import Began, Ending, Executor, Slot
from farm.campaign.worker.outbox import Outbox
from farm.campaign.worker.settings import WorkerSettings
from farm.campaign.worker.worker import OnEnd, Worker
from farm.model.session import FORMAT_VERSION, Manifest, ManifestEntry

OFFER = Capability(profile="pixel", access="su", sdk=33, abi="arm64-v8a")


class IdleExecutor:
    """`count` phones on which a session waits `seconds` and records one line."""

    def __init__(
        self,
        name: str,
        count: int,
        seconds: float,
        folder: Path | None = None,
        offer: Capability | None = OFFER,
    ) -> None:
        self._slots = [Slot(name=f"{name}-{number:03}", offer=offer) for number in range(count)]
        self._seconds = seconds
        self._folder = folder

    def free(self) -> Sequence[Slot]:
        """All of them: the worker knows which it uses."""
        return self._slots

    async def run(self, work: Work, slot: Slot, began: Began) -> Ending:
        """Wait, and leave a recording where there is a folder for it."""
        if self._folder is None:
            await asyncio.sleep(self._seconds)
            return Ending(cause=Cause.NONE, reason=Reason.COMPLETE)
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        session = f"{moment}-{work.job}-{work.fence}-{secrets.token_hex(3)}"
        folder = self._folder / session
        began(folder)
        folder.mkdir(parents=True)
        line = msgspec.json.encode({"job": work.job, "fence": work.fence, "slot": slot.name})
        (folder / "ui.jsonl").write_bytes(line + b"\n")
        await asyncio.sleep(self._seconds)
        seal(folder, session)
        return Ending(cause=Cause.NONE, reason=Reason.COMPLETE, session_id=session, folder=folder)

    def give_up(self, slot: Slot, reason: str) -> None:
        """There is nothing to take away."""

    async def rescue(self, folder: Path) -> None:
        """Seal what a killed worker left."""
        if (folder / "ui.jsonl").exists() and not (folder / "manifest.json").exists():
            seal(folder, folder.name)


def seal(folder: Path, session: str) -> None:
    """Write the manifest of an idle recording."""
    data = (folder / "ui.jsonl").read_bytes()
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        session_id=session,
        sealed=time.time_ns(),
        public_key="",
        files=[
            ManifestEntry(path="ui.jsonl", size=len(data), sha256=hashlib.sha256(data).hexdigest())
        ],
    )
    (folder / "manifest.sig").write_bytes(b"idle")
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))


async def run_worker(
    url: str,
    home: Path,
    store: Path | str,
    settings: WorkerSettings,
    executors: Sequence[Executor],
    on_end: OnEnd | None = None,
) -> None:
    """Run the farm's own worker over the given executors until it is drained by SIGTERM."""
    async with Database(url) as database, Outbox(home / "outbox.sqlite") as outbox:
        delivery = Delivery(database, Store(str(store)), outbox, settings, home=home)
        worker = Worker(
            database,
            executors,
            outbox,
            delivery,
            settings,
            controller=Controller(database, lease=settings.lease, interval=0.2),
            on_end=on_end,
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.drain)
        await worker.run(farewell=20)


def main() -> None:
    """A worker process with idle phones."""
    options = argparse.ArgumentParser()
    options.add_argument("url")
    options.add_argument("home", type=Path)
    options.add_argument("store", type=Path)
    options.add_argument("name")
    options.add_argument("--phones", type=int, default=4)
    options.add_argument("--seconds", type=float, default=0.05)
    options.add_argument("--lease", type=float, default=3.0)
    options.add_argument("--beat", type=float, default=0.5)
    options.add_argument("--no-recordings", action="store_true")
    given = options.parse_args()
    logging.basicConfig(level=os.environ.get("FARM_LOG", "ERROR"))
    given.home.mkdir(parents=True, exist_ok=True)
    settings = WorkerSettings(
        name=given.name,
        lease=given.lease,
        beat=given.beat,
        poll=0.2,
        policy=RetryPolicy(first_delay=0.2, longest_delay=1.0, losses=50),
    )
    folder = None if given.no_recordings else given.home / "recordings"
    phones = IdleExecutor(given.name, given.phones, given.seconds, folder)
    asyncio.run(run_worker(given.url, given.home, given.store, settings, [phones]))


if __name__ == "__main__":
    main()
