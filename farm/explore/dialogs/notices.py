"""Everything an app itself may put in the way that is no privacy consent."""

import re

from farm.explore.dialogs.buttons import candidates, is_button
from farm.explore.dialogs.labels import Role
from farm.explore.dialogs.values import Button, Recognised
from farm.explore.dialogs.vocabulary import (
    Question,
    fold,
    has_countdown,
    label_key,
    vocabulary,
)
from farm.explore.dialogs.window import Window
from farm.explore.hierarchy import Hierarchy, Node
from farm.model.vocabulary import DialogKind

_FEW_WORDS = 14  # a dialog says less than a page
_CLOSE_ID = re.compile(r"(?:^|_)(?:close|skip|dismiss|cancel)(?:_|$)|ad_close|close_ad", re.I)
_PHONE_NUMBER = re.compile(r"1\d{2}\*{4}\d{4}")
_DIALOG_ID = re.compile(
    r"(?:^|_)(?:alerttitle|parentpanel|buttonpanel|dialog|popup|design_bottom_sheet)", re.I
)


def update(window: Window, package: str) -> Recognised | None:
    """Return an update notice: words about a new version and a button for it."""
    words = vocabulary()
    now = _button(window, words.update_now)
    later = _button(window, words.update_later)
    sign = window.has_part(words.update_signs)
    if now is None and sign and later is not None:
        found = candidates(window.hierarchy, window.nodes)
        now = next((each.node for each in found if each.role is Role.ACKNOWLEDGE), None)
    if now is None or not (sign or later):
        return None
    if not sign and len(window.labelled) > _FEW_WORDS:
        return None  # a page of a shop with an "update" button
    reasons = [f"button {now.label.strip()[:40]}"]
    if sign:
        reasons.append(f"says: {sign}")
    return _recognised(DialogKind.UPDATE, window, package, now, later, reasons)


def advertisement(window: Window, package: str) -> Recognised | None:
    """Return an advertisement or splash screen that can be skipped or closed."""
    words = vocabulary()
    skip = _anywhere(window, words.skip)
    sign = window.labelled_by(words.advertisement_signs)
    by_id = next(
        (
            node
            for node in window.nodes
            if not node.bounds.empty
            and any(part in node.id_name.lower() for part in words.advertisement_ids)
        ),
        None,
    )
    reasons: list[str] = []
    if skip is not None:
        reasons.append(f"button {skip.label.strip()[:40]}")
    if sign is not None:
        reasons.append(f"marked {sign.label.strip()[:40]}")
    if by_id is not None:
        reasons.append(f"id {by_id.id_name[:60]}")
    certain_skip = skip is not None and (
        has_countdown(skip.label) or len(label_key(skip.label)) > 2 or by_id is not None
    )
    if not (certain_skip or (sign is not None and (skip or _close(window)))):
        few = len(window.labelled) <= 4
        if not (few and (skip is not None or (by_id is not None and _close(window)))):
            return None
    return _recognised(
        DialogKind.ADVERTISEMENT, window, package, None, skip or _close(window), reasons
    )


def login(window: Window, package: str) -> Recognised | None:
    """Return a log-in or registration page."""
    words = vocabulary()
    action = _button(window, words.login_actions)
    actions = window.all_labelled_by(words.login_actions)
    field = window.labelled_by(words.login_fields)
    sign = window.has_part(words.login_signs)
    masked = _PHONE_NUMBER.search(window.joined)
    reasons: list[str] = []
    if action is not None:
        reasons.append(f"button {action.label.strip()[:40]}")
    if window.has_field:
        reasons.append("asks for input")
    if field is not None:
        reasons.append(f"field {field.label.strip()[:40]}")
    if sign:
        reasons.append(f"says: {sign}")
    if masked:
        reasons.append("shows a masked phone number")
    if not actions and not sign:
        return None
    evidence = bool(window.has_field) + bool(field) + bool(sign) + bool(masked)
    if not evidence and len({label_key(node.label) for node in actions}) < 2:
        return None  # one "log in" link on an ordinary page
    return _recognised(DialogKind.LOGIN, window, package, action, _close(window), reasons)


def age_gate(window: Window, package: str) -> Recognised | None:
    """Return a question for the user's age; birthday wheels have no "no"."""
    question = vocabulary().age_gate
    sign = window.has_part(question.signs)
    if not sign or len(window.labelled) > 3 * _FEW_WORDS:
        return None
    yes, no = _button(window, question.accept), _button(window, question.decline)
    if yes is None and no is None:
        title = fold(window.title)
        if not any(each in title for each in question.signs):
            return None  # a profile page with a birthday on it
        found = candidates(window.hierarchy, window.nodes)
        yes = next((each.node for each in found if each.role is Role.ACKNOWLEDGE), None)
        no = next((each.node for each in found if each.role is Role.REFUSE_SOFT), None)
        if yes is None and no is None:
            return None
    return _recognised(DialogKind.AGE_GATE, window, package, yes, no, [f"says: {sign}"])


def rating(window: Window, package: str) -> Recognised | None:
    """Return a plea for stars or a review."""
    return _asked(DialogKind.RATING, vocabulary().rating, window, package)


def battery_saver(window: Window, package: str) -> Recognised | None:
    """Return a wish to be left out of battery saving, or to start by itself."""
    return _asked(DialogKind.BATTERY_SAVER, vocabulary().battery_saver, window, package)


def _asked(kind: DialogKind, question: Question, window: Window, package: str) -> Recognised | None:
    sign = window.has_part(question.signs)
    if not sign or len(window.labelled) > _FEW_WORDS:
        return None
    yes, no = _button(window, question.accept), _button(window, question.decline)
    if yes is None and no is None:
        return None
    if no is None and len(window.labelled) > _FEW_WORDS // 2:
        return None  # a page of settings
    return _recognised(kind, window, package, yes, no or _close(window), [f"says: {sign}"])


def other(window: Window, package: str) -> Recognised | None:
    """Return a small window with buttons whose question is not known."""
    found = candidates(window.hierarchy, window.nodes)
    positive = next(
        (each.node for each in found if each.role in {Role.AGREE, Role.ACKNOWLEDGE}), None
    )
    positive = positive or _button(window, vocabulary().allow)
    negative = next(
        (each.node for each in found if each.role in {Role.REFUSE, Role.REFUSE_SOFT}), None
    )
    negative = negative or _button(window, vocabulary().deny)
    framed = next((node for node in window.nodes if _DIALOG_ID.search(node.id_name)), None)
    if positive is None and negative is None:
        return None
    if framed is None and (
        len(window.labelled) > _FEW_WORDS or (positive is None or negative is None)
    ):
        return None
    reasons = ["a dialog with buttons, about nothing known"]
    if framed is not None:
        reasons.append(f"id {framed.id_name[:60]}")
    return _recognised(DialogKind.OTHER, window, package, positive, negative, reasons)


def _recognised(
    kind: DialogKind,
    window: Window,
    package: str,
    accept: Node | None,
    decline: Node | None,
    reasons: list[str],
) -> Recognised:
    return Recognised(
        kind=kind,
        package=package,
        title=window.title,
        text=window.text,
        accept=Button.of(accept) if accept else None,
        decline=Button.of(decline) if decline else None,
        reasons=tuple(reasons),
    )


def _button(window: Window, keys: frozenset[str]) -> Node | None:
    return next(
        (node for node in window.all_labelled_by(keys) if is_button(window.hierarchy, node)), None
    )


def _anywhere(window: Window, keys: frozenset[str]) -> Node | None:
    """A label that counts even where the view is not marked clickable, as skip buttons often."""
    return _button(window, keys) or next(iter(window.all_labelled_by(keys)), None)


def _close(window: Window) -> Node | None:
    """A close button: by its word, its description, or an id of a small clickable picture."""
    worded = _button(window, vocabulary().close)
    if worded is not None:
        return worded
    return next(
        (
            node
            for node in window.nodes
            if not node.bounds.empty
            and _CLOSE_ID.search(node.id_name)
            and (node.clickable or node.kind.startswith("Image"))
        ),
        None,
    )


def app_nodes(hierarchy: Hierarchy, package: str) -> tuple[Node, ...]:
    """The nodes that one package drew."""
    return tuple(node for node in hierarchy.nodes if node.package == package)
