"""How commands speak: people read the console on stderr, machines read JSON on stdout.

Untrusted text (labels, package names, URLs) goes through `plain` before a terminal sees it, so
that no control sequence of an app reaches the operator's screen.
"""

import sys
import unicodedata

import msgspec
from rich.console import Console
from rich.text import Text

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_UNDETERMINED = 3

console = Console(stderr=True, highlight=False)

_LONGEST = 300


def plain(text: str, longest: int = _LONGEST) -> str:
    """Return untrusted text on one line: control and bidi characters as escapes, bounded."""
    shown: list[str] = []
    for character in text[: longest + 1]:
        hidden = unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
        shown.append(ascii(character)[1:-1] if hidden else character)
    line = "".join(shown)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def say(message: str) -> None:
    """Print one line for people; nothing in it is taken for markup."""
    console.print(Text(message), soft_wrap=True)


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
