"""Keeps secrets out of the recording: a journal that blacks them out before anything is written.

Texts and hierarchies are searched for the secrets; pictures are covered where the screen shows
one or where one is being typed. Traffic is recorded as it is: a log-in request carries its
password, which is why only test accounts may be used.
"""

import io
from typing import Any

import msgspec
from PIL import Image, ImageDraw, UnidentifiedImageError

from farm.explore.binding import MASK
from farm.explore.driver import Journal
from farm.explore.hierarchy import Hierarchy, Node
from farm.model.events import Body, Event

_SHORTEST = 3  # a shorter secret would black out half of every screen
_MARGIN = 8  # pixels around a covered view


class MaskingJournal:
    """A journal between the scenario and the recording."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._secrets: list[str] = []
        self._hierarchy: Hierarchy | None = None

    def add(self, *secrets: str) -> None:
        """Mask these from now on, longest first, also as XML writes them."""
        known = set(self._secrets)
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                known |= {secret, *_escaped(secret)}
        self._secrets = sorted(known, key=lambda each: (-len(each), each))

    def seen(self, hierarchy: Hierarchy) -> None:
        """What the next picture shows, as far as is known."""
        self._hierarchy = hierarchy

    def text(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def emit(self, body: Body) -> Event:
        """Append one event, masked."""
        return self._journal.emit(self._masked(body) if self._secrets else body)

    def save(self, name: str, data: bytes) -> str:
        """Keep a file, masked: XML by its text, a picture by where secrets stand."""
        if self._secrets:
            if name.endswith(".xml"):
                data = self.text(data.decode("utf-8", "replace")).encode()
            else:
                data = cover(data, self._areas())
        return self._journal.save(name, data)

    def _masked(self, body: Any) -> Any:
        changes: dict[str, Any] = {}
        for field in body.__struct_fields__:
            value = getattr(body, field)
            if type(value) is str:
                changes[field] = self.text(value)
            elif isinstance(value, list):
                changes[field] = [self.text(each) if type(each) is str else each for each in value]
        return msgspec.structs.replace(body, **changes)

    def _areas(self) -> list[Node] | None:
        """Views to cover; None where it is not known what the picture shows."""
        if self._hierarchy is None or not self._hierarchy.nodes:
            return None
        return [
            node
            for node in self._hierarchy.nodes
            if node.password
            or node.kind.endswith(("EditText", "AutoCompleteTextView"))
            or self.text(node.text) != node.text
            or self.text(node.description) != node.description
        ]


def cover(picture: bytes, areas: list[Node] | None) -> bytes:
    """Black out views of a picture; all of it where `areas` is None. Empty if it is no picture."""
    if areas == []:
        return picture
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            image = opened.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return b""
    draw = ImageDraw.Draw(image)
    if areas is None:
        draw.rectangle((0, 0, *image.size), fill="black")
    for node in areas or []:
        box = node.bounds
        draw.rectangle(
            (
                max(box.left - _MARGIN, 0),
                max(box.top - _MARGIN, 0),
                max(box.right + _MARGIN, 0),
                max(box.bottom + _MARGIN, 0),
            ),
            fill="black",
        )
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()


def _escaped(text: str) -> set[str]:
    """The ways in which XML may write a text; quotes need no escape in the other kind's value."""
    table = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    plain = "".join(table.get(character, character) for character in text)
    return {
        plain.replace('"', double).replace("'", single)
        for double in ('"', "&quot;", "&#34;")
        for single in ("'", "&apos;", "&#39;")
    }
