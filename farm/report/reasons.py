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
        *(
            (rf"the value is known as this phone's \({how}\); {read}", f"{zh_how}；{zh_read}")
            for how, zh_how in (
                ("planted by the farm", "该值由检测平台植入本机"),
                ("asked from the phone", "该值由检测平台从本机读取"),
            )
            for read, zh_read in (
                ("how the app came by it was not seen", "未观察到应用如何取得该值"),
                (
                    "a call that reads such data came before; what it gave is not on record",
                    "此前有读取此类数据的接口调用，其返回内容未记录",
                ),
            )
        ),
        (
            r"Android (\S+) lets no position be set over adb \(12 and later do\)",
            r"Android \1 不支持通过 adb 设置位置（需 Android 12 及以上）",
        ),
        (
            r"the name is the access point's own and cannot be planted over adb(?:; .*)?",
            "Wi-Fi 名称属于接入点，无法通过 adb 植入，只能读取",
        ),
        (
            r"the phone keeps no messages but those of its messaging app",
            "本机只保存默认短信应用写入的短信",
        ),
        (r"the profile (\S+) leaves it out", r"设备配置 \1 规定不植入"),
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
