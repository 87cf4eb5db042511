"""Which views of a window are buttons: short labels that react to a touch or look like it."""

import re

import msgspec

from farm.explore.dialogs.labels import Role, is_label, role_of
from farm.explore.hierarchy import Hierarchy, Node

_BUTTON_ID = re.compile(
    r"(?:^|_)(?:btn|button\d?|agree|accept|confirm|ok|yes|no|positive|negative|neutral|refuse|reject"
    r"|decline|disagree|cancel|deny|allow|submit|continue|next|exit|quit|consent|skip|close)(?:_|\d|$)"
    r"|(?:btn|button)",
    re.IGNORECASE,
)
_DRAWN_BY_ENGINE = frozenset({"View", "ViewGroup", "Image"})  # web pages, Flutter, React Native
_CLIMB = 3  # levels up to a clickable parent that holds only the label


class Candidate(msgspec.Struct, frozen=True):
    """A view that may be tapped, with what its label says."""

    node: Node
    role: Role


def candidates(hierarchy: Hierarchy, nodes: tuple[Node, ...]) -> list[Candidate]:
    """Return the views with a known word on them that look like buttons, in drawing order."""
    found: list[Candidate] = []
    beside_boxes = {node.parent for node in hierarchy.nodes if node.checkable}
    for node in nodes:
        if node.bounds.empty or not node.visible or not is_label(node.label):
            continue
        role = role_of(node.label)
        if role is None or node.checkable:
            continue
        if node.parent in beside_boxes and labels_a_box(hierarchy, node):
            continue
        if is_button(hierarchy, node):
            found.append(Candidate(node, role))
    return found


def is_button(hierarchy: Hierarchy, node: Node) -> bool:
    """Whether a view reacts to touches, or is drawn and named like one that does."""
    if node.checkable or node.kind == "EditText":
        return False
    if node.clickable or node.kind.endswith("Button"):
        return True
    for level, parent in enumerate(hierarchy.ancestors(node)):
        if level >= _CLIMB:
            break
        below = hierarchy.subtree(parent)
        if sum(1 for each in below if each.label.strip()) > 1:
            break  # a row or card with more on it
        if parent.clickable:
            return True
    if _clickable_beside(hierarchy, node):
        return True
    return node.kind in _DRAWN_BY_ENGINE or bool(_BUTTON_ID.search(node.id_name))


def labels_a_box(hierarchy: Hierarchy, node: Node) -> bool:
    """Whether a text belongs to a box that can be ticked: it is one, or stands right beside it."""
    if node.checkable:
        return True
    parent = hierarchy.nodes[node.parent] if node.parent >= 0 else None
    if parent is None:
        return False
    return any(
        other.checkable
        and other.index != node.index
        and other.bounds.same_row(node.bounds)
        and other.bounds.left <= node.bounds.left
        for other in hierarchy.children(parent)
    )


def _clickable_beside(hierarchy: Hierarchy, node: Node) -> bool:
    """Whether a clickable view without words lies over or under the text, as siblings."""
    if node.parent < 0:
        return False
    x, y = node.bounds.centre
    for other in hierarchy.children(hierarchy.nodes[node.parent]):
        box = other.bounds
        if (
            other.index != node.index
            and other.clickable
            and not other.label.strip()
            and box.left <= x < box.right
            and box.top <= y < box.bottom
            and box.height <= 4 * max(node.bounds.height, 1)
            and not any(each.label.strip() for each in hierarchy.subtree(other))
        ):
            return True
    return False
