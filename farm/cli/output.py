"""How commands speak: people read the console on stderr, machines read JSON on stdout.

Untrusted text (labels, package names, URLs) goes through `plain` before a terminal sees it, so
that no control sequence of an app reaches the operator's screen. Whatever was forgotten is caught
here: no text is taken for markup, and lines and log lines are cleaned once more.
"""

import logging
import sys
import unicodedata

import msgspec
from rich.console import Console
from rich.text import Text

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_UNDETERMINED = 3

# Markup would let an app named "[red]" or "[/]" paint tables, or break them.
console = Console(stderr=True, highlight=False, markup=False, emoji=False)

_LONGEST = 300


def plain(text: str, longest: int = _LONGEST) -> str:
    """Return untrusted text on one line: control and bidi characters as escapes, bounded."""
    line = _shown(text[: longest + 1])
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _shown(text: str, kept: str = "") -> str:
    shown: list[str] = []
    for character in text:
        hidden = unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
        shown.append(ascii(character)[1:-1] if hidden and character not in kept else character)
    return "".join(shown)


def say(message: str) -> None:
    """Print a message of ours for people; nothing in it is taken for markup or control."""
    console.print(Text(_shown(message, "\n")), soft_wrap=True)


class PlainLines(logging.Formatter):
    """Log lines as a terminal may see them: what they name comes from apps, phones and files."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, with its traceback below it where there is one."""
        return _shown(super().format(record), "\n\t")


def log_to_terminal() -> None:
    """Let warnings of the farm's parts reach the terminal, cleaned."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(PlainLines("%(message)s"))
    logging.getLogger().addHandler(handler)


def complain(message: str) -> None:
    """Print one error line for people."""
    # One error is one line, however narrow the terminal that nobody looks at.
    console.print(Text.assemble(("error: ", "bold red"), plain(message, 2000)), soft_wrap=True)


def emit_json(value: object) -> None:
    """Print one JSON document and a newline on stdout."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.buffer.flush()


def emit_json_line(value: object) -> None:
    """Print one JSON document as a single line on stdout, for streams of them."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()
