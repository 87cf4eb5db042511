"""What goes into recognition and what comes out of it."""

import re

import msgspec

from farm.explore.hierarchy import Bounds, Hierarchy, Node
from farm.explore.pictures.words import Word
from farm.model.vocabulary import DialogKind

_DIGITS = re.compile(r"\d+")


class ScreenState(msgspec.Struct, frozen=True, kw_only=True):
    """A screen at one moment: who is in front, and what is drawn."""

    hierarchy: Hierarchy
    package: str = ""  # in front, as the window manager says
    activity: str = ""
    hierarchy_file: str = ""
    screenshot_file: str = ""
    time: int = 0  # ns, host clock, when the hierarchy had arrived
    words: tuple[Word, ...] = ()  # read from the picture; nodes of the hierarchy too

    @property
    def fingerprint(self) -> str:
        """Equal for equal screens; empty if the screen could not be read."""
        return self.hierarchy.fingerprint


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tap, where it stood on the screen that was classified."""

    text: str
    x: int
    y: int
    bounds: Bounds
    resource_id: str = ""
    enabled: bool = True
    clear: bool = True  # False: a word that only acknowledges, such as "OK"

    @classmethod
    def of(cls, node: Node, clear: bool = True) -> "Button":
        """The button drawn by a node; a tap goes to the node's middle."""
        x, y = node.bounds.centre
        return cls(
            text=node.label.strip()[:200],
            x=x,
            y=y,
            bounds=node.bounds,
            resource_id=node.resource_id[:300],
            enabled=node.enabled,
            clear=clear,
        )


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """What a screen is taken for, and why.

    `accept` is the button that says yes (agree, allow, update, log in, wait), `decline` the one
    that says no or goes away (refuse, deny, later, skip, close). Either may be missing.
    """

    kind: DialogKind
    package: str = ""  # whose window it is
    title: str = ""
    text: str = ""  # all words of the dialog in drawing order, bounded
    accept: Button | None = None
    decline: Button | None = None
    details: tuple[Button, ...] = ()  # links to the documents, ways to choose in detail
    checkbox: Button | None = None  # box to tick before accepting
    ticked: bool = False  # state of that box now
    second_stage: bool = False  # asks again after a refusal
    reasons: tuple[str, ...] = ()

    @property
    def preticked(self) -> bool:
        """Whether the box was already ticked; meaningful at first sight only."""
        return self.checkbox is not None and self.ticked

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for the same dialog seen twice, also while a countdown runs."""
        return (
            self.kind,
            self.package,
            *_DIGITS.sub("", f"{self.title}\n{self.text[:600]}").split(),
        )
