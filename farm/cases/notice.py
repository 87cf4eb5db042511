"""Puts together the notice of a case: what was found, what it breaks, until when to act.

No value of an identifier is in it: a case keeps none, and what an app or a store wrote is masked.
"""

import datetime

import msgspec

from farm.campaign.database import Database
from farm.cases.problems import SIGNAL
from farm.cases.provisions import Provision, provisions
from farm.cases.queries import case_page
from farm.cases.values import CasePage, EvidenceLine
from farm.detect.clauses.catalogue import SIGNALS
from farm.detect.clauses.packs import LoadedPack
from farm.detect.clauses.scope import categories
from farm.detect.rules import RulePack, Text
from farm.model.clause import SignalId
from farm.report.masking import Masker, visible

SCHEMA = "farm-notice/1"
_MOST_FINDINGS = 100


class NoticeFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding, without any value."""

    finding_id: str
    data_type: str
    phase: str
    level: str
    caller: str
    caller_sdk: str
    receiver: str
    receiver_domain: str
    scenario: str
    profile: str
    session_id: str
    manifest_sha256: str
    seen: datetime.datetime


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice as JSON has it."""

    schema: str = SCHEMA
    case: int
    number: str | None  # None: a draft, no notice went out
    state: str
    issued: datetime.datetime | None
    due: datetime.datetime | None
    package: str
    label: str
    version: str
    developer: str
    product_line: str
    category: Text | None
    stores: list[str]
    apk_sha256: str
    problem: str
    title: Text
    explanation: Text | None
    severity: str
    recurrences: int
    provisions: list[Provision]
    findings: list[NoticeFinding]
    finding_count: int


async def make_notice(
    database: Database, case: int, rules: RulePack, packs: tuple[LoadedPack, ...]
) -> Notice:
    """Put together the notice of a case as it stands.

    Raises:
        UsageError: there is no such case.
    """
    page = await case_page(database, case)
    async with database.transaction() as client:
        stores = await client.fetch(
            "SELECT value FROM case_label WHERE case_id = $1 AND dimension = 'store' ORDER BY 1",
            case,
        )
        found = await client.fetchrow(
            "SELECT a.id, a.sha256 FROM case_file c JOIN app a ON a.id = c.found_app "
            "WHERE c.id = $1",
            case,
        )
    own = [line for line in page.evidence if line.app_id == found["id"]]
    return _notice(page, own, [row["value"] for row in stores], found["sha256"], rules, packs)


def _notice(
    page: CasePage,
    evidence: list[EvidenceLine],
    stores: list[str],
    sha256: str,
    rules: RulePack,
    packs: tuple[LoadedPack, ...],
) -> Notice:
    case = page.case
    title, explanation = _told(case.problem, rules)
    masker = Masker([], show=False)
    number = next((one for one in categories() if one.number == case.category), None)
    return Notice(
        case=case.id,
        number=case.notice,
        state=case.state,
        issued=case.noticed,
        due=case.due if case.notice else None,
        package=visible(case.package),
        label=visible(case.label),
        version=visible(case.found_version),
        developer=visible(case.developer),
        product_line=visible(case.product_line),
        category=Text(zh=number.zh, en=number.en) if number else None,
        stores=[visible(store) for store in stores],
        apk_sha256=sha256,
        problem=case.problem,
        title=title,
        explanation=explanation,
        severity=case.severity,
        recurrences=case.recurrences,
        provisions=provisions(case.problem, case.clause, rules, packs),
        findings=[
            NoticeFinding(
                finding_id=line.finding_id,
                data_type=line.data_type,
                phase=line.phase,
                level=line.level,
                caller=masker.text(line.caller),
                caller_sdk=line.caller_sdk,
                receiver=masker.text(line.receiver),
                receiver_domain=masker.text(line.receiver_domain),
                scenario=line.scenario,
                profile=line.profile,
                session_id=line.session_id,
                manifest_sha256=line.manifest_sha256,
                seen=line.seen,
            )
            for line in evidence[:_MOST_FINDINGS]
        ],
        finding_count=len(evidence),
    )


def _told(problem: str, rules: RulePack) -> tuple[Text, Text | None]:
    """A problem's title and explanation, in both languages."""
    if problem.startswith(SIGNAL):
        name = problem.removeprefix(SIGNAL)
        if name in set(SignalId):
            signal = SIGNALS[SignalId(name)]
            return Text(zh=signal.zh, en=signal.en), None
    for rule in rules.rules:
        if rule.id == problem:
            return rule.title, rule.explanation
    return Text(zh=problem, en=problem), None


def problem_title(problem: str, rules: RulePack) -> Text:
    """A problem's title in both languages."""
    return _told(problem, rules)[0]


def to_json(notice: Notice) -> bytes:
    """The notice as one JSON object with sorted keys, indented."""
    compact = msgspec.json.encode(notice, order="sorted")
    return msgspec.json.format(compact, indent=2) + b"\n"
