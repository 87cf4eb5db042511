"""The answer about one app, from the analyses of all its recordings.

What one recording could not see, another may have seen; but what the app itself hides (a host that
refuses the proxy, a body nobody can read, a hook that does not take) stays unseen however often it
is tried.
"""

from collections.abc import Iterable

import msgspec

from farm.model.finding import Analysis, AppVerdict
from farm.model.session import Session
from farm.model.vocabulary import GapCause, VerdictKind

_BY_THE_APP = frozenset(
    {
        GapCause.TLS_REFUSED.value,
        GapCause.HOOK_FAILED.value,
        GapCause.PROCESS_NOT_HOOKED.value,
        GapCause.PROXY_BYPASSED.value,
        "protocol_not_readable",
        "content_not_searched",
    }
)
_MOST_UNSEEN = 200
_MOST_FINDINGS = 500


class Unseen(msgspec.Struct, frozen=True):
    """One thing a recording could not see."""

    what: str
    cause: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What of one recording's analysis counts for its app."""

    session_id: str
    package: str
    version_name: str
    apk_sha256: str
    scenario: str
    kind: VerdictKind
    findings: list[str]
    undetermined: int
    unseen: list[Unseen]


def summarise(session: Session, analysis: Analysis) -> Summary:
    """Take out of an analysis what counts for the app."""
    unseen = list(dict.fromkeys(Unseen(gap.what, gap.cause) for gap in analysis.coverage.gaps))
    return Summary(
        session_id=analysis.session_id,
        package=session.app.package,
        version_name=session.app.version_name,
        apk_sha256=session.app.apk_sha256,
        scenario=session.scenario,
        kind=analysis.verdict.kind,
        findings=[finding.finding_id for finding in analysis.findings],
        undetermined=len(analysis.undetermined),
        unseen=unseen[:_MOST_UNSEEN],
    )


def app_verdicts(summaries: Iterable[Summary]) -> list[AppVerdict]:
    """One answer for each version of each app, by package and version."""
    by_app: dict[tuple[str, str], list[Summary]] = {}
    for one in summaries:
        by_app.setdefault((one.package, one.apk_sha256), []).append(one)
    return [_decide(members) for _, members in sorted(by_app.items())]


def _decide(members: list[Summary]) -> AppVerdict:
    """`violation` if any recording has a determined finding, else `undetermined` if any has an open
    one, else `clean` if every scenario was seen whole once and the app hid nothing in any."""
    members = sorted(members, key=lambda one: one.session_id)
    kinds = [one.kind for one in members]
    scenarios = sorted({one.scenario for one in members})
    findings = sorted({finding for one in members for finding in one.findings})
    hidden = sorted(
        {f"{gap.what}: {gap.cause}" for one in members for gap in one.unseen if _hides(gap)}
    )
    blind = [
        scenario
        for scenario in scenarios
        if not any(one.kind is VerdictKind.CLEAN for one in members if one.scenario == scenario)
    ]
    lost = sorted(
        {
            f"{gap.what}: {gap.cause}"
            for one in members
            if one.scenario in blind
            for gap in one.unseen
        }
        - set(hidden)
    )
    if VerdictKind.VIOLATION in kinds:
        count = sum(kind is VerdictKind.VIOLATION for kind in kinds)
        kind = VerdictKind.VIOLATION
        reasons = [f"{len(findings)} findings in {count} of {len(members)} recordings"]
    elif VerdictKind.UNDETERMINED in kinds:
        count = sum(kind is VerdictKind.UNDETERMINED for kind in kinds)
        kind = VerdictKind.UNDETERMINED
        reasons = [f"open questions in {count} of {len(members)} recordings"]
    elif blind or hidden:
        kind = VerdictKind.NOT_OBSERVABLE
        reasons = [f"never seen whole: scenario {scenario}" for scenario in blind]
        reasons += [f"the app hid it: {what}" for what in hidden[:10]]
    else:
        kind = VerdictKind.CLEAN
        reasons = [f"every scenario was seen whole and clean: {', '.join(scenarios)}"]
    return AppVerdict(
        package=members[0].package,
        version_name=members[0].version_name,
        apk_sha256=members[0].apk_sha256,
        kind=kind,
        reasons=reasons,
        recordings={one.session_id: one.kind for one in members},
        scenarios=scenarios,
        findings=findings[:_MOST_FINDINGS],
        unseen=[*hidden, *lost][:_MOST_UNSEEN],
    )


def _hides(gap: Unseen) -> bool:
    return gap.cause in _BY_THE_APP
