"""What a session comes to, as its page begins: verdict, findings, coverage, pictures, choices."""

from typing import Any

from farm.model.finding import Finding
from farm.report.clauses import ANSWERS
from farm.report.masking import visible
from farm.report.reasons import in_chinese
from farm.web.session.downloads import Form
from farm.web.session.prepared import PHASES, STREAMS, Prepared, count_by
from farm.web.session.selection import Filters
from farm.web.session.words import clock, in_language, seconds, uncertainty
from farm.web.texts import Language

MOST_GAPS = 500
_MOST_CHOICES = 200
_MOST_STRIP = 60


def whole(prepared: Prepared, wanted: Filters, language: Language) -> dict[str, Any]:
    """Everything above the table of events."""
    analysis = prepared.analysis
    counts = {
        text: sum(1 for one in analysis.clauses if one.answer == answer)
        for answer, text in ((one, in_language(ANSWERS[one], language)) for one in ANSWERS)
    }
    return {
        "session": prepared.session,
        "analysis": analysis,
        "prepared": prepared,
        "reasons": _reasons(prepared, language),
        "findings": [finding_line(prepared, one) for one in analysis.findings],
        "open": [finding_line(prepared, one) for one in analysis.undetermined],
        "clauses": {text: count for text, count in counts.items() if count},
        "coverage": coverage_of(prepared, language),
        "strip": _strip(prepared),
        "choices": _choices(prepared),
        "wanted": wanted,
        "created": clock(prepared.session.created),
        "launched": clock(prepared.zero),
        "length": seconds(prepared.end),
        "forms": [form for form in Form if form is not Form.PACK],
    }


def _reasons(prepared: Prepared, language: Language) -> list[str]:
    """Reasons of the verdict but those that only name findings, which are listed anyway."""
    analysis, mask = prepared.analysis, prepared.masker.text
    deciding = analysis.findings or analysis.undetermined
    listed = tuple({f"{one.data_type} {one.level} {one.phase} by " for one in deciding})
    reasons = [reason for reason in analysis.verdict.reasons if not reason.startswith(listed)]
    return [mask(told(one, language)) for one in reasons[:50]]


def told(reason: str, language: Language) -> str:
    """What detection said, in a visitor's language."""
    return in_chinese(reason) if language == "zh" else reason


def finding_line(prepared: Prepared, finding: Finding) -> dict[str, Any]:
    """One finding as the lists show it, with its first moment."""
    mask = prepared.masker.text
    times = [call.host_time for call in finding.calls if call.bound < 10**18]
    times += [flow.host_time for flow in finding.flows]
    return {
        "finding": finding,
        "caller": mask(finding.caller.name),
        "receiver": mask(finding.receiver.name) if finding.receiver else "",
        "at": seconds(min(times) - prepared.zero) if times else "",
    }


def coverage_of(prepared: Prepared, language: Language) -> dict[str, Any]:
    """What could not be seen, as the pages show it."""
    coverage, mask = prepared.analysis.coverage, prepared.masker.text
    return {
        "it": coverage,
        "gaps": [
            {
                "what": mask(told(gap.what, language)),
                "cause": mask(gap.cause),
                "detail": mask(told(gap.detail, language)),
                "from": seconds(gap.start - prepared.zero),
                "until": seconds(gap.end - prepared.zero),
                "events": [event for event in gap.events[:5] if event],
            }
            for gap in coverage.gaps[:MOST_GAPS]
        ],
        "refused": [mask(host) for host in coverage.hosts_refused[:200]],
        "failed": [(name, mask(why)) for name, why in list(coverage.hooks_failed.items())[:200]],
        "clock": uncertainty(coverage.clock_bound_ns) or "± 0 ms"
        if coverage.clock_bound_ns is not None
        else "",
    }


def _strip(prepared: Prepared) -> list[dict[str, Any]]:
    """Screenshots, evenly chosen where there are many."""
    shots = prepared.shots
    if len(shots) > _MOST_STRIP:
        step = (len(shots) - 1) / (_MOST_STRIP - 1)
        shots = [shots[round(number * step)] for number in range(_MOST_STRIP)]
    return [
        {"at": seconds(shot.time), "us": shot.time // 1000, "event": shot.event, "file": shot.file}
        for shot in shots
    ]


def _choices(prepared: Prepared) -> dict[str, list[tuple[str, int]]]:
    """What can be filtered by, with how many events each."""
    columns, mask = prepared.columns, prepared.masker.text
    kinds = count_by(columns["kind"], prepared.kinds.texts)
    types = count_by(columns["type"], prepared.types.texts)
    parties = count_by(columns["party"], prepared.parties.texts)
    named = [(name, count) for name, count in parties.items() if name][:_MOST_CHOICES]
    return {
        "stream": list(count_by(columns["stream"], [str(one) for one in STREAMS]).items()),
        "kind": list(kinds.items()),
        "phase": list(count_by(columns["phase"], [str(one) for one in PHASES]).items()),
        "data_type": [(name, count) for name, count in types.items() if name],
        # A name that is masked cannot be asked for by itself; it would give the value away.
        "party": [(name, count) for name, count in named if mask(name) == visible(name)],
    }
