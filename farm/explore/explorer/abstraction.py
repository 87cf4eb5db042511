"""When two screens count as one: structure, title and buttons, coarser where an app never repeats.

A feed shows other rows at each look, an article another title. So each part counts only while
it takes few values: once one structure with one title was seen with many sets of buttons, the
buttons no longer count there, and likewise the title. The idea of refining and coarsening an
abstraction while exploring is that of APE (Gu et al., ICSE 2019).
"""

import hashlib
import re

from farm.explore.dialogs import ScreenState
from farm.explore.dialogs.vocabulary import fold
from farm.explore.dialogs.window import Window
from farm.explore.explorer.values import Action, ActionKind
from farm.explore.hierarchy import Hierarchy

_DIGITS = re.compile(r"\d+")
_MANY_BUTTONS = 5
_MANY_TITLES = 12


class Abstraction:
    """Names screens; remembers what it has seen, so names may merge as more is known."""

    def __init__(self) -> None:
        self._buttons: dict[tuple[str, str], set[str]] = {}
        self._titles: dict[tuple[str, str], set[str]] = {}

    def name(
        self, state: ScreenState, package: str, actions: list[Action], picture: str = ""
    ) -> tuple[str, list[str]]:
        """Return the screen's name, and older names that now mean the same screen.

        Args:
            state: the screen.
            package: the app under test.
            actions: what can be done on it.
            picture: what its picture says, where the hierarchy says nothing.
        """
        structure = f"{state.activity}|{structure_of(state.hierarchy, package)}|{picture}"
        title = _plain(title_of(state.hierarchy, package))
        buttons = "|".join(
            sorted({_plain(each.label) for each in actions if each.kind is ActionKind.TAP})
        )
        seen_buttons = self._buttons.setdefault((structure, title), set())
        seen_titles = self._titles.setdefault((structure, buttons), set())
        had_buttons, had_titles = len(seen_buttons), len(seen_titles)
        seen_buttons.add(buttons)
        seen_titles.add(title)
        merged: list[str] = []
        if had_buttons == _MANY_BUTTONS and len(seen_buttons) > _MANY_BUTTONS:
            merged += [_name(structure, title, each) for each in seen_buttons]
        if had_titles == _MANY_TITLES and len(seen_titles) > _MANY_TITLES:
            merged += [_name(structure, each, buttons) for each in seen_titles]
        shown_title = "*" if len(seen_titles) > _MANY_TITLES else title
        shown_buttons = "*" if len(seen_buttons) > _MANY_BUTTONS else buttons
        name = _name(structure, shown_title, shown_buttons)
        return name, [each for each in merged if each != name]


def structure_of(hierarchy: Hierarchy, package: str) -> str:
    """Digest of the classes and ids of the app's views, however often each is drawn."""
    parts = sorted(
        {
            f"{node.depth}{node.kind}#{node.id_name}{'c' if node.clickable else ''}"
            for node in hierarchy.nodes
            if node.package == package and not node.bounds.empty and node.visible
        }
    )
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def title_of(hierarchy: Hierarchy, package: str) -> str:
    """The topmost short text of the app that is no button."""
    nodes = tuple(node for node in hierarchy.nodes if node.package == package)
    return Window(hierarchy, nodes).title


def _plain(text: str) -> str:
    return _DIGITS.sub("#", fold(text))[:120]


def _name(structure: str, title: str, buttons: str) -> str:
    return hashlib.sha256(f"{structure}\0{title}\0{buttons}".encode()).hexdigest()[:16]
