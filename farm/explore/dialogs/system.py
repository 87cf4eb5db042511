"""Dialogs drawn by the system: permission requests and crash notices.

The package of a view is stamped by the system and cannot be forged by an app; ids and words
alone can. Both together are needed.
"""

from farm.explore.dialogs import notices
from farm.explore.dialogs.buttons import is_button
from farm.explore.dialogs.values import Button, Recognised
from farm.explore.dialogs.vocabulary import vocabulary
from farm.explore.dialogs.window import Window
from farm.explore.hierarchy import Hierarchy, Node
from farm.model.vocabulary import DialogKind

_ALLOW_ROLES = ("allow", "allow_once", "allow_always")
_DENY_ROLES = ("deny", "deny_forever")
_ANSWERING = frozenset({*_ALLOW_ROLES, *_DENY_ROLES, "title", "never_ask"})


def permission(hierarchy: Hierarchy, activity: str) -> Recognised | None:
    """Return the permission request on the screen, None if there is none.

    Settings pages of the same packages (radio buttons, lists) are not requests.
    """
    words = vocabulary()
    nodes = tuple(node for node in hierarchy.nodes if node.package in words.permission_packages)
    if not nodes:
        return None
    window = Window(hierarchy, nodes)
    by_role: dict[str, Node] = {}
    for node in nodes:
        role = words.permission_ids.get(node.id_name)
        if role is not None and not node.bounds.empty and node.visible:
            by_role.setdefault(role, node)
    reasons = [f"drawn by {nodes[0].package}"]
    allow = next((by_role[role] for role in _ALLOW_ROLES if role in by_role), None)
    deny = next((by_role[role] for role in _DENY_ROLES if role in by_role), None)
    requesting = activity.rpartition(".")[2] == words.permission_activity
    if by_role:
        first = next(iter(by_role.values()))
        reasons.append(f"id {first.id_name}")
    if requesting:
        reasons.append(f"activity {words.permission_activity}")
    allow = (
        allow
        or _worded(window, words.allow - words.allow_partly)
        or _worded(window, words.allow_partly)
    )
    deny = deny or _worded(window, words.deny)
    if not by_role and not requesting:
        if allow is None or deny is None:
            return None
        reasons.append(f"words {allow.label.strip()[:40]} / {deny.label.strip()[:40]}")
    message = by_role.get("title")
    return Recognised(
        kind=DialogKind.PERMISSION,
        package=nodes[0].package,
        title=(message.label.strip()[:200] if message else window.title),
        text=window.text,
        accept=Button.of(allow) if allow else None,
        decline=Button.of(deny) if deny else None,
        reasons=tuple(reasons),
    )


def battery_saver(hierarchy: Hierarchy, activity: str) -> Recognised | None:
    """Return the system's question whether an app may run in the background or start itself.

    Some makers draw it with the package that also draws permission requests; those carry a
    request's ids or its activity, this one does not.
    """
    words = vocabulary()
    packages = words.battery_saver.packages
    nodes = tuple(node for node in hierarchy.nodes if node.package in packages)
    if not nodes or activity.rpartition(".")[2] == words.permission_activity:
        return None
    if any(words.permission_ids.get(node.id_name) in _ANSWERING for node in nodes):
        return None
    return notices.battery_saver(Window(hierarchy, nodes), nodes[0].package)


def crash(hierarchy: Hierarchy) -> Recognised | None:
    """Return the system's "keeps stopping" or "isn't responding" notice, None if there is none."""
    words = vocabulary()
    nodes = tuple(node for node in hierarchy.nodes if node.package in words.crash_packages)
    if not nodes:
        return None
    window = Window(hierarchy, nodes)
    ids = {
        node.id_name: node
        for node in reversed(nodes)
        if node.id_name in words.crash_ids and not node.bounds.empty
    }
    close = ids.get("aerr_close") or ids.get("aerr_restart") or _worded(window, words.crash_close)
    wait = ids.get("aerr_wait") or _worded(window, words.crash_wait)
    sign = window.has_part(words.crash_signs)
    if not ids and not (sign and close):
        return None
    reasons = [f"drawn by {nodes[0].package}"]
    reasons += [f"id {name}" for name in sorted(ids)]
    if sign:
        reasons.append(f"says: {sign}")
    return Recognised(
        kind=DialogKind.CRASH,
        package=nodes[0].package,
        title=window.title,
        text=window.text,
        accept=Button.of(wait) if wait else None,
        decline=Button.of(close) if close else None,
        reasons=tuple(reasons),
    )


def _worded(window: Window, keys: frozenset[str]) -> Node | None:
    return next(
        (node for node in window.all_labelled_by(keys) if is_button(window.hierarchy, node)), None
    )
