"""From a sealed recording to its verdict, its analysis file and its page, for every command."""

from pathlib import Path

import msgspec

from farm.cli.output import EXIT_CLEAN, EXIT_FINDINGS, EXIT_UNDETERMINED
from farm.detect.analyse import analyse
from farm.detect.rules import Rules
from farm.model.finding import Analysis
from farm.model.vocabulary import VerdictKind
from farm.recording.files import write_atomic
from farm.recording.reader import Recording
from farm.report.export import to_json
from farm.report.html import render_html

EXIT_CODES = {
    VerdictKind.CLEAN: EXIT_CLEAN,
    VerdictKind.VIOLATION: EXIT_FINDINGS,
    VerdictKind.UNDETERMINED: EXIT_UNDETERMINED,
    VerdictKind.NOT_OBSERVABLE: EXIT_UNDETERMINED,
}

VERDICT_STYLES = {
    VerdictKind.CLEAN: "bold green",
    VerdictKind.VIOLATION: "bold red",
    VerdictKind.UNDETERMINED: "bold yellow",
    VerdictKind.NOT_OBSERVABLE: "bold yellow",
}


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What analysis made of one recording, and where it was written."""

    analysis: Analysis
    recording: Path
    analysis_file: Path
    report_file: Path


def judge_recording(folder: Path, rules: Rules, language: str = "zh") -> Judgement:
    """Analyse a recording and write analysis and report beside its folder; blocks.

    Raises:
        RecordingError: the recording cannot be read.
    """
    recording = Recording.open_intact(folder)
    analysis = analyse(recording, rules)
    analysis_file = folder.with_name(folder.name + ".analysis.json")
    report_file = folder.with_name(folder.name + ".html")
    write_atomic(analysis_file, to_json(analysis))
    write_atomic(report_file, render_html(recording, analysis, language).encode())
    return Judgement(
        analysis=analysis, recording=folder, analysis_file=analysis_file, report_file=report_file
    )
