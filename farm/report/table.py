"""Findings as CSV, one row each, for spreadsheets. Values stand in masked form only."""

import csv
import io

from farm.model.finding import Analysis
from farm.model.session import Session
from farm.report.export import masked
from farm.report.masking import visible

COLUMNS = (
    "session",
    "package",
    "version",
    "scenario",
    "verdict",
    "finding",
    "determined",
    "rule",
    "clause",
    "phase",
    "level",
    "data_type",
    "severity",
    "confidence",
    "caller",
    "receiver",
    "domain",
    "third_party",
    "calls",
    "flows",
    "first_event",
)
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection); Excel with East
# Asian settings takes the full-width forms too, and some trim what stands before them.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_TRIMMED = " \u00a0\u3000\"'"


def to_csv(session: Session, analysis: Analysis) -> bytes:
    """Return the findings as UTF-8 CSV with a byte-order mark, which spreadsheets need."""
    shown = masked(analysis)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for determined, findings in (("yes", shown.findings), ("no", shown.undetermined)):
        for one in findings:
            receiver = one.receiver
            events = [call.event for call in one.calls] + [flow.event for flow in one.flows]
            row = (
                session.session_id,
                session.app.package,
                session.app.version_name,
                session.scenario,
                shown.verdict.kind,
                one.finding_id,
                determined,
                one.rule,
                one.clause,
                one.phase,
                one.level,
                one.data_type,
                one.severity,
                one.confidence,
                one.caller.name,
                receiver.name if receiver else "",
                receiver.domain if receiver else "",
                {None: "", True: "yes", False: "no"}[receiver.third if receiver else None],
                one.call_count,
                one.flow_count,
                events[0] if events else "",
            )
            writer.writerow([_cell(value) for value in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: object) -> str:
    text = visible(str(value))
    return f"'{text}" if text.lstrip(_TRIMMED).startswith(_FORMULA) else text
