"""Words on buttons: negatives before positives, countdowns, width, apostrophes."""

import pytest

from farm.explore.dialogs.labels import Role, role_of
from farm.explore.dialogs.vocabulary import Question, fold, has_countdown, label_key, vocabulary


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("同意", Role.AGREE),
        ("不同意", Role.REFUSE),
        ("我不同意", Role.REFUSE),
        ("不同意并退出App", Role.REFUSE),
        ("仍不同意", Role.REFUSE),
        ("暂不同意", Role.REFUSE_SOFT),
        ("同意(3s)", Role.AGREE),
        ("同意（10秒）", Role.AGREE),
        ("同意 5", Role.AGREE),
        ("同意并继续", Role.AGREE),
        ("同意並繼續", Role.AGREE),
        ("同意并登录", Role.AGREE_LOGIN),
        ("登录", None),
        ("同意并开通", None),
        ("我知道了", Role.ACKNOWLEDGE),
        ("不允许", None),
        ("Agree", Role.AGREE),
        ("DISAGREE", Role.REFUSE),
        ("I do not agree", Role.REFUSE),
        ("Don’t agree", Role.REFUSE),
        ("Ａｇｒｅｅ", Role.AGREE),
        ("Accept & continue", Role.AGREE),
        ("Reject all", Role.REFUSE),
        ("Agreement", None),
        ("Don’t allow", None),
        ("Nicht zustimmen", Role.REFUSE),
        ("同意しない", Role.REFUSE),
        ("撤回同意", None),
        ("阅读并同意《用户协议》和《隐私政策》", None),
        ("", None),
        ("同意\n不同意", None),
    ],
)
def test_role(label: str, role: Role | None) -> None:
    assert role_of(label) is role


def test_folding() -> None:
    assert fold("  Don’t\u200b　ALLOW ") == "don't allow"
    assert fold("隱私權") == "隐私权"
    assert label_key("5s后跳过") == "后跳过" or label_key("5s后跳过") == "跳过"
    assert label_key("跳过 5") == label_key("跳过") == label_key("5 跳过")


def test_countdown() -> None:
    assert has_countdown("跳过 5")
    assert has_countdown("同意(3s)")
    assert not has_countdown("同意")


def test_no_word_both_agrees_and_refuses() -> None:
    words = vocabulary()
    agree = words.agree_clear | words.agree_hidden | words.agree_login
    refuse = words.refuse_clear | words.refuse_soft
    assert not agree & refuse
    assert all(role_of(word) not in {Role.AGREE, Role.AGREE_LOGIN} for word in refuse)


def test_vocabulary_has_no_empty_word() -> None:
    words = vocabulary()
    for name in words.__struct_fields__:
        value = getattr(words, name)
        assert value, name
        lists = (
            [value.signs, value.accept, value.decline] if isinstance(value, Question) else [value]
        )
        assert all(isinstance(each, str) or "" not in each for each in lists), name
