"""Runs examination jobs: outside engines look at an app's APK, each version of each engine once.

What an engine said of a digest is kept in the store, so that further sessions, campaigns and hosts
do not run it again. Needs no phone; judges nothing.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType

import msgspec

from farm.apps.engines.configuration import Docked, default_engines, load_engines
from farm.apps.engines.engine import EngineAbsent, EngineFailed, run
from farm.apps.engines.manifest import read_statements
from farm.apps.engines.signers import SignerRegister
from farm.apps.engines.statements import EngineResult, Statement, Status
from farm.campaign.decisions import EXAMINATION_KEY
from farm.campaign.ledger.values import Work
from farm.campaign.store import Store, StoreError, StoreUnavailable
from farm.campaign.vocabulary import Cause, Reason
from farm.campaign.worker.apart import Apart
from farm.campaign.worker.executor import Began, Ending, Slot
from farm.campaign.worker.sources import Sources
from farm.model.errors import SetupError

log = logging.getLogger(__name__)

_RESULT = msgspec.json.Decoder(EngineResult)


class ExaminationExecutor:
    """`count` slots, each letting all docked engines examine one APK, one after the other."""

    def __init__(
        self, store: Store, sources: Sources, *, count: int = 1, engines: Path | None = None
    ) -> None:
        """`engines` is the operator's list; the built-in engine alone where there is none.

        Raises:
            UsageError: the list cannot be used.
        """
        self._store = store
        self._sources = sources
        self._apart = Apart(count)
        self._docked: list[Docked] = (
            default_engines(self._read) if engines is None else load_engines(engines, self._read)
        )
        self._slots = [
            Slot(name=f"examination-{number + 1}", serves=EXAMINATION_KEY)
            for number in range(count)
        ]

    async def __aenter__(self) -> "ExaminationExecutor":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._apart.__aexit__(kind, error, traceback)

    def free(self) -> Sequence[Slot]:
        """All slots: the worker knows which it uses."""
        return self._slots

    async def run(self, work: Work, slot: Slot, began: Began) -> Ending:
        """Have one APK examined.

        Engines that are not there are waited for, as far as the job may be tried again; what the
        others said is kept meanwhile.
        """
        started = time.monotonic()
        try:
            apk = (await self._sources.apks(work))[0]
            results = [await self._result(one, apk, work.app_sha256) for one in self._docked]
        except (SetupError, StoreError, StoreUnavailable) as error:
            return Ending(cause=Cause.FARM, reason=Reason.APP_MISSING, detail=str(error))
        absent = [one for one in results if one.status is Status.ABSENT]
        return Ending(
            cause=Cause.FARM if absent else Cause.NONE,
            reason=Reason.ENGINE_ABSENT if absent else Reason.COMPLETE,
            detail="; ".join(f"{one.engine}: {one.reason}" for one in absent)[:1000],
            seconds=time.monotonic() - started,
            examined=tuple(results),
        )

    async def rescue(self, folder: Path) -> None:
        """An examination leaves nothing behind."""

    def give_up(self, slot: Slot, reason: str) -> None:
        """What hangs in a process of its own holds nothing that others need."""

    async def _result(self, docked: Docked, apk: Path, sha256: str) -> EngineResult:
        engine = docked.engine
        try:
            async with asyncio.timeout(docked.seconds):
                name = result_name(sha256, engine.name, await engine.version())
        except (EngineAbsent, EngineFailed, TimeoutError):
            return await run(engine, apk, sha256, seconds=docked.seconds)  # which says why
        known = await self._known(name, sha256)
        if known is not None:
            return known
        result = await run(engine, apk, sha256, seconds=docked.seconds)
        if result.status is Status.DONE:
            try:
                await self._store.put_bytes(name, msgspec.json.encode(result))
            except StoreError as error:
                log.info("another host was quicker: %s", error)
        return result

    async def _known(self, name: str, sha256: str) -> EngineResult | None:
        try:
            known = _RESULT.decode(await self._store.get_bytes(name))
        except (FileNotFoundError, msgspec.MsgspecError):
            return None
        return known if known.apk_sha256 == sha256 and known.status is Status.DONE else None

    async def _read(self, apk: Path, signers: SignerRegister) -> list[Statement]:
        """The built-in engine in a process of its own: a hostile APK ends no session."""
        try:
            return await self._apart.run(read_statements, apk, signers)
        except BrokenProcessPool as error:
            raise EngineFailed("reading it ended its process (out of memory?)") from error


def result_name(sha256: str, engine: str, version: str) -> str:
    """Where what one version of an engine said of an APK lies in the store."""
    said_by = hashlib.sha256(version.encode("utf-8", "replace")).hexdigest()[:16]
    return f"examinations/{sha256[:2]}/{sha256}/{engine}-{said_by}.json"
