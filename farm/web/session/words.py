"""The report's labels in the visitor's language, and moments as the pages write them."""

from collections.abc import Callable
from datetime import UTC, datetime

from farm.detect.rules import Text
from farm.report import words
from farm.web.texts import Language

UNKNOWN_BOUND = 10**18  # ns: no clock is that wrong; the bound is not known


def labels(language: Language) -> Callable[[str], str]:
    """The report's own labels in one language, by key."""
    return lambda key: in_language(words.LABELS[key], language)


def in_language(text: Text, language: Language) -> str:
    """One of the two texts."""
    return text.zh if language == "zh" else text.en


def clock(host_ns: int) -> str:
    """A moment on the host's clock, to the millisecond."""
    try:
        moment = datetime.fromtimestamp(host_ns // 1_000_000_000, UTC)
    except (OverflowError, ValueError, OSError):
        return "?"
    return f"{moment:%Y-%m-%d %H:%M:%S}.{host_ns % 1_000_000_000 // 1_000_000:03d}"


def seconds(ns: int) -> str:
    """A time after the launch: "+1.234"."""
    return f"{ns / 1e9:+.3f}"


def uncertainty(ns: int) -> str:
    """How far a time can be off, "" where it is exact to the millisecond that is shown."""
    if ns < 500_000:
        return ""
    return f"± {ns / 1e6:,.0f} ms" if ns < 10_000_000_000 else f"± {ns / 1e9:,.0f} s"
