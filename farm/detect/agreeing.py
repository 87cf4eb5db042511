"""Which taps may have agreed to something, though no consent dialog was recognised.

Errs towards yes: what follows such a tap is undetermined, and so accuses nobody.
"""

import re

from farm.model.events import Tap
from farm.model.vocabulary import DialogKind

_DRAWN_BY_THE_SYSTEM = frozenset({DialogKind.PERMISSION, DialogKind.CRASH})
# Only plain words of consent count on these, in case they were something else.
_ABOUT_OTHER_THINGS = frozenset({DialogKind.ADVERTISEMENT, DialogKind.UPDATE})
# Words of buttons by which a user may have agreed to something on an unrecognised screen.
_AGREEING = (
    "同意",
    "接受",
    "允许",
    "确定",
    "确认",
    "继续",
    "知道了",
    "进入",
    "开始",
    "登录",
    "注册",
    "agree",
    "accept",
    "allow",
    "continue",
    "confirm",
    "got it",
    "ok",
    "start",
    "enter",
    "log in",
    "sign",
    # Further ways of saying yes, and the beginnings of the same words in other languages.
    "好的",
    "是的",
    "我已",
    "明白",
    "了解",
    "下一步",
    "体验",
    "完成",
    "yes",
    "next",
    "done",
    "proceed",
    "understand",
    "consent",
    "はい",
    "次へ",
    "続",
    "了承",
    "承諾",
    "동의",
    "확인",
    "수락",
    "허용",
    "계속",
    "zustimm",
    "akzept",
    "einverstanden",
    "weiter",
    "acept",
    "acuerdo",
    "continu",
    "d'accord",
    "accett",
    "aceit",
    "concord",
    "соглас",
    "принять",
    "принима",
    "продолж",
    "موافق",
    "قبول",
    "đồng ý",
    "chấp nhận",
    "ยอมรับ",
    "ตกลง",
    "setuju",
    "terima",
    "kabul",
    "zgadzam",
    "akcept",
)
CONSENT_WORDS = ("同意", "agree", "accept")
_REFUSING = re.compile(r"不同意|disagree|\b(?:not|don.t|never)\b")


def may_agree(tap: Tap) -> bool:
    """Whether a tap may have given a consent that nobody had given or refused before."""
    if tap.dialog in _DRAWN_BY_THE_SYSTEM:
        return False
    text = tap.text.strip().lower()
    if tap.dialog in _ABOUT_OTHER_THINGS:
        return says_agree(tap)
    if tap.dialog in {DialogKind.OTHER, DialogKind.LOGIN}:
        return True
    if tap.dialog is DialogKind.PRIVACY_CONSENT and not text:
        return False
    return not text or any(word in text for word in _AGREEING)


def says_agree(tap: Tap) -> bool:
    """Whether the button says in so many words that it agrees."""
    if tap.dialog in _DRAWN_BY_THE_SYSTEM:
        return False
    text = tap.text.strip().lower()
    refuses = _REFUSING.search(text) is not None
    return not refuses and any(word in text for word in CONSENT_WORDS)
