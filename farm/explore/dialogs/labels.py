"""What a short label says: refuse, agree, acknowledge. Negatives are tested before positives."""

import re
from enum import StrEnum

from farm.explore.dialogs.vocabulary import fold, label_key, vocabulary

MAX_CJK_LABEL = 14
MAX_LABEL = 36


class Role(StrEnum):
    """What tapping a label means in a dialog about an agreement."""

    AGREE = "agree"
    AGREE_LOGIN = "agree_login"
    ACKNOWLEDGE = "acknowledge"
    REFUSE = "refuse"
    REFUSE_SOFT = "refuse_soft"
    MANAGE = "manage"


_NEGATED = re.compile(
    r"不同意|不接受|不允许|拒绝|暂不|不再|未同意|取消同意|撤回|撤销"
    r"|disagree|\b(?:do|does|did|will|would) ?n[o']t\b|\bdon't\b"
    r"|\bnot (?:agree|accept|consent|allow)"
    r"|\bdecline|\breject|\brefuse|\bdeny\b|\bopt out\b|\bwithdraw|\brevoke"
    r"|\bwithout (?:agree|accept)"
    r"|\bnicht\b|\bohne\b|\bablehn|\bno acept|\bnon accett|\bsans accepter|\bне соглас"
    r"|同意しない|許可しない|许可しない|동의하지|동의 ?안"
)
_AGREE_CJK = re.compile(r"\A(?:我?(?:已)?(?:阅读)?(?:并)?同意|确认?并?同意|接受并)")
_AGREE_ENGLISH = re.compile(
    r"\A(?:yes,? )?(?:i )?(?:have read and )?(?:agree|accept|consent)"
    r"(?: (?:and|&) (?:continue|close|proceed|start|enter|use))?"
    r"(?: (?:to )?(?:the |our )?(?:all|cookies|terms|all cookies))?\Z"
)
_LOGIN_WORD = re.compile(r"登录|登入|注册|\blog ?in\b|\bsign ?(?:in|up)\b|\bregister\b")
_REFUSE_CJK = re.compile(r"不同意|不接受|拒绝|暂不")


def is_label(text: str) -> bool:
    """Whether a text is short enough for a button."""
    text = text.strip()
    if not text or "\n" in text:
        return False
    wide = any(character >= "\u2e80" for character in text)
    return len(text) <= (MAX_CJK_LABEL if wide else MAX_LABEL)


def role_of(text: str) -> Role | None:
    """What a label says in a dialog about an agreement, None if it is no such word."""
    if not is_label(text):
        return None
    words = vocabulary()
    key = label_key(text)
    folded = fold(text)
    if key in words.refuse_clear:
        return Role.REFUSE
    if key in words.refuse_soft:
        return Role.REFUSE_SOFT
    if _NEGATED.search(folded):
        if _REFUSE_CJK.search(folded) or re.search(r"agree|accept|consent|reject|decline", folded):
            return Role.REFUSE
        return None
    if any(word in folded for word in words.commerce_words):
        return None
    if key in words.agree_login:
        return Role.AGREE_LOGIN
    if _LOGIN_WORD.search(folded):
        return Role.AGREE_LOGIN if _AGREE_CJK.match(folded) else None
    if key in words.agree_clear or _AGREE_CJK.match(folded) or _AGREE_ENGLISH.match(folded):
        return Role.AGREE
    if key in words.agree_hidden:
        return Role.ACKNOWLEDGE
    if key in words.manage:
        return Role.MANAGE
    return None
