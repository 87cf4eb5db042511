"""Writes down what one judgement says: looks, evidence, outcomes of re-tests, reviews to sign.

Decides nothing; every function writes rows in the transaction of its caller.
"""

import msgspec

from farm.campaign.database.connect import Client
from farm.campaign.database.text import text
from farm.cases import history
from farm.cases.decisions import Build
from farm.cases.problems import Conditions, Outlook, Problem
from farm.cases.reviews import prepare
from farm.cases.values import ReviewEvidence
from farm.cases.vocabulary import Action, CaseState, RetestOutcome, ReviewKind
from farm.model.finding import Analysis, Finding
from farm.model.session import Session
from farm.report.reasons import terms

_MOST_SIGNS = 50


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One judgement with where it came from."""

    job: int
    app_id: int
    product: int
    name: str  # of the analysis in the store
    analysis: Analysis
    session: Session

    @property
    def build(self) -> Build:
        """The version it is of."""
        return Build(app_id=self.app_id, code=self.session.app.version_code)

    @property
    def conditions(self) -> Conditions:
        """How the recording was made and judged."""
        return Conditions(
            scenario=self.session.scenario,
            profile=self.session.device.profile,
            rules=self.analysis.rules,
            catalogue=self.session.hook_catalogue_sha256,
            hooks=self.analysis.coverage.hooks_installed,
        )


async def note_outcome(
    client: Client, case: int, judged: Judged, outcome: RetestOutcome, reason: str
) -> bool:
    """Write down how a version's re-test stands; whether that is new."""
    status: str = await client.execute(
        "UPDATE case_retest SET outcome = $3, reason = $4, job_id = $5, "
        "decided = CASE WHEN $3 = 'waiting' THEN NULL ELSE now() END "
        "WHERE case_id = $1 AND app_id = $2 AND (outcome, reason) <> ($3, $4)",
        case,
        judged.app_id,
        outcome,
        text(reason, 2000),
        judged.job,
    )
    return status.endswith(" 1")


async def note_look(client: Client, case: int, judged: Judged, look: Outlook) -> None:
    """Write down what one judgement said of a case's problem."""
    await client.execute(
        "INSERT INTO case_look (case_id, job_id, app_id, scenario, profile, rules, outcome, "
        "reason, catalogue, hooks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
        "ON CONFLICT DO NOTHING",
        case,
        judged.job,
        judged.app_id,
        text(judged.conditions.scenario),
        text(judged.conditions.profile),
        msgspec.json.encode(judged.analysis.rules, order="sorted").decode(),
        look.outcome,
        text(look.reason, 2000),
        judged.conditions.catalogue,
        judged.conditions.hooks,
    )


async def note_evidence(client: Client, case: int, judged: Judged, problem: Problem) -> None:
    """Write down the findings that a case stands on."""
    rules = msgspec.json.encode(judged.analysis.rules, order="sorted").decode()
    await client.executemany(
        "INSERT INTO case_evidence (case_id, job_id, finding_id, app_id, session_id, analysis, "
        "manifest_sha256, scenario, profile, rules, phase, level, data_type, caller, caller_sdk, "
        "receiver, receiver_domain) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
        "$13, $14, $15, $16, $17) ON CONFLICT DO NOTHING",
        [
            (
                case, judged.job, text(one.finding_id), judged.app_id,
                text(judged.session.session_id), judged.name, judged.analysis.manifest_sha256,
                text(judged.conditions.scenario), text(judged.conditions.profile), rules,
                one.phase, one.level, one.data_type, text(one.caller), text(one.caller_sdk),
                text(one.receiver), text(one.receiver_domain),
            )
            for one in problem.shown
        ],
    )  # fmt: skip
    await history.add_sdks(client, case, [one.caller_sdk for one in problem.shown])


async def ask_for_signatures(client: Client, case: int, judged: Judged, problem: Problem) -> None:
    """Prepare the review that has to be signed before a notice goes out."""
    row = await history.locked(client, case)
    if CaseState(row["state"]) not in (CaseState.FOUND, CaseState.RECURRING):
        return
    agreed = await client.fetchval(
        "SELECT max(changed) FROM review WHERE case_id = $1 AND state = 'agreed'", case
    )
    since = [
        at
        for action in (Action.RECUR, Action.DOUBT)
        if (at := await history.last_of(client, case, action)) is not None
    ]
    if agreed is not None and all(agreed > at for at in since):
        return
    ids = {one.finding_id for one in problem.shown}
    findings = [one for one in judged.analysis.findings if one.finding_id in ids]
    await prepare(
        client,
        kind=ReviewKind.NOTICE,
        product=judged.product,
        app_id=judged.app_id,
        case=case,
        clause=text(problem.clause, 2000),
        evidence=[
            ReviewEvidence(
                job=judged.job,
                session_id=judged.session.session_id,
                analysis=judged.name,
                scenario=judged.session.scenario,
                signs=[_said(one) for one in findings[:_MOST_SIGNS]] or [problem.id],
                signs_zh=[_said_zh(one) for one in findings[:_MOST_SIGNS]],
                events=[
                    [call.event for call in one.calls[:5]] + [flow.event for flow in one.flows[:5]]
                    for one in findings[:_MOST_SIGNS]
                ]
                or [[]],
            )
        ],
    )


def _said(finding: Finding) -> str:
    to = f" to {finding.receiver.name}" if finding.receiver else ""
    return (
        f"{finding.data_type} {finding.level} {finding.phase} by {finding.caller.name}{to} "
        f"({finding.confidence})"
    )


def _said_zh(finding: Finding) -> str:
    return in_words(
        finding.data_type,
        finding.level,
        finding.phase,
        finding.caller.name,
        finding.receiver.name if finding.receiver else "",
        finding.confidence,
    )


def in_words(
    data_type: str, level: str, phase: str, caller: str, receiver: str, confidence: str = ""
) -> str:
    """A finding in one line of Chinese; all but the names are words of the vocabulary."""
    known = terms()
    said = f"{known.get(phase, phase)}，{caller}：{known.get(data_type, data_type)}，"
    said += known.get(level, level) + (f"（{receiver}）" if receiver else "")
    return said + (f"；{known.get(confidence, confidence)}" if confidence else "")


async def show_gravest_verdict(client: Client, product: int) -> None:
    """The product shows the gravest verdict of its newest judged version."""
    await client.execute(
        "UPDATE product SET judged = now(), verdict = (SELECT r.verdict FROM app_version v "
        "JOIN job j ON j.app_id = v.app_id JOIN result r ON r.job_id = j.id "
        "WHERE v.product_id = $1 AND r.verdict IS NOT NULL "
        "ORDER BY v.version_code DESC, array_position(ARRAY['violation', 'undetermined', "
        "'not_observable', 'clean'], r.verdict) LIMIT 1) WHERE id = $1",
        product,
    )
