"""Finding one view on a screen by what a tester would say: its words, its id, its class.

A pure function of the hierarchy. Looks nothing up on the phone.
"""

import msgspec

from farm.explore.dialogs.vocabulary import fold, label_key
from farm.explore.hierarchy import Hierarchy, Node
from farm.model.errors import FarmError

_CLIMB = 4


class NotOnScreen(FarmError):
    """What a scenario wanted to touch is not on the screen."""


class Selector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which view is meant. All given fields must fit; the first fitting view counts.

    `text` and `description` fit a whole label without regard to case, width and punctuation;
    `contains` fits a part of it. `id` is a resource id with or without its package.
    """

    text: str = ""
    contains: str = ""
    description: str = ""
    id: str = ""
    kind: str = ""  # class without its package: "EditText"
    index: int = 0  # the n-th of those that fit, in drawing order

    def __post_init__(self) -> None:
        if not (self.text or self.contains or self.description or self.id or self.kind):
            raise ValueError("expected text, contains, description, id or kind")
        if self.index < 0:
            raise ValueError("index: expected 0 or more")

    def __str__(self) -> str:
        parts = [
            f"{name} {getattr(self, name)!r}"
            for name in ("text", "contains", "description", "id", "kind")
            if getattr(self, name)
        ]
        return ", ".join(parts) + (f", number {self.index}" if self.index else "")

    def fits(self, node: Node) -> bool:
        """Whether a visible view is meant."""
        if node.bounds.empty or not node.visible:
            return False
        if self.text and label_key(node.label) != label_key(self.text):
            return False
        if self.contains and fold(self.contains) not in fold(node.label):
            return False
        if self.description and label_key(node.description) != label_key(self.description):
            return False
        if self.id and self.id not in {node.resource_id, node.id_name}:
            return False
        return not self.kind or node.kind == self.kind


def find_all(hierarchy: Hierarchy, selector: Selector, package: str = "") -> list[Node]:
    """All views that fit, in drawing order; of one package only where it is given."""
    return [
        node
        for node in hierarchy.nodes
        if (not package or node.package == package) and selector.fits(node)
    ]


def find(hierarchy: Hierarchy, selector: Selector, package: str = "") -> Node | None:
    """The view that is meant, None if there is none."""
    fitting = find_all(hierarchy, selector, package)
    return fitting[selector.index] if selector.index < len(fitting) else None


def touchable(hierarchy: Hierarchy, node: Node) -> Node:
    """The view that reacts where `node` is drawn: itself, or the nearest clickable parent."""
    if node.clickable or node.checkable:
        return node
    for level, parent in enumerate(hierarchy.ancestors(node)):
        if level >= _CLIMB:
            break
        if parent.clickable:
            return parent
    return node
