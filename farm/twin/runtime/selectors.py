"""UiSelector as uiautomator2 sends it: match views of the visible windows.

Source: androidx.test.uiautomator.UiSelector; regular expressions match the whole text as Java's
`matches` does.
"""

import re
from collections.abc import Iterator
from typing import Any

from farm.twin.runtime.hierarchy import resource_name, scrollable, shown_text
from farm.twin.runtime.views import View

Node = tuple[str, View]  # package, view

_EXACT = {"text": "text", "className": "class", "description": "desc", "packageName": "package"}
_FLAGS = (
    "checkable",
    "checked",
    "clickable",
    "longClickable",
    "scrollable",
    "enabled",
    "focusable",
    "focused",
    "selected",
)
_MASKS = {
    "text": 0x01,
    "textContains": 0x02,
    "textMatches": 0x04,
    "textStartsWith": 0x08,
    "className": 0x10,
    "classNameMatches": 0x20,
    "description": 0x40,
    "descriptionContains": 0x80,
    "descriptionMatches": 0x0100,
    "descriptionStartsWith": 0x0200,
    "checkable": 0x0400,
    "checked": 0x0800,
    "clickable": 0x1000,
    "longClickable": 0x2000,
    "scrollable": 0x4000,
    "enabled": 0x8000,
    "focusable": 0x010000,
    "focused": 0x020000,
    "selected": 0x040000,
    "packageName": 0x080000,
    "packageNameMatches": 0x100000,
    "resourceId": 0x200000,
    "resourceIdMatches": 0x400000,
    "index": 0x800000,
    "instance": 0x01000000,
}


def find(roots: list[Node], selector: dict[str, Any]) -> list[Node]:
    """All views the selector means, in document order; its last `instance` picks one.

    Raises:
        ValueError: a regular expression that does not compile.
    """
    found = [node for node in _all(roots) if _matches(node, selector)]
    chain = list(
        zip(
            selector.get("childOrSibling") or [],
            selector.get("childOrSiblingSelector") or [],
            strict=False,
        )
    )
    found = _instance(found, selector)
    for relation, below in chain:
        wider: list[Node] = []
        for package, view in found:
            if relation == "child":
                candidates = [(package, child) for child in _shown(view) if child is not view]
            else:  # from_parent: anything below the same parent
                parent = view.parent
                candidates = (
                    [(package, child) for child in _shown(parent) if child is not parent]
                    if parent
                    else []
                )
            wider.extend(node for node in candidates if _matches(node, below))
        unique = {id(view): (package, view) for package, view in wider}
        found = _instance(list(unique.values()), below)
    return found


def _instance(found: list[Node], selector: dict[str, Any]) -> list[Node]:
    if not _given(selector, "instance"):
        return found
    at = int(selector["instance"])
    return found[at : at + 1] if at >= 0 else []


def _all(roots: list[Node]) -> Iterator[Node]:
    for package, root in roots:
        for view in _shown(root):
            yield package, view


def _shown(view: View) -> Iterator[View]:
    if view.shown:
        yield view
        for child in view.children:
            yield from _shown(child)


def _given(selector: dict[str, Any], field: str) -> bool:
    mask = selector.get("mask")
    return field in selector and (not isinstance(mask, int) or bool(mask & _MASKS[field]))


def _matches(node: Node, selector: dict[str, Any]) -> bool:
    package, view = node
    values = {
        "text": shown_text(view),
        "class": view.class_name,
        "desc": view.desc,
        "package": package,
        "resource": resource_name(view, package),
    }
    for field in _MASKS:
        if not _given(selector, field) or field == "instance":
            continue
        wanted = selector[field]
        if field in _FLAGS:
            if flag(view, field) != bool(wanted):
                return False
        elif field == "index":
            if view.index != int(wanted):
                return False
        elif not _text_matches(field, str(wanted), values):
            return False
    return True


def _text_matches(field: str, wanted: str, values: dict[str, str]) -> bool:
    for suffix in ("Contains", "Matches", "StartsWith"):
        if field.endswith(suffix):
            value = values[_VALUE[field.removesuffix(suffix)]]
            if suffix == "Contains":
                return wanted.lower() in value.lower()  # UiSelector compares without case
            if suffix == "StartsWith":
                return value.lower().startswith(wanted.lower())
            try:
                return re.fullmatch(wanted, value, re.DOTALL) is not None
            except re.error as error:
                raise ValueError(f"regular expression {wanted!r}: {error}") from None
    return values[_VALUE[field]] == wanted


_VALUE = {**_EXACT, "resourceId": "resource"}


def flag(view: View, field: str) -> bool:
    """A boolean property under the name UiSelector has for it."""
    if field == "longClickable":
        return view.long_clickable
    if field == "focusable":
        return view.clickable or view.editable
    if field == "scrollable":
        return scrollable(view)
    return bool(getattr(view, field))


def object_info(node: Node) -> dict[str, Any]:
    """What `objInfo` answers about a view."""
    package, view = node

    def rectangle(value: tuple[int, int, int, int]) -> dict[str, int]:
        return dict(zip(("left", "top", "right", "bottom"), value, strict=True))

    info: dict[str, Any] = {name: flag(view, name) for name in _FLAGS}
    return info | {
        "bounds": rectangle(view.visible),
        "visibleBounds": rectangle(view.visible),
        "childCount": sum(child.shown for child in view.children),
        "className": view.class_name,
        "contentDescription": view.desc or None,
        "packageName": package,
        "resourceName": resource_name(view, package) or None,
        "text": shown_text(view),
    }
