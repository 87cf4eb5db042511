"""Signals of searches in vain: what a standard asks for was looked for and not found.

That proves nothing, since the thing may stand where nobody looked. So these signals only put the
search before a person, with what was looked at; a rule pack cannot break a clause by them.
"""

from farm.detect.clauses.case import Case
from farm.detect.clauses.signal import Find, Limits, Signal, sign
from farm.model.clause import Sign, SignalId
from farm.model.events import Searched
from farm.model.vocabulary import SearchGoal

_LABELS = 12  # named in the texts

_SOUGHT: dict[SignalId, tuple[SearchGoal, str, str]] = {
    SignalId.POLICY_NOT_FOUND: (SearchGoal.POLICY, "隐私政策", "the privacy policy"),
    SignalId.ACCOUNT_DELETION_NOT_FOUND: (
        SearchGoal.ACCOUNT_DELETION,
        "账号注销入口",
        "the deletion of the account",
    ),
    SignalId.WITHDRAWAL_NOT_FOUND: (
        SearchGoal.WITHDRAWAL,
        "撤回同意的入口",
        "the withdrawal of consent",
    ),
    SignalId.ADVERTISING_SWITCH_NOT_FOUND: (
        SearchGoal.ADVERTISING,
        "个性化广告开关",
        "the switch of personalised advertising",
    ),
    SignalId.PUSH_SWITCH_NOT_FOUND: (
        SearchGoal.PUSH,
        "定向推送开关",
        "the switch of targeted push",
    ),
}


def _in_vain(goal: SearchGoal, zh: str, en: str) -> Find:
    def find(case: Case, limits: Limits) -> list[Sign]:
        signs: list[Sign] = []
        for placed in case.ui(Searched):
            body = placed.event.body
            if not isinstance(body, Searched) or body.goal is not goal:
                continue
            if body.found or not body.asked:
                continue
            way = " > ".join(body.followed[:_LABELS])
            signs.append(
                sign(
                    [placed.event.reference],
                    f"自动寻找{zh}未果，需人工确认：查看{body.screens}个界面，"
                    f"最多{body.deepest}次点击；依次点击 {way or '无'}",
                    f"{en} was looked for and not found, to be confirmed by a person: "
                    f"{body.screens} screens, at most {body.deepest} taps deep; "
                    f"followed {way or 'nothing'}",
                )
            )
        return signs

    return find


SIGNALS = tuple(
    Signal(
        id=name,
        zh=f"未找到{zh}（需人工确认）",
        en=f"{en} was not found (to be confirmed)",
        needs=(goal,),
        find=_in_vain(goal, zh, en),
    )
    for name, (goal, zh, en) in _SOUGHT.items()
)
