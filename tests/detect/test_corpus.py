"""The labelled corpus: what was put in is found in its form, and nothing else is."""

from pathlib import Path

import pytest

from tests.detect.corpus.cases import corpus
from tests.detect.corpus.score import score


# Hundreds of sessions, each compiled, written, read and judged.
@pytest.mark.timeout(600)
def test_recall_and_no_false_positive(tmp_path: Path) -> None:
    result = score(corpus(), tmp_path)
    assert result.sessions >= 300
    assert result.wrong == []
    assert result.recall >= 0.98, result.missed
    assert len(result.expected) > 40
