"""Every word of the closed vocabularies has its text in both languages."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from farm.detect.rules import Text
from farm.model.vocabulary import (
    Confidence,
    DataType,
    Level,
    LinkStrength,
    Phase,
    Severity,
    VerdictKind,
)
from farm.report import words


@pytest.mark.parametrize(
    ("vocabulary", "texts"),
    [
        (DataType, words.DATA_TYPES),
        (LinkStrength, words.LINKS),
        (VerdictKind, words.VERDICTS),
        (VerdictKind, words.VERDICT_MEANING),
        (Phase, words.PHASES),
        (Level, words.LEVELS),
        (Severity, words.SEVERITIES),
        (Confidence, words.CONFIDENCES),
    ],
)
def test_words_are_complete(vocabulary: type[StrEnum], texts: Mapping[StrEnum, Text]) -> None:
    assert set(texts) == set(vocabulary)
    assert all(text.zh and text.en for text in texts.values())
