"""Turns touches on known screens into a scenario that makes them again.

Names views by what lasts: words, then ids, then places. Answers to consent and permission dialogs
become answers, not taps. Whatever an app said is written as a literal, and nothing else of it.
"""

import msgspec

from farm.explore.dialogs import ScreenState, classify
from farm.explore.dialogs.labels import is_label
from farm.explore.hierarchy import Hierarchy, Node
from farm.explore.screen_parts import allowed_by
from farm.explore.selectors import Selector, find_all, touchable
from farm.explore.template import literal
from farm.explore.touches import Kind, Touch
from farm.model.vocabulary import DialogKind

_GIVEN = ("app", "screen", "consent", "permissions")
_PAUSE = 4.0  # seconds without a touch that are worth waiting for again
_LONGEST_PAUSE = 60.0
_HEAD = '''"""{title}. Written from touches on a phone; read it before you rely on it."""

from farm.scenario import {imports}, scenario


@scenario(title={literal}, duration={duration})
async def {name}({parameters}) -> None:
    """{count} touches, as they were made."""
'''


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A touch, and the screen it was made on."""

    touch: Touch
    state: ScreenState


def write_script(name: str, title: str, made: list[Made], typed: dict[int, str]) -> str:
    """Write the scenario.

    Args:
        name: of the function and the file.
        title: one line.
        made: touches in order.
        typed: index of a touch -> text that stood in the field it touched before the next one.
    """
    body: list[str] = []
    used: set[str] = set()
    for number, each in enumerate(made):
        if number:
            pause = each.touch.began - made[number - 1].touch.ended
            if pause >= _PAUSE:
                used.add("app")
                body.append(f"await app.watch({min(round(pause), _LONGEST_PAUSE):g})")
        line = _line(each, typed.get(number))
        used |= {part for part in _GIVEN if f"await {part}." in line}
        body.append(line)
    used |= {"screen"} if not used else set()
    given = [part for part in _GIVEN if part in used]
    seconds = made[-1].touch.ended - made[0].touch.began if made else 0.0
    shown = "".join(one if one.isprintable() else " " for one in title)
    safe = shown.replace("\\", "").replace('"', "'").strip().rstrip(".") or "Recorded touches"
    head = _HEAD.format(
        title=" ".join(safe.split()),
        imports=", ".join(sorted(part.title() for part in given)),
        literal=literal(title),
        duration=max(60, round(seconds * 2)),
        name=name,
        parameters=", ".join(f"{part}: {part.title()}" for part in given),
        count=len(made),
    )
    return head + "".join(f"    {line}\n" for line in body or ["await screen.observe()"])


def _line(made: Made, typed: str | None) -> str:
    touch, state = made.touch, made.state
    if touch.kind is Kind.KEY:
        return {"back": "await screen.back()", "home": "await app.home()"}.get(
            touch.key, "await screen.observe()  # a key that scenarios do not press"
        )
    if touch.kind is Kind.SWIPE:
        if abs(touch.to_y - touch.y) < abs(touch.to_x - touch.x):
            return "await screen.observe()  # a swipe to the side, which is not made again"
        return f"await screen.scroll({'up=True' if touch.to_y > touch.y else ''})"
    answer = _answer(state, touch)
    if answer:
        return answer
    node = _touched(state.hierarchy, touch)
    if node is None:
        return f"await screen.tap_at({touch.x}, {touch.y})"
    if typed is not None:
        if node.password:
            return "await app.log_in()  # a password was typed: name the account in the hints"
        return f"await screen.type({literal(typed)}, {_named(state.hierarchy, node)})"
    named = _named(state.hierarchy, node)
    return f"await screen.tap({named})" if named else f"await screen.tap_at({touch.x}, {touch.y})"


def _answer(state: ScreenState, touch: Touch) -> str:
    recognised = classify(state)
    if recognised.kind is DialogKind.PERMISSION:
        allowed = allowed_by(recognised, touch.x, touch.y)
        if allowed is not None:
            return f"await permissions.{'allow' if allowed else 'deny'}()"
    if recognised.kind is DialogKind.PRIVACY_CONSENT:
        allowed = allowed_by(recognised, touch.x, touch.y)
        if allowed is not None:
            return f'await consent.get_past("{"accept" if allowed else "decline"}")'
    return ""


def _touched(hierarchy: Hierarchy, touch: Touch) -> Node | None:
    """The view under the finger: the topmost one that reacts, else the topmost at all."""
    hits = [
        node
        for node in hierarchy.nodes
        if node.visible
        and node.bounds.left <= touch.x < node.bounds.right
        and node.bounds.top <= touch.y < node.bounds.bottom
    ]
    reacting = [node for node in hits if node.clickable or node.checkable]
    if not hits:
        return None
    node = reacting[-1] if reacting else hits[-1]
    # The words in a row name it better than the row itself, which has none.
    worded = [
        each
        for each in hierarchy.subtree(node)
        if is_label(each.label) and touchable(hierarchy, each).index == node.index
    ]
    return node if node.label.strip() or not worded else worded[0]


def _named(hierarchy: Hierarchy, node: Node) -> str:
    """Arguments of `screen.tap` that mean this view; empty if none do."""
    selectors: list[Selector] = []
    label = node.label.strip()
    if label and is_label(label) and node.kind != "EditText":
        selectors.append(Selector(text=label))
    if node.id_name:
        selectors.append(Selector(id=node.id_name))
    if node.kind:
        selectors.append(Selector(kind=node.kind))
    for selector in selectors:
        fitting = find_all(hierarchy, selector)
        at = next((i for i, each in enumerate(fitting) if each.index == node.index), None)
        if at is None:
            continue
        if selector.text:
            named = f"text={literal(label)}" if node.kind == "EditText" else literal(label)
        elif selector.id:
            named = f"id={literal(selector.id)}"
        else:
            named = f"kind={literal(selector.kind)}"
        return named + (f", index={at}" if at else "")
    return ""
