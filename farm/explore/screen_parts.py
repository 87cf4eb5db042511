"""Where things stand on a screen: the switch of a label, the button under a point. Pure."""

from farm.explore.dialogs import Recognised
from farm.explore.hierarchy import Bounds, Hierarchy, Node
from farm.explore.selectors import Selector, find


def switch_of(hierarchy: Hierarchy, label: str) -> Node | None:
    """The switch on the row of a label, or nearest above it in the same group."""
    named = find(hierarchy, Selector(text=label))
    if named is None:
        return None
    if named.checkable:
        return named
    for parent in hierarchy.ancestors(named):
        boxes = [
            node
            for node in hierarchy.subtree(parent)
            if node.checkable and not node.bounds.empty and node.bounds.same_row(named.bounds)
        ]
        if boxes:
            return boxes[0]
    return None


def frame(hierarchy: Hierarchy) -> Bounds:
    """The rectangle that everything on the screen lies in."""
    boxes = [node.bounds for node in hierarchy.nodes if not node.bounds.empty]
    if not boxes:
        return Bounds(0, 0, 1080, 1920)
    return Bounds(
        max(min(box.left for box in boxes), 0),
        max(min(box.top for box in boxes), 0),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def scroll_line(hierarchy: Hierarchy, *, up: bool) -> tuple[int, int, int]:
    """`(x, from y, to y)` of a swipe over the middle half of the screen, pixels."""
    area = frame(hierarchy)
    low, high = area.top + area.height * 3 // 4, area.top + area.height // 4
    x = (area.left + area.right) // 2
    return (x, high, low) if up else (x, low, high)


def allowed_by(recognised: Recognised, x: int, y: int) -> bool | None:
    """What a tap at a point of a permission dialog answers; None if it is on no button."""
    for button, allowed in ((recognised.accept, True), (recognised.decline, False)):
        if button is not None:
            box = button.bounds
            if box.left <= x < box.right and box.top <= y < box.bottom:
                return allowed
    return None


def same_place(button: Bounds, *boxes: Bounds) -> bool:
    """Whether a button is one of the boxes, or lies inside one."""
    x, y = button.centre
    return any(
        box == button
        or (
            box.left <= x < box.right
            and box.top <= y < box.bottom
            and box.width * box.height <= 4 * max(button.width * button.height, 1)
        )
        for box in boxes
    )
