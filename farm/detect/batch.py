"""Judges many recordings, in processes of their own if asked; one bad recording stops no other.

Analyses are written beside the recordings' folders, never into them: sealed evidence stays
untouched.
"""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import msgspec

from farm.detect.analyse import analyse, analysis_bytes, read_analysis
from farm.detect.rules import load_rules
from farm.model.errors import FarmError
from farm.model.finding import Analysis, Verdict
from farm.model.vocabulary import VerdictKind
from farm.recording import Recording
from farm.recording.files import write_atomic


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


def judge_folder(recording: Path, parties: Path | None, output: Path | None) -> Judged:
    """Judge one recording and write its analysis; every failure becomes a line of text."""
    try:
        opened = Recording.open(recording)
        analysis = analyse(opened, load_rules(parties))
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
    )


def judge_folders(
    recordings: Sequence[Path], *, jobs: int, parties: Path | None, output: Path | None
) -> Iterator[Judged]:
    """Judge recordings with up to `jobs` processes; results come in the order given.

    Raises:
        UsageError: the list of parties cannot be used.
    """
    load_rules(parties)  # a bad list is said once, not once a recording
    if jobs <= 1 or len(recordings) <= 1:
        for recording in recordings:
            yield judge_folder(recording, parties, output)
        return
    # Fresh interpreters: forking a process that may have threads is not safe.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(recordings)), mp_context=context) as pool:
        futures: list[Future[Judged]] = []
        for recording in recordings:
            futures.append(pool.submit(judge_folder, recording, parties, output))  # noqa: PERF401
        for recording, future in zip(recordings, futures, strict=True):
            try:
                judged = future.result()
            except BrokenProcessPool:
                judged = _alone(recording, parties, output)
            yield judged


def _alone(recording: Path, parties: Path | None, output: Path | None) -> Judged:
    """Judge in a process of its own what stood in a pool when one of its processes died."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        try:
            return pool.submit(judge_folder, recording, parties, output).result()
        except BrokenProcessPool:
            why = f"{recording}: judging it ended its process (out of memory?)"
            return Judged(recording=str(recording), error=why)
