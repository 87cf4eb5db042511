"""Privacy consent: an agreement is named, and a button answers it.

A wrong "yes" here moves the border between two phases of a session and may accuse an app
wrongly, so whatever could also be something else is left to the other recognisers.
"""

import re

from farm.explore.dialogs.buttons import Candidate, candidates, labels_a_box
from farm.explore.dialogs.labels import Role
from farm.explore.dialogs.values import Button, Recognised
from farm.explore.dialogs.vocabulary import fold, vocabulary
from farm.explore.dialogs.window import Window
from farm.explore.hierarchy import Hierarchy, Node
from farm.model.vocabulary import DialogKind

_SHORTEST_SENTENCE = 12
_MOST_ANSWERS = 20
_PHONE_NUMBER = re.compile(r"1\d{2}\*{4}\d{4}")
_LATIN = re.compile(r"[a-z]")


def recognise(hierarchy: Hierarchy, nodes: tuple[Node, ...], package: str) -> Recognised | None:
    """Return the consent dialog drawn by these nodes (all of one package), None if there is none.

    Among several answering buttons the clear ones count first, then the ones nearest to the
    words that name the agreement.
    """
    found = candidates(hierarchy, nodes)
    for roles in ((Role.AGREE, Role.AGREE_LOGIN), (Role.ACKNOWLEDGE,)):
        # No dialog has so many; a screen full of them would take seconds to look at.
        for candidate in [each for each in found if each.role in roles][:_MOST_ANSWERS]:
            recognised = _around(hierarchy, candidate, found, package)
            if recognised is not None:
                return recognised
    return None


def _around(
    hierarchy: Hierarchy, accept: Candidate, found: list[Candidate], package: str
) -> Recognised | None:
    scope = _scope(hierarchy, accept.node, found)
    if scope is None:
        return None
    window, noun = scope
    inside = {node.index for node in window.nodes}
    buttons = [each for each in found if each.node.index in inside]
    refuse = _first(buttons, Role.REFUSE)
    decline = refuse or _first(buttons, Role.REFUSE_SOFT)
    objection = _objection(window, accept, refuse, noun)
    if objection:
        return None
    box = _box(window)
    reasons = [
        f"names an agreement: {noun}",
        f"answer by {accept.role}: {accept.node.label.strip()[:60]}",
    ]
    if decline is not None:
        reasons.append(f"refusal by {decline.role}: {decline.node.label.strip()[:60]}")
    again = window.has_part(vocabulary().second_stage)
    if again:
        reasons.append(f"asks again: {again}")
    details = [each.node for each in buttons if each.role is Role.MANAGE]
    details += [
        node
        for node in window.labelled
        if node.clickable and len(node.label) <= 40 and _noun_in(fold(node.label))
    ]
    return Recognised(
        kind=DialogKind.PRIVACY_CONSENT,
        package=package,
        title=window.title,
        text=window.text,
        accept=Button.of(accept.node, clear=accept.role is not Role.ACKNOWLEDGE),
        decline=Button.of(decline.node, clear=decline.role is Role.REFUSE) if decline else None,
        details=tuple(Button.of(node) for node in details[:8]),
        checkbox=Button.of(box) if box else None,
        ticked=bool(box and box.checked),
        second_stage=bool(again),
        reasons=tuple(reasons),
    )


def _scope(hierarchy: Hierarchy, button: Node, found: list[Candidate]) -> tuple[Window, str] | None:
    """The smallest part around the button that names an agreement, and its refusal if near.

    The button's own label does not count, nor do other buttons' labels.
    """
    labels = {each.node.index for each in found}
    refusals = [each.node.index for each in found if each.role in {Role.REFUSE, Role.REFUSE_SOFT}]
    best: tuple[Window, str] | None = None
    for ancestor in hierarchy.ancestors(button):
        window = Window(hierarchy, hierarchy.subtree(ancestor))
        if best is None:
            words = Window(
                hierarchy, tuple(node for node in window.nodes if node.index not in labels)
            )
            noun = _noun_in(words.folded) or _noun_in(words.joined)
            if noun:
                best = (window, noun)
        if best is not None and any(ancestor.index <= index < ancestor.end for index in refusals):
            return window, best[1]
    return best


def _noun_in(folded: str) -> str:
    for noun in vocabulary().policy_nouns:
        start = folded.find(noun)
        if start < 0:
            continue
        if len(noun) <= 4 and _LATIN.search(noun):  # AGB inside another word is no noun
            if not re.search(rf"\b{re.escape(noun)}\b", folded):
                continue
        return noun
    return ""


def _first(buttons: list[Candidate], role: Role) -> Candidate | None:
    return next((each for each in buttons if each.role is role), None)


def _objection(window: Window, accept: Candidate, refuse: Candidate | None, noun: str) -> str:
    """Why this is no privacy consent although an agreement and an answer are there."""
    words = vocabulary()
    title = fold(window.title)
    if window.has_field:
        return "asks for input: a log-in or registration page"
    login = window.labelled_by(words.login_actions) is not None or bool(
        _PHONE_NUMBER.search(window.joined)
    )
    if login and not (refuse is not None and accept.role is Role.AGREE):
        return "a log-in page"
    if accept.role is Role.AGREE_LOGIN and refuse is None:
        return "agrees only by logging in"
    if any(word in title for word in words.commerce_words):
        return "about a purchase"
    if any(word in title for word in words.rationale_titles) and not _noun_in(title):
        return "explains an Android permission"
    if not _noun_in(title):  # whatever the button says, the title tells what it is about
        if any(word in title for word in words.update_signs):
            return "an update notice"
        if any(word in title for word in words.rating.signs):
            return "asks for a rating"
    hidden = accept.role is Role.ACKNOWLEDGE
    if window.labelled_by(words.update_now) is not None and (hidden or refuse is None):
        return "an update notice"
    if hidden:
        if any(word in title for word in words.update_signs):
            return "an update notice"
        if _advertises(window):
            return "an advertisement"
        if any(word in window.joined for word in words.rationale_titles):
            return "explains an Android permission"
        if any(word in window.joined for word in words.commerce_words):
            return "about a purchase"
        if not _speaks_of(window, noun):
            return "no sentence about the agreement"
    return ""


def _advertises(window: Window) -> bool:
    words = vocabulary()
    return window.labelled_by(words.advertisement_signs) is not None


def _speaks_of(window: Window, noun: str) -> bool:
    """Whether a sentence addresses the user about the agreement; a bare link or row does not."""
    text = window.joined
    return (
        len(text) >= _SHORTEST_SENTENCE + len(noun)
        and window.has_part(vocabulary().address_words) != ""
        and any(
            len(node.label.strip()) >= _SHORTEST_SENTENCE and not node.label.strip().isdigit()
            for node in window.labelled
        )
    )


def _box(window: Window) -> Node | None:
    """The box that says "I have read and agree", if it can be told from others."""
    words = vocabulary()
    boxes = [node for node in window.nodes if node.checkable and not node.bounds.empty]
    for box in boxes:
        beside = [box] + [
            node
            for node in window.labelled
            if node.bounds.same_row(box.bounds) and labels_a_box(window.hierarchy, node)
        ]
        if any(
            label in fold(node.label) for node in beside for label in words.checkbox_labels
        ) or any(_noun_in(fold(node.label)) for node in beside):
            return box
    return None
