"""Precision and recall over the labelled corpus, per data type and per form."""

import sys
import tempfile
import time
from pathlib import Path

from tests.detect.corpus.cases import corpus
from tests.detect.corpus.score import score


def main() -> None:
    """Print the counts; every session is written and read as a real recording."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        result = score(corpus(), Path(folder))
    took = time.perf_counter() - started
    out = sys.stdout.write
    out(f"{result.sessions} sessions, {took:.1f} s with writing and reading\n")
    out(f"recall {result.recall:.4f}  precision {result.precision:.4f}\n")
    for name in sorted(set(result.expected) | set(result.false)):
        expected, found = result.expected[name], result.found[name]
        false = result.false[name]
        recall = f"{found / expected:.3f}" if expected else "-"
        precision = f"{found / (found + false):.3f}" if found + false else "-"
        out(f"{name:38} {found:4} of {expected:4}  {false:3} false  ")
        out(f"recall {recall}  precision {precision}\n")
    for line in [*result.missed, *result.wrong][:40]:
        out(f"  {line}\n")
