"""Reasons of findings in Chinese. Detection states them once, in English; the page shows both.

What is not in the table stays as detection said it: a wrong translation would be worse than none.
"""

import re

_TABLE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(english), chinese)
    for english, chinese in (
        (r"certainly before the answering tap (\S+)", r"确定发生在作答点击 \1 之前"),
        (r"certainly after the declining tap (\S+)", r"确定发生在点击不同意 \1 之后"),
        (
            r"a consent dialog was seen and never answered: no consent was given",
            "出现过隐私弹窗但从未作答，因此未取得同意",
        ),
        (
            r"consent dialog never seen: no consent was given at all",
            "从未出现隐私弹窗，因此未取得任何同意",
        ),
        (
            r"the time, within its bound, overlaps a border of two phases",
            "在误差范围内，发生时间跨越两个阶段的分界",
        ),
        (
            r"the phone's clock could not be fitted to the host's: the time is not known",
            "手机时钟无法与主机对齐，发生时间未知",
        ),
        (r"it is not known in which phase this lies", "无法确定所处阶段"),
        (r"whose code made the call is inferred", "调用方代码的归属为推断"),
        (r"stack prefix is the app's package (\S+)", r"调用栈前缀为应用自身包名 \1"),
        (r"operator's list \(domain (\S+)\)", r"依据检测方名单（域名 \1）"),
        (r"operator's list \(stack prefix (\S+)\)", r"依据检测方名单（调用栈前缀 \1）"),
    )
)


def in_chinese(reason: str) -> str:
    """The reason in Chinese, or as it is where no translation is kept."""
    for pattern, chinese in _TABLE:
        found = pattern.fullmatch(reason)
        if found is not None:
            return found.expand(chinese)
    return reason
