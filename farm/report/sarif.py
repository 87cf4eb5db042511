"""Findings as SARIF 2.1.0, for code-review tools that read it (OASIS, 27 March 2020).

A finding's place is the method that made the call: SARIF's logical location. The APK is the
artefact. Values stand only in masked form.
"""

from typing import Any

import msgspec

from farm import __version__
from farm.detect.rules import Rules
from farm.model.finding import Analysis, Finding
from farm.model.session import Session
from farm.model.vocabulary import Confidence, Severity, VerdictKind
from farm.report.export import masked
from farm.report.masking import visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_RANKS = {Confidence.CERTAIN: 100.0, Confidence.PROBABLE: 60.0, Confidence.POSSIBLE: 20.0}


def to_sarif(session: Session, analysis: Analysis, rules: Rules) -> bytes:
    """Return one SARIF log with one run: determined findings fail, undetermined ones are open."""
    shown = masked(analysis)
    results = [_result(one, session, "fail") for one in shown.findings]
    results += [_result(one, session, "open") for one in shown.undetermined]
    run = {
        "tool": {
            "driver": {
                "name": "farm",
                "version": __version__,
                "rules": [
                    {
                        "id": rule.id,
                        "name": rule.id,
                        "shortDescription": {"text": rule.title.en},
                        "fullDescription": {"text": rule.explanation.en},
                        "messageStrings": {"zh": {"text": rule.title.zh}},
                        "properties": {"clauses": rule.clauses},
                    }
                    for rule in rules.pack.rules
                ],
            }
        },
        "invocations": [
            {
                # Not observable is no success: a tool that shows green must not be misled.
                "executionSuccessful": shown.verdict.kind is not VerdictKind.NOT_OBSERVABLE,
                "toolExecutionNotifications": [
                    {"level": "warning", "message": {"text": visible(f"{gap.what}: {gap.cause}")}}
                    for gap in shown.coverage.gaps[:100]
                ],
            }
        ],
        "artifacts": [
            {
                "location": {"uri": f"urn:sha256:{session.app.apk_sha256}"},
                "description": {"text": visible(session.app.package)},
                "hashes": {"sha-256": session.app.apk_sha256},
            }
        ],
        "automationDetails": {"id": f"farm/{session.scenario}/{session.session_id}"},
        "results": results,
        "properties": {"verdict": shown.verdict.kind, "rules": shown.rules},
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _result(finding: Finding, session: Session, kind: str) -> dict[str, Any]:
    to = f" -> {finding.receiver.name}" if finding.receiver else ""
    text = f"{finding.data_type} {finding.level} {finding.phase} by {finding.caller.name}{to}"
    locations = [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": f"urn:sha256:{session.app.apk_sha256}", "index": 0}
            },
            "logicalLocations": [
                {
                    "name": visible(call.method),
                    "fullyQualifiedName": visible(f"{call.class_name}.{call.method}"),
                    "kind": "function",
                }
            ],
        }
        for call in finding.calls[:1]
    ]
    result: dict[str, Any] = {
        "ruleId": finding.rule or "undetermined",
        "kind": kind,
        "level": _LEVELS[finding.severity] if kind == "fail" else "none",
        "rank": _RANKS[finding.confidence],
        "message": {"text": visible(text)},
        "locations": locations,
        "partialFingerprints": {"finding/v1": finding.finding_id},
        "properties": {
            "events": [call.event for call in finding.calls]
            + [flow.event for flow in finding.flows],
            "clause": finding.clause,
        },
    }
    return result
