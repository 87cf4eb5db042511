"""The screen as XML, as uiautomator and uiautomator2 print it.

Formats follow AOSP's AccessibilityNodeInfoDumper: attribute order, the replacing of characters
that XML forbids by ".", and numeric escapes for line breaks. Only what is visible is printed.
"""

from farm.twin.runtime.views import Rectangle, View
from farm.twin.runtime.windows import Window

HEADER = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
_ESCAPES = {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    ord("\n"): "&#10;",
    ord("\r"): "&#13;",
    ord("\t"): "&#9;",
}
_FORBIDDEN = [
    (0x0, 0x8),
    (0xB, 0xC),
    (0xE, 0x1F),
    (0x7F, 0x84),
    (0x86, 0x9F),
    (0xD800, 0xDFFF),
    (0xFDD0, 0xFDDF),
    (0xFFFE, 0xFFFF),
]
_TABLE = {code: "." for first, last in _FORBIDDEN for code in range(first, last + 1)} | _ESCAPES
# The last two code points of each plane above the first are no characters either.
_TABLE |= {plane * 0x10000 + low: "." for plane in range(1, 17) for low in (0xFFFE, 0xFFFF)}


def escape(text: str) -> str:
    """Text as an attribute's value."""
    return text.translate(_TABLE)


def resource_name(view: View, package: str) -> str:
    """The full resource name: `pkg:id/name`, or as given when it has a package already."""
    if not view.resource:
        return ""
    return view.resource if ":" in view.resource else f"{package}:id/{view.resource}"


def shown_text(view: View) -> str:
    """What accessibility says the text is: the hint of an empty field, dots for a password."""
    if view.password and view.text:
        return "•" * len(view.text)
    return view.text or (view.hint if view.editable else "")


def decor(window: Window, content_top: int) -> View:
    """The window's frames around the app's tree, as the platform's decor view has them."""
    left, top, right, bottom = window.bounds
    content = View("android.widget.FrameLayout", resource="android:id/content")
    content.bounds = content.visible = (
        (left, top, right, bottom) if window.modal else (left, content_top, right, bottom)
    )
    content.children = [window.root]
    frame = View("android.widget.LinearLayout")
    frame.bounds = frame.visible = window.bounds
    frame.children = [content]
    outer = View("android.widget.FrameLayout")
    outer.bounds = outer.visible = window.bounds
    outer.children = [frame]
    return outer


def hierarchy_xml(windows: list[tuple[str, View]], rotation: int = 0, max_depth: int = 1000) -> str:
    """Print windows given as (package, root view), topmost first."""
    parts = [HEADER, "\r\n", f'<hierarchy rotation="{rotation}">']
    for at, (package, root) in enumerate(windows):
        _print(root, package, at, max_depth, parts)
    parts.append("</hierarchy>")
    return "".join(parts)


def _print(view: View, package: str, index: int, depth: int, parts: list[str]) -> None:
    def flag(value: bool) -> str:
        return "true" if value else "false"

    left, top, right, bottom = _visible(view)
    focusable = view.clickable or view.editable
    parts.append(
        f'<node index="{index}" text="{escape(shown_text(view))}"'
        f' resource-id="{escape(resource_name(view, package))}"'
        f' class="{escape(view.class_name)}" package="{escape(package)}"'
        f' content-desc="{escape(view.desc)}" checkable="{flag(view.checkable)}"'
        f' checked="{flag(view.checked)}" clickable="{flag(view.clickable)}"'
        f' enabled="{flag(view.enabled)}" focusable="{flag(focusable)}"'
        f' focused="{flag(view.focused)}" scrollable="{flag(scrollable(view))}"'
        f' long-clickable="{flag(view.long_clickable)}" password="{flag(view.password)}"'
        f' selected="{flag(view.selected)}" visible-to-user="true"'
        f' bounds="[{left},{top}][{right},{bottom}]"'
    )
    told = depth > 1 and not view.hides_below
    children = [child for child in view.children if child.shown] if told else []
    if not children:
        parts.append(" />")
        return
    parts.append(">")
    # Android numbers a node by its place among all children, shown or not.
    for at, child in enumerate(view.children):
        if child.shown:
            _print(child, package, at, depth - 1, parts)
    parts.append("</node>")


def scrollable(view: View) -> bool:
    """A scrolling view says so only while it has something to scroll."""
    if not view.scrolls:
        return False
    return view.content_height > view.bounds[3] - view.bounds[1]


def _visible(view: View) -> Rectangle:
    return view.visible
