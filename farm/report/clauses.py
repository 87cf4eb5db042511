"""The clauses of one analysis as the report shows them: by document, what needs attention first."""

from collections import Counter
from typing import Any

from farm.detect.clauses.catalogue import SIGNALS
from farm.detect.clauses.needs import DESCRIPTIONS, Need
from farm.detect.clauses.packs import Clause, LoadedPack
from farm.detect.rules import Rules, Text
from farm.model.clause import ClauseAnswer, ClauseJudgement, SignalState
from farm.model.finding import Analysis
from farm.model.vocabulary import SearchGoal

ANSWERS: dict[ClauseAnswer, Text] = {
    ClauseAnswer.BROKEN: Text(zh="违反", en="Broken"),
    ClauseAnswer.FOR_REVIEW: Text(zh="待人工判断", en="For a person to decide"),
    ClauseAnswer.KEPT: Text(zh="符合", en="Kept"),
    ClauseAnswer.CANNOT_TELL: Text(zh="本次记录无法判断", en="This recording cannot tell"),
    ClauseAnswer.NOT_OBSERVABLE: Text(zh="手机上无法观察", en="Not observable on a phone"),
}
_GOALS: dict[SearchGoal, str] = {
    SearchGoal.POLICY: "隐私政策",
    SearchGoal.ACCOUNT_DELETION: "注销账号的入口",
    SearchGoal.WITHDRAWAL: "撤回同意的入口",
    SearchGoal.ADVERTISING: "个性化广告的开关",
    SearchGoal.PUSH: "推送的开关",
    SearchGoal.GUEST: "免登录使用的入口",
    SearchGoal.CONTACT: "投诉联系方式",
}
_MOST_SIGNS = 5
_IN_FULL = (ClauseAnswer.BROKEN, ClauseAnswer.FOR_REVIEW)


def by_document(analysis: Analysis, rules: Rules) -> list[dict[str, Any]]:
    """Each document with its clauses, the broken ones first; empty without judged clauses."""
    judged = {one.clause: one for one in analysis.clauses}
    shown: list[dict[str, Any]] = []
    for loaded in rules.packs:
        clauses = [(one, judged[one.id]) for one in loaded.pack.clauses if one.id in judged]
        if clauses:
            shown.append(_document(loaded, clauses))
    return shown


def _document(loaded: LoadedPack, clauses: list[tuple[Clause, ClauseJudgement]]) -> dict[str, Any]:
    counts = Counter(judgement.answer for _, judgement in clauses)
    order = list(ANSWERS)
    ordered = sorted(clauses, key=lambda pair: order.index(pair[1].answer))
    rows = [_row(loaded, clause, judgement) for clause, judgement in ordered]
    return {
        "document": loaded.pack.document,
        "counts": [(ANSWERS[kind], kind, counts[kind]) for kind in ANSWERS if counts[kind]],
        "broken": counts[ClauseAnswer.BROKEN] > 0,
        "attention": [row for row in rows if row["answer"] in _IN_FULL],
        "others": [row for row in rows if row["answer"] not in _IN_FULL],
    }


def _row(loaded: LoadedPack, clause: Clause, judgement: ClauseJudgement) -> dict[str, Any]:
    present = [one for one in judgement.sightings if one.state is SignalState.PRESENT]
    return {
        "clause": clause,
        "doubt": loaded.doubt_of(clause),
        "answer": judgement.answer,
        "words": ANSWERS[judgement.answer],
        "signals": [(SIGNALS[one.signal], one.count, one.signs[:_MOST_SIGNS]) for one in present]
        if judgement.answer in _IN_FULL
        else [],
        "lacks": _lacks(judgement) if judgement.answer is ClauseAnswer.CANNOT_TELL else [],
    }


def _lacks(judgement: ClauseJudgement) -> list[Text]:
    names = sorted({need for one in judgement.sightings for need in one.lacks})
    return [need_text(name) for name in names]


def need_text(name: str) -> Text:
    """What a recording lacked, in words; `name` as a sighting has it."""
    if name in set(Need):
        return Text(zh=DESCRIPTIONS[Need(name)][0], en=DESCRIPTIONS[Need(name)][1])
    goal = name.removeprefix("search for ")
    if goal in set(SearchGoal):
        return Text(zh=f"场景查找{_GOALS[SearchGoal(goal)]}", en=f"a scenario that does a {name}")
    return Text(zh=f"场景验证“{name}”", en=f"a scenario that tries {name}")
