"""Reads `am start`: its exit code is 0 on many failures, so its words decide."""

import re

import msgspec

_WARNING = re.compile(r"^Warning: Activity not started(?:,| because) +(.*)$", re.MULTILINE)
_ERROR = re.compile(r"^(?:Error(?: type \d+)?:? ?|java\.lang\.\w+: ?)(.*)$", re.MULTILINE)


class StartAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`error` is empty when the activity was started or brought to the front."""

    error: str = ""
    already_running: bool = False


def read_start(output: str) -> StartAnswer:
    """Return what `am start` says; the last error line is the one with the reason."""
    errors = [text.strip() for text in _ERROR.findall(output.replace("\r", ""))]
    reasons = [text for text in errors if text]
    if errors:
        return StartAnswer(error=(reasons[-1] if reasons else output.strip())[:500])
    warning = _WARNING.search(output)
    if warning and "brought to the front" not in warning[1] and "top-most" not in warning[1]:
        return StartAnswer(error=warning[1].strip()[:500])
    return StartAnswer(already_running=warning is not None)
