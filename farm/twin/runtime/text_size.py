"""How wide and high text is on the twin's screen, and where its lines break.

One width per character, by which `layout.py` measures and `drawing.py` draws.
"""

import unicodedata
from functools import lru_cache

_MEASURED_CHARACTERS = 20_000
_MAX_LINES = 600
_LINE_HEIGHT = 1.32  # of the text size


@lru_cache(maxsize=8192)
def _character_width(character: str) -> float:
    if character < "\u0300":
        return 0.30 if character in " il.,:;'|!jtf" else 0.78 if character in "MWmw@" else 0.56
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.56


def wrap_text(text: str, size: float, width: float) -> list[str]:
    """Break `text` into lines at most `width` pixels wide, at any character as Chinese does."""
    lines: list[str] = []
    for paragraph in text[:_MEASURED_CHARACTERS].split("\n"):
        start, used = 0, 0.0
        for at, character in enumerate(paragraph):
            advance = _character_width(character) * size
            if used + advance > width and at > start:
                lines.append(paragraph[start:at])
                start, used = at, 0.0
                if len(lines) >= _MAX_LINES:
                    return lines
            used += advance
        lines.append(paragraph[start:])
        if len(lines) >= _MAX_LINES:
            return lines
    return lines


def text_width(text: str, size: float) -> float:
    """Width in pixels of one line."""
    return sum(_character_width(character) for character in text) * size


def line_height(size: float) -> int:
    """Pixels from one line to the next."""
    return max(1, round(size * _LINE_HEIGHT))
