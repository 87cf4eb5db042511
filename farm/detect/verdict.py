"""The one answer about a recording, from findings and coverage. Holds no evidence of its own."""

from collections.abc import Sequence

from farm.detect.findings import Found
from farm.detect.phases import Phases
from farm.model.finding import Coverage, Finding, Verdict
from farm.model.session import Session
from farm.model.vocabulary import Outcome, VerdictKind

_MOST_REASONS = 20


def decide(session: Session, found: Found, phases: Phases, coverage: Coverage) -> Verdict:
    """Decide.

    `violation` if anything was determined, else `undetermined` if something was seen that cannot
    be placed or proven, else `not_observable` if anything needed could not be seen, else `clean`.
    """
    unseen = [f"{gap.what}: {gap.cause} {gap.detail}".strip() for gap in coverage.gaps]
    attempts = [f"asked for and not given: {line}" for line in found.attempts]
    attempts += [f"sent back, not collected: {line}" for line in found.echoed]
    attempts += [f"sent before the app ran, not by it: {line}" for line in found.earlier]
    if found.determined:
        reasons = _counted(found.determined) + list(phases.notes)
        if session.outcome is not Outcome.COMPLETE:
            reasons.append(f"the session was interrupted: {session.reason or 'cut off'}")
        return _verdict(VerdictKind.VIOLATION, reasons + attempts)
    if found.undetermined:
        reasons = _counted(found.undetermined) + list(phases.notes)
        return _verdict(VerdictKind.UNDETERMINED, reasons + attempts + unseen)
    if session.outcome is not Outcome.COMPLETE and found.attempts:
        reasons = [f"the session was interrupted ({session.reason or 'cut off'}) after attempts"]
        return _verdict(VerdictKind.UNDETERMINED, reasons + attempts + unseen)
    if not coverage.complete:
        return _verdict(VerdictKind.NOT_OBSERVABLE, unseen + list(phases.notes) + attempts)
    heard = (
        f"hooks and proxy were shown to hear in every phase "
        f"({coverage.canaries_seen} of {coverage.canaries_sent} proofs of life)"
    )
    return _verdict(
        VerdictKind.CLEAN,
        [
            "no personal information was collected before consent or after a refusal",
            heard,
            *phases.notes,
            *attempts,
        ],
    )


def _counted(findings: Sequence[Finding]) -> list[str]:
    reasons: list[str] = []
    for finding in findings:
        receiver = finding.receiver
        to = f" to {receiver.name} at {receiver.domain or 'an address'}" if receiver else ""
        reasons.append(
            f"{finding.data_type} {finding.level} {finding.phase} by {finding.caller.name}{to} "
            f"({finding.call_count} calls, {finding.flow_count} flows)"
        )
    return reasons


def _verdict(kind: VerdictKind, reasons: list[str]) -> Verdict:
    shown = list(dict.fromkeys(reason[:600] for reason in reasons))
    if len(shown) > _MOST_REASONS:
        rest = len(shown) - _MOST_REASONS
        shown = [*shown[:_MOST_REASONS], f"and {rest} more"]
    return Verdict(kind=kind, reasons=shown)
