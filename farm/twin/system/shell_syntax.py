"""The tree of commands that the shell's parser builds and its interpreter runs.

The part of POSIX's shell command language (IEEE 1003.1, chapter 2) that adb clients send:
lists, pipelines, redirections, quoting, parameters, substitution, if, for, while, groups.
"""

from dataclasses import dataclass, field


class ShellSyntaxError(Exception):
    """The text is no command; the message is what mksh prints after `syntax error`."""


@dataclass(frozen=True)
class Part:
    """A piece of a word: literal text, a variable's name or a command to substitute."""

    kind: str  # "text", "variable", "command", "arithmetic"
    text: str
    quoted: bool


@dataclass(frozen=True)
class Word:
    """One argument before expansion."""

    parts: tuple[Part, ...]

    @property
    def literal(self) -> str | None:
        """The text if nothing in it is quoted or expanded: only such words are keywords."""
        if all(p.kind == "text" and not p.quoted for p in self.parts):
            return "".join(p.text for p in self.parts)
        return None


@dataclass(frozen=True)
class Redirect:
    """`descriptor operator word`; a here-document is the word of `<<<`."""

    descriptor: int
    operator: str  # "<", ">", ">>", ">&", "<<<"
    target: Word


@dataclass
class Simple:
    """A command with its arguments."""

    assignments: list[tuple[str, Word]] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    redirects: list[Redirect] = field(default_factory=list)


@dataclass
class Compound:
    """if, for, while, until, a group or a subshell."""

    kind: str
    blocks: list["CommandList"] = field(default_factory=list)
    name: str = ""
    words: list[Word] | None = None
    redirects: list[Redirect] = field(default_factory=list)


@dataclass
class Pipeline:
    """Commands connected by pipes."""

    commands: list[Simple | Compound]
    negated: bool = False


@dataclass
class AndOr:
    """Pipelines joined by && and ||."""

    first: Pipeline
    rest: list[tuple[str, Pipeline]] = field(default_factory=list)
    background: bool = False


@dataclass
class CommandList:
    """What `;` and newlines separate."""

    items: list[AndOr] = field(default_factory=list)
