"""Writes every session as a real recording, judges it, and counts what was found."""

import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from farm.detect.analyse import analyse
from farm.detect.rules import load_rules
from farm.model.finding import Analysis, Finding
from farm.model.vocabulary import Level
from farm.recording import Recording
from tests.detect.builders import PARTIES
from tests.detect.corpus.cases import Expected, Labelled
from tests.report.builders import write


class Score(msgspec.Struct, kw_only=True):
    """Counts over the corpus."""

    sessions: int = 0
    expected: Counter[str] = msgspec.field(default_factory=Counter)
    found: Counter[str] = msgspec.field(default_factory=Counter)
    false: Counter[str] = msgspec.field(default_factory=Counter)
    missed: list[str] = []
    wrong: list[str] = []

    @property
    def recall(self) -> float:
        """Share of what was put in that was found, in its right form."""
        return self.total(self.found) / max(1, self.total(self.expected))

    @property
    def precision(self) -> float:
        """Share of what was found that had been put in."""
        found = self.total(self.found)
        return found / max(1, found + self.total(self.false))

    @staticmethod
    def total(counts: Counter[str]) -> int:
        """All sessions' together; types and forms are counted apart."""
        return sum(count for name, count in counts.items() if name.startswith("type "))


def score(cases: Iterable[Labelled], folder: Path) -> Score:
    """Judge the sessions one after another; `folder` holds one recording at a time."""
    rules = load_rules(PARTIES)
    result = Score()
    for case in cases:
        target = folder / "recording"
        write(case.scene, target)
        analysis = analyse(Recording.open(target), rules)
        shutil.rmtree(target)
        result.sessions += 1
        _count(case, analysis, result)
    return result


def _count(case: Labelled, analysis: Analysis, result: Score) -> None:
    left = [(one, False) for one in analysis.findings]
    left += [(one, True) for one in analysis.undetermined]
    for label in case.expected:
        names = (f"type {label.data_type}", f"form {label.family}")
        result.expected.update(names)
        match = next((pair for pair in left if _fits(label, *pair)), None)
        if match is None:
            result.missed.append(f"{case.name}: {[_shown(one) for one, _ in left]}")
            continue
        result.found.update(names)
        left.remove(match)
    read = {label.data_type for label in case.expected} | case.accessed
    for finding, opened in left:
        if finding.level is Level.ACCESSED and finding.data_type in read:
            continue  # the reading itself, where the sending is told apart from it
        result.false.update((f"type {finding.data_type}", f"case {case.kind}"))
        result.wrong.append(f"{case.name}: {'open ' if opened else ''}{_shown(finding)}")


def _fits(label: Expected, finding: Finding, opened: bool) -> bool:
    return (
        finding.data_type is label.data_type
        and opened is label.open
        and any(flow.host == label.host for flow in finding.flows)
        and any(form.startswith(want) for form in finding.forms for want in label.forms)
    )


def _shown(finding: Finding) -> str:
    return f"{finding.data_type} {finding.level} {dict(finding.forms)} {finding.reasons[-2:]}"
