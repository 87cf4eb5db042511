"""Reasons in Chinese. Detection states them once, in English; pages show both.

What is not in the table stays as detection said it: a wrong translation would be worse than none.
"""

import functools
import re
from collections.abc import Mapping, Sequence

from farm.report import words
from farm.report.sayings import CAUSES, SAYINGS

_DEEPEST = 3
_GAP = re.compile(r"(?P<what>.+?): (?P<cause>[a-z_]+)(?: (?P<detail>.+))?", re.DOTALL)


def _pattern(english: str) -> re.Pattern[str]:
    # Reluctant, so that a filling ends where the sentence goes on; a list may be empty.
    fillings = {"{}": "(.*?)", "{w}": r"(\S+)"}
    parts = re.split(r"(\{w?\})", english)
    return re.compile("".join(fillings.get(part) or re.escape(part) for part in parts), re.DOTALL)


class Translation:
    """Sentences with their fillings, from English into Chinese."""

    def __init__(self, sayings: Sequence[tuple[str, str]], known: Mapping[str, str]) -> None:
        """`sayings` as in `farm.report.sayings`; `known` are words that stand in sentences."""
        self._table = tuple((_pattern(english), chinese) for english, chinese in sayings)
        self._known = known

    def __call__(self, reason: str) -> str:
        """The reason in Chinese, or as it is where no translation is kept."""
        return self._translated(reason, _DEEPEST)

    def _translated(self, reason: str, depth: int) -> str:
        if reason in self._known:
            return self._known[reason]
        gap = self._gap(reason, depth)
        if gap:
            return gap
        for pattern, chinese in self._table:
            found = pattern.fullmatch(reason)
            if found is not None:
                parts = [self._filling(part, depth) for part in found.groups()]
                return chinese.format(*parts).strip()
        return reason

    def _filling(self, part: str, depth: int) -> str:
        """What was filled in: a word, a sentence, or several words with commas between."""
        if not depth:
            return part
        words = part.split(", ")
        if len(words) > 1 and all(word in self._known for word in words):
            return "、".join(self._known[word] for word in words)
        return self._translated(part, depth - 1)

    def _gap(self, reason: str, depth: int) -> str:
        """A gap in one line, as verdicts tell it: what, cause, and perhaps a recorder's details.

        Empty where the text is none.
        """
        found = _GAP.fullmatch(reason)
        if found is None or found["cause"] not in CAUSES or not depth:
            return ""
        what = self._translated(found["what"], depth - 1)
        detail = self._translated(found["detail"], depth - 1) if found["detail"] else ""
        return f"{what}：{CAUSES[found['cause']]}" + (f"（{detail}）" if detail else "")


def terms() -> dict[str, str]:
    """Words of the vocabulary that stand in sentences."""
    tables = (words.PHASES, words.LEVELS, words.DATA_TYPES, words.CONFIDENCES)
    found = {str(key): text.zh for table in tables for key, text in table.items()}
    return found | CAUSES


@functools.cache
def _detections() -> Translation:
    return Translation(SAYINGS, terms())


def in_chinese(reason: str) -> str:
    """What detection said, in Chinese, or as it is where no translation is kept."""
    return _detections()(reason)
