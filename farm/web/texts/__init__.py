"""The page's own words in Chinese and English: `*.yaml`, one file a part of the page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from farm.detect.rules import Text
from farm.files import read_yaml
from farm.model.errors import SetupError
from farm.report import engines, words

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


# Words that the reports have already.
_REPORT: dict[str, Mapping[Any, Text]] = {
    "verdict": words.VERDICTS,
    "verdict_meaning": words.VERDICT_MEANING,
    "phase": words.PHASES,
    "level": words.LEVELS,
    "severity": words.SEVERITIES,
    "confidence": words.CONFIDENCES,
    "data_type": words.DATA_TYPES,
    "link": words.LINKS,
    "engine_status": engines.STATUSES,
    "topic": engines.TOPICS,
}


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text in a file. A comma that is not quoted would end it early: that is an unknown field."""

    zh: str
    en: str


class Texts:
    """All texts by key, such as `campaigns.title`."""

    def __init__(self, texts: Mapping[str, Text]) -> None:
        self._texts = texts

    @property
    def keys(self) -> frozenset[str]:
        """Every key there is."""
        return frozenset(self._texts)

    def say(self, key: str, language: Language, **values: object) -> str:
        """One text; `{name}` in it stands for a value. Not escaped: that is the template's job.

        Raises:
            KeyError: there is no such text, or a value is missing.
        """
        text = _in(self._texts[key], language)
        return text.format(**values) if values else text

    def word(self, kind: str, value: str, language: Language) -> str:
        """A word of a closed vocabulary; the value itself where it is none of ours."""
        found = self._texts.get(f"{kind}.{value}")
        return value if found is None else _in(found, language)


def load_texts() -> Texts:
    """Read every file of texts.

    Raises:
        UsageError: a file cannot be read.
        SetupError: two files have the same key.
    """
    found: dict[str, Text] = {
        f"{kind}.{value}": text for kind, texts in _REPORT.items() for value, text in texts.items()
    }
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        entries, _ = read_yaml(path, dict[str, _Entry])
        texts = {key: Text(zh=entry.zh, en=entry.en) for key, entry in entries.items()}
        if double := sorted(found.keys() & texts.keys()):
            raise SetupError(f"{path}: {double[0]}: stands in another file as well")
        found |= texts
    return Texts(found)


def preferred(accepted: str) -> Language:
    """The language of an Accept-Language header: Chinese unless English is asked for first."""
    best: tuple[float, Language] = (0.0, "zh")
    for part in accepted[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        language = tag.strip().lower()[:2]
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        for known in LANGUAGES:
            if language == known and quality > best[0]:
                best = (quality, known)
    return best[1]


def _in(text: Text, language: Language) -> str:
    return text.zh if language == "zh" else text.en
