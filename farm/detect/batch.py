"""Judges many recordings, in processes of their own if asked; one bad recording stops no other.

Analyses are written beside the recordings' folders, never into them: sealed evidence stays
untouched.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import msgspec

from farm.detect.analyse import analyse, analysis_bytes, read_analysis
from farm.detect.app_verdict import Summary, summarise
from farm.detect.helpers import ALONE
from farm.detect.rules import load_rules
from farm.model.errors import FarmError, UsageError
from farm.model.finding import Analysis, Verdict
from farm.model.vocabulary import VerdictKind
from farm.recording import Recording
from farm.recording.files import FLOWS, SESSION, write_atomic

_IN_FLIGHT = 4
_TASKS_A_PROCESS = 200
_USUAL = 2
"""Processes at work where nobody says how many: a large session stays below 1 GB with them."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one recording of a batch; `error` where it could not be judged."""

    recording: str
    analysis_file: str = ""
    session_id: str = ""
    package: str = ""
    scenario: str = ""
    verdict: Verdict | None = None
    findings: int = 0
    undetermined: int = 0
    gaps: int = 0
    error: str = ""
    summary: Summary | None = None

    @property
    def kind(self) -> VerdictKind | None:
        """The verdict's kind, None where there is none."""
        return self.verdict.kind if self.verdict else None


def analysis_path(recording: Path, output: Path | None = None) -> Path:
    """Where a recording's analysis lies: beside its folder, or in `output`."""
    folder = recording.resolve()
    return (output or folder.parent) / f"{folder.name}.analysis.json"


def stored_analysis(
    recording: Path, manifest_sha256: str, *, masked_will_do: bool = False
) -> Analysis | None:
    """The analysis beside a sealed recording, if it is of the same bytes and the present rules.

    Files with masked values are taken only where `masked_will_do`.
    """
    if not manifest_sha256:
        return None
    try:
        data = analysis_path(recording).read_bytes()
        analysis = read_analysis(data)
        full = msgspec.json.decode(data, type=_Values).values == "full"
    except (OSError, msgspec.DecodeError):
        return None
    present = load_rules().digests
    same_rules = all(analysis.rules.get(name) == value for name, value in present.items())
    same = analysis.manifest_sha256 == manifest_sha256 and same_rules
    return analysis if same and (full or masked_will_do) else None


class _Values(msgspec.Struct):
    values: str = "full"  # as the report's export marks its files


def judge_folder(
    recording: Path, parties: Path | None, output: Path | None, helpers: int = 0
) -> Judged:
    """Judge one recording and write its analysis; every failure becomes a line of text."""
    try:
        opened = Recording.open_intact(recording)
        analysis = analyse(opened, load_rules(parties), helpers)
        target = analysis_path(recording, output)
        write_atomic(target, analysis_bytes(analysis), durable=False)
    except (FarmError, OSError) as error:
        return Judged(recording=str(recording), error=str(error))
    except Exception as error:  # noqa: BLE001 - the edge of a batch: thousands of others go on
        why = f"{recording}: cannot be judged: {type(error).__name__}: {error}"
        return Judged(recording=str(recording), error=why[:1000])
    return Judged(
        recording=str(recording),
        analysis_file=str(target),
        session_id=analysis.session_id,
        package=opened.session.app.package,
        scenario=opened.session.scenario,
        verdict=analysis.verdict,
        findings=len(analysis.findings),
        undetermined=len(analysis.undetermined),
        gaps=len(analysis.coverage.gaps),
        summary=summarise(opened.session, analysis),
    )


def find_recordings(folders: Sequence[Path]) -> list[Path]:
    """Folders of recordings, where a folder may also hold recordings directly below it.

    Raises:
        UsageError: a folder is neither.
    """
    found: list[Path] = []
    for folder in folders:
        if (folder / SESSION).exists() or not folder.is_dir():
            found.append(folder)  # what is no recording is said when it is judged
            continue
        inner = sorted(path.parent for path in folder.glob(f"*/{SESSION}"))
        if not inner:
            raise UsageError(
                f"{folder}: neither a recording nor a folder of recordings (no {SESSION} in it or "
                "one level below); name folders that `farm run` or a campaign wrote"
            )
        found += inner
    return list(dict.fromkeys(found))


def usual_jobs(recordings: Sequence[Path]) -> int:
    """How many processes judge these recordings best where nobody says.

    Two where their traffic is worth the second or so that a process takes to begin, and this
    process may use two processors; else one. More are for the operator to give: reading a session
    is not shared, and each takes a few hundred MB.
    """
    traffic = 0
    for recording in recordings:
        try:
            traffic += (recording / FLOWS).stat().st_size
        except OSError:  # none, or no recording: that is said when it is judged
            continue
    return min(_USUAL, _processors()) if traffic > ALONE else 1


def _processors() -> int:
    """Of those of the machine, the ones this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def judge_folders(
    recordings: Sequence[Path], *, jobs: int, parties: Path | None, output: Path | None
) -> Iterator[Judged]:
    """Judge recordings with up to `jobs` processes; results come in the order given.

    A single recording has all of them, where it is large.
    A process that dies takes only its own recording with it: that one is tried once more alone,
    and the others go on in a new pool.

    Raises:
        UsageError: the list of parties cannot be used.
    """
    load_rules(parties)  # a bad list is said once, not once a recording
    if jobs <= 1 or len(recordings) <= 1:
        for recording in recordings:
            yield judge_folder(recording, parties, output, helpers=jobs - 1)
        return
    left = deque(recordings)
    while left:
        # Fresh processes after a while, so that memory they keep is given back. (The executor's
        # own `max_tasks_per_child` can wait for ever, CPython issue 115634.)
        share = deque(left.popleft() for _ in range(min(len(left), jobs * _TASKS_A_PROCESS)))
        while share:
            yield from _in_pool(share, jobs, parties, output)
            if share:  # the pool broke at this one
                yield _alone(share.popleft(), parties, output)


def _in_pool(
    left: deque[Path], jobs: int, parties: Path | None, output: Path | None
) -> Iterator[Judged]:
    """Judge from the front of `left` until it is empty or a process dies; few are in flight."""
    with _pool(min(jobs, len(left))) as pool:
        flying: deque[Future[Judged]] = deque()
        sent = 0
        while left:
            while sent < len(left) and len(flying) < _IN_FLIGHT * jobs:
                try:
                    flying.append(pool.submit(judge_folder, left[sent], parties, output))
                except BrokenProcessPool:
                    return
                sent += 1
            try:
                judged = flying.popleft().result()
            except BrokenProcessPool:
                return
            left.popleft()
            sent -= 1
            yield judged


def _pool(workers: int) -> ProcessPoolExecutor:
    # Fresh interpreters: forking a process that may have threads is not safe.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def _alone(recording: Path, parties: Path | None, output: Path | None) -> Judged:
    """Judge in a process of its own what stood in a pool when one of its processes died."""
    with _pool(1) as pool:
        try:
            return pool.submit(judge_folder, recording, parties, output).result()
        except BrokenProcessPool:
            why = f"{recording}: judging it ended its process (out of memory?)"
            return Judged(recording=str(recording), error=why)
