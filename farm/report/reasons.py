"""Reasons in Chinese. Detection states them once, in English; pages show both.

What is not in the table stays as detection said it: a wrong translation would be worse than none.
"""

import functools
import re

from farm.report import words
from farm.report.sayings import CAUSES, SAYINGS

_DEEPEST = 3
_GAP = re.compile(r"(?P<what>.+?): (?P<cause>[a-z_]+)(?: (?P<detail>.+))?", re.DOTALL)


def _pattern(english: str) -> re.Pattern[str]:
    # Reluctant, so that a filling ends where the sentence goes on; a list may be empty.
    fillings = {"{}": "(.*?)", "{w}": r"(\S+)"}
    parts = re.split(r"(\{w?\})", english)
    return re.compile("".join(fillings.get(part) or re.escape(part) for part in parts), re.DOTALL)


_TABLE = tuple((_pattern(english), chinese) for english, chinese in SAYINGS)


@functools.cache
def _terms() -> dict[str, str]:
    """Words of the vocabulary that stand in sentences."""
    tables = (words.PHASES, words.LEVELS, words.DATA_TYPES)
    terms = {str(key): text.zh for table in tables for key, text in table.items()}
    return terms | CAUSES


def in_chinese(reason: str) -> str:
    """The reason in Chinese, or as it is where no translation is kept."""
    return _translated(reason, _DEEPEST)


def _translated(reason: str, depth: int) -> str:
    if reason in _terms():
        return _terms()[reason]
    gap = _gap(reason, depth)
    if gap:
        return gap
    for pattern, chinese in _TABLE:
        found = pattern.fullmatch(reason)
        if found is not None:
            parts = [_translated(part, depth - 1) if depth else part for part in found.groups()]
            return chinese.format(*parts).strip()
    return reason


def _gap(reason: str, depth: int) -> str:
    """A gap in one line, as verdicts tell it: what, cause, and details that may be a recorder's.

    Empty where the text is none.
    """
    found = _GAP.fullmatch(reason)
    if found is None or found["cause"] not in CAUSES or not depth:
        return ""
    what = _translated(found["what"], depth - 1)
    detail = _translated(found["detail"], depth - 1) if found["detail"] else ""
    return f"{what}：{CAUSES[found['cause']]}" + (f"（{detail}）" if detail else "")
