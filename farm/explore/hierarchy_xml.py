"""Reads a screen's hierarchy from uiautomator's XML.

Responsible for: bounding and parsing what the phone sends; every text in it is the app's and may
be hostile.

Format: the node attributes written by AOSP's AccessibilityNodeInfoDumper
(frameworks/testing/uiautomator_test_libraries) and by uiautomator2's server.
"""

import re

from lxml import etree

from farm.explore.app_text import MAX_TEXT, clean
from farm.explore.hierarchy import Bounds, Hierarchy, Node

MAX_CHARACTERS = 24 * 1024 * 1024
MAX_RAW_CHARACTERS = 128 * 1024 * 1024  # before long values are cut
MAX_NODES = 20_000
MAX_DEPTH = 200

_BOUNDS = re.compile(r"\[(-?\d{1,6}),(-?\d{1,6})\]\[(-?\d{1,6}),(-?\d{1,6})\]")
_LONG_VALUE = re.compile(r'"[^"]{16385,}"')
_CUT_REFERENCE = re.compile(r"&[^;]{0,12}\Z")
_BAD_CHARACTERS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BAD_REFERENCES = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|(\d{1,8}));")


def parse(xml: str) -> Hierarchy:
    """Read uiautomator's XML.

    Never raises for what the text contains: whatever cannot be read is left out, and `problems`
    say so. Time and memory are bounded by the limits above.
    """
    problems: list[str] = []
    root = _root(_bounded(xml, problems), problems)
    if root is None:
        return Hierarchy(problems=tuple(problems))
    nodes = _collect(root, problems)
    return Hierarchy(nodes=tuple(nodes), problems=tuple(problems))


def _bounded(xml: str, problems: list[str]) -> str:
    """Cut what no screen needs, so that the XML library never sees it."""
    size = len(xml)
    xml = xml[:MAX_RAW_CHARACTERS]
    if "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        problems.append("hierarchy declares a document type, which uiautomator never does")
        return ""
    xml, cut = _LONG_VALUE.subn(_shorten, xml)
    if cut:
        problems.append(f"{cut} attribute values cut to {MAX_TEXT} characters")
    if len(xml) > MAX_CHARACTERS or size > MAX_RAW_CHARACTERS:
        problems.append(f"hierarchy of {size} characters, not all of it read")
        xml = xml[:MAX_CHARACTERS]
    xml, dropped = _BAD_CHARACTERS.subn("\ufffd", xml)
    xml = _BAD_REFERENCES.sub(_allowed_reference, xml)
    if dropped:
        problems.append(f"{dropped} characters that XML forbids were replaced")
    return xml


def _shorten(match: re.Match[str]) -> str:
    return '"' + _CUT_REFERENCE.sub("", match.group()[1 : MAX_TEXT + 1]) + '"'


def _allowed_reference(match: re.Match[str]) -> str:
    code = int(match.group(1), 16) if match.group(1) else int(match.group(2))
    if code > 0x10FFFF or _BAD_CHARACTERS.match(chr(code)):
        return "\ufffd"
    return match.group()


def _parser(recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
        encoding="utf-8",
    )


def _root(xml: str, problems: list[str]) -> "etree._Element | None":
    if not xml.strip():
        problems.append("empty hierarchy")
        return None
    data = re.sub(r"\A\s*<\?xml[^>]{0,200}\?>", "", xml).encode("utf-8", "replace")
    for recover in (False, True):
        try:
            root = etree.fromstring(data, _parser(recover))
        except (etree.XMLSyntaxError, ValueError) as error:
            if recover:
                problems.append(f"not XML: {str(error)[:200]}")
            continue
        if recover:
            problems.append("broken XML, read as far as possible")
        if root is not None:
            return root
    if not problems:
        problems.append("not XML")
    return None


def _collect(root: "etree._Element", problems: list[str]) -> list[Node]:
    """Flatten the tree in document order without recursion."""
    found: list[dict[str, object]] = []
    stack: list[tuple[etree._Element, int, int]] = [(root, -1, 0)]
    too_deep = False
    while stack:
        element, parent, depth = stack.pop()
        below = parent
        if element.get("bounds") is not None or element.get("class") is not None:
            if len(found) >= MAX_NODES:
                problems.append(f"more than {MAX_NODES} views, the rest was left out")
                break
            below = len(found)
            found.append(_attributes(element, below, parent, depth))
        if depth >= MAX_DEPTH:
            too_deep = too_deep or len(element) > 0
            continue
        stack.extend(
            (child, below, depth + 1) for child in reversed(element) if isinstance(child.tag, str)
        )
    if too_deep:
        problems.append(f"views nested deeper than {MAX_DEPTH} were left out")
    ends = [index + 1 for index in range(len(found))]
    for index in range(len(found) - 1, -1, -1):
        parent_index = found[index]["parent"]
        if isinstance(parent_index, int) and parent_index >= 0:
            ends[parent_index] = max(ends[parent_index], ends[index])
    return [Node(**{**each, "end": end}) for each, end in zip(found, ends, strict=True)]  # type: ignore[arg-type]


def _attributes(
    element: "etree._Element", index: int, parent: int, depth: int
) -> dict[str, object]:
    def text(name: str) -> str:
        return clean(element.get(name, ""))

    def flag(name: str, default: str = "false") -> bool:
        return bool(element.get(name, default) == "true")

    return {
        "index": index,
        "parent": parent,
        "depth": depth,
        "text": text("text"),
        "description": text("content-desc"),
        "class_name": text("class") or str(element.tag)[:200],
        "package": text("package"),
        "resource_id": text("resource-id"),
        "bounds": _bounds(element.get("bounds", "")),
        "clickable": flag("clickable"),
        "checkable": flag("checkable"),
        "checked": flag("checked"),
        "enabled": flag("enabled", "true"),
        "scrollable": flag("scrollable"),
        "password": flag("password"),
        "visible": flag("visible-to-user", "true"),
    }


def _bounds(text: str) -> Bounds:
    match = _BOUNDS.fullmatch(text)
    return Bounds(*(int(number) for number in match.groups())) if match else Bounds()
