"""Draws the corpus: compact descriptions become the XML that uiautomator would print."""

from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import yaml

APP = "com.example.reader"
CORPUS = Path(__file__).parent / "corpus.yaml"
LAYOUTS = ("native", "text", "web", "beside", "parent")
WIDTH, HEIGHT = 1080, 2340


def node(
    kind: str = "android.widget.TextView",
    text: str = "",
    *,
    bounds: tuple[int, int, int, int] = (60, 800, 1020, 900),
    package: str = APP,
    resource: str = "",
    description: str = "",
    inside: str = "",
    **flags: bool,
) -> str:
    """One view as XML."""
    left, top, right, bottom = bounds
    words = {
        "text": text,
        "resource-id": resource,
        "class": kind if "." in kind else f"android.widget.{kind}",
        "package": package,
        "content-desc": description,
        "bounds": f"[{left},{top}][{right},{bottom}]",
    }
    names = ("checkable", "checked", "clickable", "enabled", "scrollable", "password")
    words |= {name: str(flags.get(name, name == "enabled")).lower() for name in names}
    attributes = " ".join(f"{name}={quoteattr(value)}" for name, value in words.items())
    return f"<node {attributes}>{inside}</node>"


def page(*views: str, package: str = APP) -> str:
    """A whole screen of one app."""
    root = node("FrameLayout", bounds=(0, 0, WIDTH, HEIGHT), package=package, inside="".join(views))
    declaration = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
    return f'{declaration}<hierarchy rotation="0">{root}</hierarchy>'


def button(text: str, layout: str, bounds: tuple[int, int, int, int], package: str) -> str:
    """A button as different toolkits draw it."""
    if layout == "native":
        return node("Button", text, bounds=bounds, package=package, clickable=True)
    if layout == "text":
        return node(text=text, bounds=bounds, package=package, clickable=True)
    if layout == "web":
        return node("android.view.View", description=text, bounds=bounds, package=package)
    label = node(text=text, bounds=bounds, package=package)
    if layout == "parent":
        return node("LinearLayout", bounds=bounds, package=package, clickable=True, inside=label)
    under = node("android.view.View", bounds=bounds, package=package, clickable=True)
    return node("FrameLayout", bounds=bounds, package=package, inside=under + label)


def draw(entry: dict[str, Any], layout: str = "native") -> str:
    """The XML of one corpus entry."""
    package = entry.get("package", APP)
    views: list[str] = []
    top = 300
    if entry.get("title"):
        views.append(
            node(
                text=entry["title"],
                bounds=(60, top, 1020, top + 80),
                package=package,
                resource=entry.get("title_id", ""),
            )
        )
    top += 100
    for text in entry.get("body", []):
        views.append(node(text=text, bounds=(60, top, 1020, top + 120), package=package))
        top += 130
    for text in entry.get("links", []):
        views.append(
            node(text=text, bounds=(60, top, 500, top + 60), package=package, clickable=True)
        )
        top += 70
    for text in entry.get("fields", []):
        views.append(
            node(
                "EditText", text, bounds=(60, top, 1020, top + 90), package=package, clickable=True
            )
        )
        top += 100
    for box in entry.get("boxes", []):
        row = (60, top, 1020, top + 60)
        views.append(
            node(
                "LinearLayout",
                bounds=row,
                package=package,
                inside=node(
                    "CheckBox",
                    bounds=(60, top, 120, top + 60),
                    package=package,
                    clickable=True,
                    checkable=True,
                    checked=bool(box.get("checked")),
                )
                + node(text=box["text"], bounds=(130, top, 1020, top + 60), package=package),
            )
        )
        top += 70
    for text in entry.get("rows", []):
        views.append(
            node(
                "LinearLayout",
                bounds=(0, top, WIDTH, top + 120),
                package=package,
                clickable=True,
                inside=node(text=text, bounds=(60, top + 20, 600, top + 100), package=package)
                + node("ImageView", bounds=(1000, top + 20, 1060, top + 100), package=package),
            )
        )
        top += 125
    buttons = entry.get("buttons", [])
    width = (WIDTH - 120) // max(len(buttons), 1)
    bar = []
    for index, each in enumerate(buttons):
        text, _, identifier = each.partition("#")
        left = 60 + index * width
        bounds = (left, top, left + width, top + 110)
        if identifier:
            bar.append(
                node(
                    "Button",
                    text,
                    bounds=bounds,
                    package=package,
                    resource=identifier,
                    clickable=True,
                )
            )
        else:
            bar.append(button(text, layout, bounds, package))
    views.append(
        node(
            "LinearLayout", bounds=(60, top, 1020, top + 110), package=package, inside="".join(bar)
        )
    )
    top += 120
    for text in entry.get("after", []):
        views.append(node(text=text, bounds=(60, top, 1020, top + 60), package=package))
        top += 70
    if entry.get("corner"):
        text, _, identifier = entry["corner"].partition("#")
        views.append(
            node(text=text, bounds=(860, 100, 1040, 180), package=package, resource=identifier)
        )
    dialog = node(
        "LinearLayout",
        bounds=(0, 90, WIDTH, top),
        package=package,
        resource=entry.get("frame_id", ""),
        inside="".join(views),
    )
    return page(dialog, package=package)


@cache
def corpus() -> list[dict[str, Any]]:
    """All labelled entries."""
    entries = yaml.safe_load(CORPUS.read_text("utf-8"))
    assert isinstance(entries, list)
    return entries
