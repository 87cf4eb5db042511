"""What the scenario did and saw, on its way into the recording's ui stream and `screens/`.

The `Journal` of exploration. Recognises nothing: the screen's digest only tells equal screens
from different ones.
"""

import hashlib
from typing import cast

from lxml import etree

from farm.model.errors import DiskFull
from farm.model.events import AnyBody, Body, Event, Screen
from farm.model.vocabulary import Stream
from farm.recording import RecordingWriter
from farm.recording.files import SCREENS

_MOST_TEXTS = 200
_LONGEST_TEXT = 300
_LARGEST_HIERARCHY = 8 << 20
_MOST_NODES = 20_000


class UiRecorder:
    """Writes ui events and the files they point at."""

    def __init__(self, writer: RecordingWriter) -> None:
        self._writer = writer
        self._screens = 0
        self._full = False
        self._pictures: dict[str, str] = {}  # fingerprint -> screenshot already kept

    def emit(self, body: Body) -> Event:
        """Append one event to the ui stream.

        Raises:
            DiskFull: once, when the disk is full.
        """
        return self._writer.stream(Stream.UI).append(cast("AnyBody", body))

    def save(self, name: str, data: bytes) -> str:
        """Keep a file in `screens/` under a name of ours; return the name events refer to.

        On a full disk the name is empty from the second time on.

        Raises:
            DiskFull: the first time.
        """
        try:
            self._writer.add_file(f"{SCREENS}/{name}", data)
        except DiskFull:
            if self._full:
                return ""
            self._full = True
            raise
        return name

    def screen(self, hierarchy_xml: str, png: bytes, package: str, activity: str) -> Event:
        """Record what the screen shows; a picture of an equal screen is kept once."""
        fingerprint, texts = summary(hierarchy_xml)
        self._screens += 1
        stem = f"ui-{self._screens:05d}"
        hierarchy = self.save(
            f"{stem}.xml", hierarchy_xml.encode(errors="replace")[:_LARGEST_HIERARCHY]
        )
        # Texts count here: an equal structure with another text is another picture.
        key = hashlib.sha256("\0".join([fingerprint, activity, *texts]).encode()).hexdigest()
        picture = self._pictures.get(key, "")
        if png and not picture:
            picture = self.save(f"{stem}.png", png)
            self._pictures[key] = picture
        return self.emit(
            Screen(
                package=_plain(package),
                activity=_plain(activity),
                fingerprint=fingerprint,
                hierarchy_file=hierarchy,
                screenshot_file=picture,
                texts=texts,
            )
        )


def summary(hierarchy_xml: str) -> tuple[str, list[str]]:
    """Return the digest of the abstract hierarchy, and the visible texts in drawing order.

    The digest covers class, resource id and depth of each node, so that it stays when a text
    changes. Of a document that cannot be read it is the digest of its bytes.
    """
    data = hierarchy_xml.encode(errors="replace")[:_LARGEST_HIERARCHY]
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root = etree.fromstring(data, parser) if data.strip() else None
    if root is None:
        return hashlib.sha256(data).hexdigest()[:32], []
    digest = hashlib.sha256()
    texts: list[str] = []
    for number, node in enumerate(root.iter("node")):
        if number >= _MOST_NODES:
            break
        depth = sum(1 for _ in node.iterancestors())
        digest.update(f"{depth} {node.get('class')} {node.get('resource-id')}\n".encode())
        text = (node.get("text") or node.get("content-desc") or "").strip()
        if text and len(texts) < _MOST_TEXTS:
            texts.append(_plain(text))
    return digest.hexdigest()[:32], texts


def _plain(text: str) -> str:
    return text[:_LONGEST_TEXT].encode(errors="replace").decode()
