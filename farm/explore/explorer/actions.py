"""What can be done on a screen: a pure function of its hierarchy, and of words in its picture.

Knows what must be left alone (`data/explore.yaml`): money, calls, deletion, logging out.
"""

import re
from functools import cache
from importlib import resources

import msgspec
import yaml

from farm.explore.dialogs.vocabulary import fold
from farm.explore.explorer.values import Action, ActionKind
from farm.explore.hierarchy import Hierarchy, Node
from farm.explore.pictures.words import Word

_DIGITS = re.compile(r"\d+")
_MOST_ACTIONS = 200
_LONGEST_LABEL = 80
_LATIN = re.compile(r"[a-zà-ÿ]")
_GRID = (3, 5)  # columns and rows of points on a canvas without words


class Goal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of a thing that can be looked for in an app."""

    goal: list[str]
    through: list[str]


class WithdrawalWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words around the withdrawal of a consent."""

    confirm: list[str]  # buttons that confirm it
    done: list[str]  # parts of texts by which an app says that it is done


class _Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    avoid: dict[str, list[str]]
    texts: list[str]
    goals: dict[str, Goal]
    withdrawal: WithdrawalWords


@cache
def _source() -> _Source:
    text = resources.files("farm.explore").joinpath("data/explore.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), _Source)


def avoided(label: str) -> str:
    """Why a button must be left alone, empty if it may be tapped."""
    folded = fold(label)
    for reason, words in _source().avoid.items():
        if any(says(folded, word) for word in words):
            return reason
    return ""


def says(folded: str, word: str) -> bool:
    """Whether a folded label holds a word: whole Latin words, ideographs anywhere."""
    part = fold(word)
    if _LATIN.search(part):
        return bool(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", folded))
    return part in folded


def goals() -> dict[str, Goal]:
    """What can be looked for, by name."""
    return _source().goals


def withdrawal_words() -> WithdrawalWords:
    """Words around the withdrawal of a consent."""
    return _source().withdrawal


def texts() -> list[str]:
    """What is typed into ordinary fields."""
    return _source().texts


def actions_of(hierarchy: Hierarchy, package: str, words: tuple[Word, ...] = ()) -> list[Action]:
    """Everything that can be done on the app's part of the screen, in drawing order.

    Args:
        hierarchy: the screen.
        package: only its views count.
        words: words read from the picture, for screens whose hierarchy says nothing.
    """
    found: dict[str, Action] = {}
    for node in hierarchy.nodes:
        if node.package != package or node.bounds.empty or not node.visible or not node.enabled:
            continue
        for action in _of_node(hierarchy, node):
            key, number = action.key, 2
            while key in found:  # equal things drawn twice are told apart by their order
                key, number = f"{action.key} {number}", number + 1
            found[key] = msgspec.structs.replace(action, key=key)
        if len(found) >= _MOST_ACTIONS:
            break
    for word in words:
        action = _of_word(word)
        found.setdefault(action.key, action)
    if not any(each.kind is ActionKind.TAP for each in found.values()):
        for action in _grid(hierarchy, package):
            found.setdefault(action.key, action)
    found["back"] = Action(kind=ActionKind.BACK, key="back", group="back", label="back")
    return list(found.values())


def label_of(hierarchy: Hierarchy, node: Node) -> str:
    """What a touchable view says: its own label, or those of the views in it."""
    if node.label.strip():
        return node.label.strip()[:_LONGEST_LABEL]
    inside = [
        each.label.strip()
        for each in hierarchy.subtree(node)
        if each.label.strip() and not each.bounds.empty and each.visible
    ]
    return " ".join(inside)[:_LONGEST_LABEL]


def group_of(hierarchy: Hierarchy, node: Node) -> str:
    """Names views that are drawn alike at one place: class, id, and the parent's, no words."""
    parent = hierarchy.nodes[node.parent] if node.parent >= 0 else None
    above = f"{parent.kind}#{parent.id_name}" if parent is not None else ""
    return f"{above}/{node.kind}#{node.id_name}"


def _of_node(hierarchy: Hierarchy, node: Node) -> list[Action]:
    x, y = node.bounds.centre
    group = group_of(hierarchy, node)
    label = label_of(hierarchy, node)
    name = f"{group}:{_DIGITS.sub('#', fold(label))}"
    if node.kind.endswith(("EditText", "AutoCompleteTextView")):
        if node.password:
            return []
        text = texts()[len(label) % len(texts())]
        return [
            Action(
                kind=ActionKind.TYPE,
                key=f"type {group}",
                group=f"type {group}",
                label=label,
                x=x,
                y=y,
                node=node.index,
                text=text,
            )
        ]
    found: list[Action] = []
    if node.clickable or node.checkable:
        found.append(
            Action(
                kind=ActionKind.TAP,
                key=f"tap {name}",
                group=f"tap {group}",
                label=label,
                x=x,
                y=y,
                node=node.index,
                avoid=avoided(label),
            )
        )
    if node.scrollable:
        found.append(
            Action(
                kind=ActionKind.SCROLL,
                key=f"scroll {group}",
                group="scroll",
                label="scroll",
                x=x,
                y=y,
                node=node.index,
            )
        )
    return found


def _of_word(word: Word) -> Action:
    name = _DIGITS.sub("#", fold(word.text))
    return Action(
        kind=ActionKind.TAP,
        key=f"tap word:{name}",
        group="tap word",
        label=word.text[:_LONGEST_LABEL],
        x=(word.bounds.left + word.bounds.right) // 2,
        y=(word.bounds.top + word.bounds.bottom) // 2,
        avoid=avoided(word.text),
    )


def _grid(hierarchy: Hierarchy, package: str) -> list[Action]:
    """Points of the largest view that draws everything itself."""
    canvases = [
        node
        for node in hierarchy.nodes
        if node.package == package
        and not node.bounds.empty
        and node.end == node.index + 1
        and not node.label.strip()
        and node.kind not in {"TextView", "ImageView"}
    ]
    if not canvases:
        return []
    canvas = max(canvases, key=lambda node: (node.bounds.width * node.bounds.height, -node.index))
    box = canvas.bounds
    columns, rows = _GRID
    return [
        Action(
            kind=ActionKind.TAP,
            key=f"tap point {column} {row}",
            group="tap point",
            label=f"point {column},{row}",
            x=box.left + box.width * (2 * column + 1) // (2 * columns),
            y=box.top + box.height * (2 * row + 1) // (2 * rows),
        )
        for row in range(rows)
        for column in range(columns)
    ]
