"""A screen's view hierarchy as frozen values.

Responsible for: visible texts in reading order, and a fingerprint that stays equal while only
texts change. Not responsible for: reading it from the phone (`hierarchy_xml.py`), and what a
screen means (`farm.explore.dialogs`).
"""

import hashlib
from collections.abc import Iterator

import msgspec

MAX_TEXTS = 300
MAX_LISTED_TEXT = 500

_SYSTEM_UI = "com.android.systemui"


class Bounds(msgspec.Struct, frozen=True):
    """A rectangle in pixels of the screen; right and bottom are exclusive."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing of the node can be seen or touched."""
        return self.right <= self.left or self.bottom <= self.top

    @property
    def width(self) -> int:
        """Pixels from left to right, never negative."""
        return max(self.right - self.left, 0)

    @property
    def height(self) -> int:
        """Pixels from top to bottom, never negative."""
        return max(self.bottom - self.top, 0)

    @property
    def centre(self) -> tuple[int, int]:
        """The middle, where a tap goes."""
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2

    def same_row(self, other: "Bounds") -> bool:
        """Whether the two overlap by more than half of the lower one's height."""
        overlap = min(self.bottom, other.bottom) - max(self.top, other.top)
        return overlap * 2 > min(self.height, other.height)


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One view. `index` is its place in document order; its subtree ends before `end`."""

    index: int
    parent: int  # -1 for the root of a window
    end: int
    depth: int
    text: str = ""
    description: str = ""
    class_name: str = ""
    package: str = ""
    resource_id: str = ""
    bounds: Bounds = Bounds()
    clickable: bool = False
    checkable: bool = False
    checked: bool = False
    enabled: bool = True
    scrollable: bool = False
    password: bool = False
    visible: bool = True

    @property
    def label(self) -> str:
        """What the view says: its text, or the description where it draws its text itself."""
        return self.text or self.description

    @property
    def id_name(self) -> str:
        """The resource id without its package: `btn_agree`."""
        return self.resource_id.rpartition("/")[2]

    @property
    def kind(self) -> str:
        """The class without its package: `Button`."""
        return self.class_name.rpartition(".")[2]


class Hierarchy(msgspec.Struct, frozen=True, kw_only=True):
    """All nodes in document order. `problems` say what was cut or could not be read."""

    nodes: tuple[Node, ...] = ()
    problems: tuple[str, ...] = ()

    def subtree(self, node: Node) -> tuple[Node, ...]:
        """The node and everything below it."""
        return self.nodes[node.index : node.end]

    def ancestors(self, node: Node) -> Iterator[Node]:
        """Parents from the nearest to the window's root."""
        while node.parent >= 0:
            node = self.nodes[node.parent]
            yield node

    def children(self, node: Node) -> Iterator[Node]:
        """Direct children in drawing order."""
        index = node.index + 1
        while index < node.end:
            child = self.nodes[index]
            yield child
            index = child.end

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages that draw on the screen, most nodes first, the status bar left out."""
        counts: dict[str, int] = {}
        for node in self.nodes:
            if node.package and node.package != _SYSTEM_UI:
                counts[node.package] = counts.get(node.package, 0) + 1
        return tuple(sorted(counts, key=lambda package: (-counts[package], package)))

    @property
    def texts(self) -> list[str]:
        """Visible texts in reading order (top to bottom, then left to right), bounded."""
        shown = [
            node
            for node in self.nodes
            if node.label.strip() and not node.bounds.empty and node.visible
        ]
        shown.sort(key=lambda node: (node.bounds.top, node.bounds.left, node.index))
        return [node.label.strip()[:MAX_LISTED_TEXT] for node in shown[:MAX_TEXTS]]

    @property
    def fingerprint(self) -> str:
        """Digest of classes, resource ids and nesting; empty if nothing was read.

        Texts, positions and the status bar do not count, and equal neighbours count once, so
        that a longer list or another user name leaves it as it was.
        """
        digests: dict[int, bytes] = {}
        below: dict[int, list[bytes]] = {}
        for node in reversed(self.nodes):  # children stand after their parents
            if node.package == _SYSTEM_UI:
                continue
            parts = below.pop(node.index, [])
            own = hashlib.sha256()
            for word in (node.package, node.class_name, node.resource_id):
                own.update(word.encode() + b"\0")
            own.update(bytes((node.clickable, node.checkable, node.scrollable)))
            previous = b""
            for part in reversed(parts):
                if part != previous:
                    own.update(part)
                previous = part
            digest = own.digest()
            digests[node.index] = digest
            below.setdefault(node.parent, []).append(digest)
        roots = below.get(-1, [])
        return hashlib.sha256(b"".join(reversed(roots))).hexdigest()[:32] if roots else ""
