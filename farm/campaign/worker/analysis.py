"""Runs analysis jobs: judges a stored recording by this host's rules. Needs no phone.

Each judgement runs in a process of its own kind of pool, so that one that eats all memory ends
neither the worker nor the others.
"""

import asyncio
import hashlib
import logging
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType

import msgspec

from farm.campaign.ledger.values import FoundRow, Work
from farm.campaign.store import Store, StoreError, StoreUnavailable
from farm.campaign.store.events import (
    events_name,
    findings_name,
    write_events,
    write_findings,
)
from farm.campaign.store.parts import where
from farm.campaign.store.recordings import fetch
from farm.campaign.vocabulary import Cause, Reason
from farm.campaign.worker.apart import Apart
from farm.campaign.worker.executor import Began, Ending, Slot
from farm.detect.analyse import analyse
from farm.detect.rules import load_rules
from farm.files import sha256_of
from farm.model.errors import FarmError, RecordingError
from farm.model.finding import Finding
from farm.recording import Recording, verify
from farm.report.export import to_json

log = logging.getLogger(__name__)


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What one judgement made; files lie in the folder it was given."""

    session_id: str
    verdict: str
    digest: str  # of analysis.json
    findings: tuple[FoundRow, ...]


def judge(folder: Path, parties: Path | None, output: Path, with_events: bool) -> Judged:
    """Verify and judge a recording, and write analysis, findings and events into `output`.

    Raises:
        FarmError: the recording is not what was sealed, or cannot be judged.
    """
    problems = verify(folder)
    if problems:
        raise RecordingError(f"{folder}: not what was sealed: {'; '.join(problems[:3])}")
    recording = Recording.open(folder)
    analysis = analyse(recording, load_rules(parties))
    data = to_json(analysis, session=recording.session, show_values=True)
    rows = (
        *(_found(finding, True) for finding in analysis.findings),
        *(_found(finding, False) for finding in analysis.undetermined),
    )
    (output / "analysis.json").write_bytes(data)
    write_findings(recording.session, analysis.verdict.kind, rows, output / "findings.parquet")
    if with_events:
        write_events(recording, output / "events.parquet")
    return Judged(
        session_id=analysis.session_id,
        verdict=analysis.verdict.kind,
        digest=hashlib.sha256(data).hexdigest(),
        findings=rows,
    )


def _found(finding: Finding, determined: bool) -> FoundRow:
    receiver = finding.receiver
    return FoundRow(
        finding_id=finding.finding_id,
        determined=determined,
        rule=finding.rule,
        clause=finding.clause,
        phase=finding.phase,
        level=finding.level,
        data_type=finding.data_type,
        severity=finding.severity,
        confidence=finding.confidence,
        caller=finding.caller.name,
        caller_sdk=finding.caller.sdk,
        receiver=receiver.name if receiver else "",
        receiver_domain=receiver.domain if receiver else "",
        third_party=receiver.third if receiver else finding.caller.third,
    )


class AnalysisExecutor:
    """`count` slots, each judging one recording at a time."""

    def __init__(self, store: Store, cache: Path, *, count: int, parties: Path | None) -> None:
        self._store = store
        self._cache = cache
        self._parties = parties
        self._apart = Apart(count)
        self._slots = [Slot(name=f"analysis-{number + 1}") for number in range(count)]

    async def __aenter__(self) -> "AnalysisExecutor":
        await asyncio.to_thread(load_rules, self._parties)  # a bad list is said now, once
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
        """Judge one recording and store what came of it."""
        started = time.monotonic()
        try:
            folder = await fetch(self._store, work.recording, self._cache)
        except (FileNotFoundError, RecordingError, StoreError) as error:
            return Ending(cause=Cause.FARM, reason=Reason.RECORDING_MISSING, detail=str(error))
        except StoreUnavailable as error:
            return Ending(cause=Cause.FARM, reason=Reason.RECORDING_MISSING, detail=str(error))
        with tempfile.TemporaryDirectory(prefix="farm-judge-") as name:
            output = Path(name)
            try:
                there = await where(self._store, events_name(Path(work.recording).name))
                judged = await self._apart.run(judge, folder, self._parties, output, not there)
                await self._keep(judged, output)
            except BrokenProcessPool:
                why = "judging it ended its process (out of memory?)"
                return Ending(cause=Cause.UNKNOWN, reason=Reason.NOT_JUDGED, detail=why)
            except (StoreError, StoreUnavailable) as error:
                return Ending(cause=Cause.FARM, reason=Reason.NOT_JUDGED, detail=str(error))
            except FarmError as error:
                return Ending(cause=Cause.UNKNOWN, reason=Reason.NOT_JUDGED, detail=str(error))
        return Ending(
            cause=Cause.NONE,
            reason=Reason.COMPLETE,
            seconds=time.monotonic() - started,
            session_id=judged.session_id,
            verdict=judged.verdict,
            findings=judged.findings,
            detail=analysis_name(judged.session_id, judged.digest),
        )

    async def rescue(self, folder: Path) -> None:
        """A judgement leaves nothing behind."""

    def give_up(self, slot: Slot, reason: str) -> None:
        """A judgement holds nothing that others use."""

    async def _keep(self, judged: Judged, output: Path) -> None:
        session = judged.session_id
        names = {
            "analysis.json": analysis_name(session, judged.digest),
            "findings.parquet": findings_name(session, judged.digest),
            "events.parquet": events_name(session),
        }
        for name, target in names.items():
            path = output / name
            if await asyncio.to_thread(path.is_file) and not await self._kept(target):
                await self._store.put_file(target, path, await asyncio.to_thread(sha256_of, path))

    async def _kept(self, name: str) -> bool:
        if name.endswith(".parquet"):
            return bool(await where(self._store, name))
        return await self._store.size(name) is not None


def analysis_name(session_id: str, digest: str) -> str:
    """Where an analysis lies: beside others of the same session, under its digest."""
    return f"analyses/{session_id[:6]}/{session_id}/{digest[:16]}.json"
