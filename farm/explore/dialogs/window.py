"""A part of the screen under examination: its nodes, words and title, folded once."""

from collections.abc import Iterable
from functools import cached_property

from farm.explore.dialogs.labels import is_label, role_of
from farm.explore.dialogs.vocabulary import fold, label_key
from farm.explore.hierarchy import Hierarchy, Node

_LONGEST_TITLE = 30
_TEXT_BUDGET = 60_000


class Window:
    """Everything below one node, or several windows of one package."""

    def __init__(self, hierarchy: Hierarchy, nodes: tuple[Node, ...]) -> None:
        self.hierarchy = hierarchy
        self.nodes = tuple(node for node in nodes if node.visible)

    @cached_property
    def labelled(self) -> tuple[Node, ...]:
        """Nodes that say something and can be seen."""
        return tuple(node for node in self.nodes if node.label.strip() and not node.bounds.empty)

    @cached_property
    def folded(self) -> str:
        """All words in drawing order, folded, bounded."""
        parts: list[str] = []
        budget = _TEXT_BUDGET
        for node in self.labelled:
            part = fold(node.label)
            budget -= len(part)
            if budget < 0:
                break
            parts.append(part)
        return "\n".join(parts)

    @cached_property
    def joined(self) -> str:
        """The same without borders between views, so that split sentences can be found."""
        return self.folded.replace("\n", "")

    @cached_property
    def text(self) -> str:
        """All words as shown, bounded, for the record."""
        return "\n".join(node.label.strip()[:600] for node in self.labelled[:60])[:4000]

    @cached_property
    def keys(self) -> dict[str, Node]:
        """Label keys of short texts, first node each."""
        found: dict[str, Node] = {}
        for node in self.labelled:
            if is_label(node.label):
                key = label_key(node.label)
                if key:
                    found.setdefault(key, node)
        return found

    @cached_property
    def title(self) -> str:
        """The topmost short text that is no button; empty if there is none."""
        for node in sorted(self.labelled, key=lambda each: (each.bounds.top, each.bounds.left)):
            label = node.label.strip()
            if len(label) <= _LONGEST_TITLE or (label.isascii() and len(label) <= 60):
                if role_of(label) is None and not node.checkable and any(map(str.isalpha, label)):
                    return label
            else:
                return ""
        return ""

    def has_part(self, words: Iterable[str]) -> str:
        """The first of the words that stands in some text, empty if none does."""
        return next((word for word in words if word in self.folded or word in self.joined), "")

    def labelled_by(self, keys: frozenset[str]) -> Node | None:
        """The first node whose whole label is one of the keys."""
        return next((node for key, node in self.keys.items() if key in keys), None)

    def all_labelled_by(self, keys: frozenset[str]) -> list[Node]:
        """All nodes whose whole label is one of the keys."""
        return [
            node for node in self.labelled if is_label(node.label) and label_key(node.label) in keys
        ]

    @property
    def has_field(self) -> bool:
        """Whether the user is asked to type."""
        return any(
            node.kind.endswith(("EditText", "AutoCompleteTextView")) or node.password
            for node in self.nodes
        )
